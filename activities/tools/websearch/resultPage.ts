import { load, type CheerioAPI } from "cheerio";

/** One result, as `tools.websearch.search` answers it. */
export interface SearchResult {
  readonly title: string;
  readonly url: string;
  readonly snippet: string;
}

export interface ResultPageRequest {
  readonly html: string;
  readonly url: string;
  /** Results before this page; 0 for the first. */
  readonly offset: number;
}

/** What a page turned out to be. */
export type ResultPage =
  | { readonly kind: "results"; readonly results: readonly SearchResult[]; readonly next?: NextPage }
  /** Either the page says so, or it is a further page behind the last results. */
  | { readonly kind: "empty" }
  | { readonly kind: "blocked"; readonly how: string }
  | { readonly kind: "changed"; readonly what: string };

/** The page's own form for the results that follow. It crosses between threads, so it has no URL objects. */
export interface NextPage {
  readonly url: string;
  readonly form: [name: string, value: string][];
  /** Results before it, by the form's own count. */
  readonly offset: number;
}

/** The markup of html.duckduckgo.com/html: each is looked for by one selector only here. */
const MARKUP = {
  challenge: "#challenge-form, [class*=anomaly-modal], form[action*='anomaly.js']",
  container: "#links, .serp__results, .results",
  noResults: ".no-results, .result--no-result",
  result: ".result:not(.result--ad):not(.result--no-result)",
  title: "a.result__a",
  snippet: ".result__snippet",
  nextForm: ".nav-link form",
} as const;

/**
 * Reads a page of DuckDuckGo's results. Advertisements are left out, and its redirect links are replaced by where they lead.
 * A page that was made to be slow takes minutes: a worker reads pages in a compute thread.
 */
export function readResultPage({ html, url: address, offset }: ResultPageRequest): ResultPage {
  const url = new URL(address);
  // The parser throws at a lone surrogate.
  const $ = load(html.toWellFormed());
  if ($(MARKUP.challenge).length > 0) return { kind: "blocked", how: "it shows its challenge" };
  const blocks = $(MARKUP.result).toArray();
  const results = blocks.flatMap((block) => {
    const link = $(block).find(MARKUP.title).first();
    const target = targetOf(link.attr("href"), url);
    const title = line(link.text());
    if (target === undefined || title === "") return [];
    return [{ title, url: target, snippet: line($(block).find(MARKUP.snippet).first().text()) }];
  });
  if (results.length > 0) {
    const next = nextPage($, url, offset);
    return { kind: "results", results, ...(next && { next }) };
  }
  if ($(MARKUP.noResults).length > 0) return { kind: "empty" };
  // What DuckDuckGo shows in place of results when it gives no reason.
  if (html.includes("error-lite@duckduckgo.com")) return { kind: "blocked", how: "it shows its error page" };
  if (blocks.length > 0) return { kind: "changed", what: "its results have no title or no link where they had them" };
  if ($(MARKUP.container).length === 0) return { kind: "changed", what: "it has no list of results" };
  if (offset > 0) return { kind: "empty" };
  return { kind: "changed", what: "its list of results is empty and does not say so" };
}

/** Where a link leads in the end; undefined for an advertisement and for what is no web address. */
function targetOf(href: string | undefined, base: URL): string | undefined {
  if (href === undefined) return undefined;
  const link = URL.parse(href.trim(), base.href);
  if (!link) return undefined;
  const target = isDuckDuckGo(link) && link.pathname === "/l/" ? URL.parse(link.searchParams.get("uddg") ?? "") : link;
  if (!target || !/^https?:$/.test(target.protocol)) return undefined;
  const advertisement = isDuckDuckGo(target) && target.pathname === "/y.js";
  return advertisement ? undefined : target.href;
}

function isDuckDuckGo({ hostname }: URL): boolean {
  return hostname === "duckduckgo.com" || hostname.endsWith(".duckduckgo.com");
}

/** Pages after the first have a form that leads back, too: the one that leads on counts more results before it. */
function nextPage($: CheerioAPI, url: URL, offset: number): NextPage | undefined {
  for (const element of $(MARKUP.nextForm).toArray()) {
    const fields = $(element).serializeArray();
    const count = Number(fields.find(({ name }) => name === "s")?.value);
    const action = URL.parse($(element).attr("action") ?? "", url.href);
    if (action && count > offset) {
      return { url: action.href, offset: count, form: fields.map(({ name, value }) => [name, value]) };
    }
  }
  return undefined;
}

function line(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
