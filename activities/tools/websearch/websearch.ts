import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { JobStopped } from "../../compute/computeThread.ts";
import type { ComputeThreads } from "../../compute/computeThreads.ts";
import { mapFault } from "../mappedFault.ts";
import { methodTable } from "../methodTable.ts";
import type { Method, Service } from "../service.ts";
import { WEBSEARCH_BOUNDS } from "./bounds.ts";
import { blocked, changed } from "./faults.ts";
import { fetchPage } from "./fetchPage.ts";
import { formOf, parseQuery } from "./query.ts";
import type { NextPage, ResultPage, ResultPageRequest, SearchResult } from "./resultPage.ts";

export interface WebsearchOptions {
  /** Where pages are read. */
  readonly compute: ComputeThreads;
  /** TASKER_WEBSEARCH_URL: DuckDuckGo's page of results without scripts, or one with its markup. */
  readonly url: string;
  /** Between two pages of one search; `WEBSEARCH_BOUNDS.pauseMs` unless set. */
  readonly pauseMs?: number;
  /** For one page; `WEBSEARCH_BOUNDS.pageMs` unless set. */
  readonly pageMs?: number;
}

/**
 * Service `websearch`: `search(query, {max, region, safe, time}?)` through DuckDuckGo, answering `[{title, url, snippet}]`.
 * `max` is 1 to 100, 10 unless set; `region` a country and a language (`de-de`); `safe` "strict", "moderate" or "off";
 * `time` "day", "week", "month" or "year". An empty list means that the page said so; a page that is none of results
 * rejects with `websearch_blocked` or `websearch_changed`.
 */
export function createWebsearch(options: WebsearchOptions): Service {
  const { compute, url, pauseMs = WEBSEARCH_BOUNDS.pauseMs, pageMs = WEBSEARCH_BOUNDS.pageMs } = options;
  const start = new URL(url);
  const agent = new Agent({ connect: { timeout: WEBSEARCH_BOUNDS.connectMs } });

  const search: Method = {
    kind: "read",
    argumentBytes: WEBSEARCH_BOUNDS.argumentBytes,
    timeouts: { startToCloseMs: WEBSEARCH_BOUNDS.attemptMs },
    // Not the query: it may hold a secret.
    summary: (args) => {
      const { max, region } = parseQuery(args);
      return `at most ${max}${region === undefined ? "" : `, ${region}`}`;
    },
    async call(args, { signal, attempt }): Promise<SearchResult[]> {
      const query = parseQuery(args);
      const found = new Map<string, SearchResult>();
      let at: NextPage | undefined = { url: start.href, form: [...formOf(query)], offset: 0 };
      for (let pages = 1; at; pages++) {
        const target = { url: new URL(at.url), form: new URLSearchParams(at.form) };
        const html = await fetchPage({ ...target, attempt, signal, pageMs }, agent);
        const page = await readPage(compute, { html, url: at.url, offset: at.offset }, start.host);
        if (page.kind === "blocked") throw blocked(start.host, page.how, attempt, undefined);
        if (page.kind === "changed") throw changed(start.host, page.what);
        if (page.kind === "empty") break;
        const before = found.size;
        for (const result of page.results) if (!found.has(result.url)) found.set(result.url, result);
        // A page that brought nothing new is followed by others that do not either.
        if (found.size >= query.max || found.size === before || pages === WEBSEARCH_BOUNDS.pages) break;
        if (page.next && new URL(page.next.url).origin !== start.origin)
          throw changed(start.host, "its next page is elsewhere");
        at = page.next;
        if (at) await sleep(pauseMs, undefined, { signal });
      }
      return [...found.values().take(query.max)];
    },
  };

  return { ...methodTable("websearch", { search }), mapError: mapFault, close: () => agent.destroy() };
}

async function readPage(compute: ComputeThreads, request: ResultPageRequest, host: string): Promise<ResultPage> {
  try {
    return await compute.run("readResultPage", request, WEBSEARCH_BOUNDS.readCpuMs);
  } catch (error) {
    throw error instanceof JobStopped ? changed(host, "it cannot be read within the time for it") : error;
  }
}
