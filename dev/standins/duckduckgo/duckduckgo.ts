import { startStandInServer, type StandInServer } from "../standInServer.ts";
import { CORPUS, searchCorpus, type Document } from "./corpus.ts";
import { challengePage, noResultsPage, resultsPage } from "./pages.ts";

/** What the next requests meet instead of an answer. */
export type DuckDuckGoFault =
  { readonly kind: "challenge" } | { readonly kind: "status"; readonly status: number } | { readonly kind: "hang" };

export interface DuckDuckGoOptions {
  /** What is searched; fifty made-up pages unless set. */
  readonly corpus?: readonly Document[];
  /** Results of one page; 10 unless set, as DuckDuckGo has them. */
  readonly pageSize?: number;
  readonly port?: number;
}

export interface DuckDuckGo extends Omit<StandInServer, "url"> {
  /** Of the page of results, for TASKER_WEBSEARCH_URL. */
  readonly url: string;
  /** Queues faults: each is met by one request. */
  fail(...faults: readonly DuckDuckGoFault[]): void;
}

/** DuckDuckGo's page of results without scripts, over a small web of its own. */
export async function startDuckDuckGo(options: DuckDuckGoOptions = {}): Promise<DuckDuckGo> {
  const { corpus = CORPUS, pageSize = 10, port } = options;
  const faults: DuckDuckGoFault[] = [];
  const server = await startStandInServer((request, response) => {
    const show = (status: number, html: string): void => {
      response.writeHead(status, { "content-type": "text/html; charset=UTF-8" }).end(html);
    };
    const fault = faults.shift();
    if (fault?.kind === "hang") return;
    if (fault?.kind === "challenge") return show(202, challengePage());
    if (fault) return show(fault.status, "<html><body>Error</body></html>");
    if (request.path !== "/html/") return show(404, "<html><body>Not found</body></html>");
    // As the original: who does not say that it reads HTML is a bot.
    if (!/\btext\/html\b/.test(request.headers.accept ?? "")) return show(202, challengePage());

    const fields = new URLSearchParams(request.body);
    const query = fields.get("q") ?? "";
    const found = searchCorpus(query, corpus);
    const offset = Math.max(0, Number(fields.get("s") ?? 0) || 0);
    if (found.length === 0) return show(200, noResultsPage(query));
    const end = offset + pageSize;
    show(
      200,
      resultsPage(fields, found.slice(offset, end), {
        ...(offset > 0 && { back: Math.max(0, offset - pageSize) }),
        ...(end < found.length && { on: end }),
      }),
    );
  }, port);
  return { ...server, url: `${server.url}/html/`, fail: (...queued) => void faults.push(...queued) };
}
