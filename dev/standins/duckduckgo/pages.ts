import type { Document } from "./corpus.ts";

/** Shows `documents` as DuckDuckGo's page without scripts does: an advertisement, redirect links, forms back and forth. */
export function resultsPage(
  fields: URLSearchParams,
  documents: readonly Document[],
  forms: { back?: number; on?: number },
): string {
  const query = fields.get("q") ?? "";
  const advertisement = `<div class="result results_links results_links_deep result--ad ">
    <div class="links_main links_deep result__body">
      <h2 class="result__title"><a rel="nofollow" class="result__a" href="https://duckduckgo.com/y.js?ad_domain=shop.example.com&amp;u3=x">Buy ${escape(query)} now</a></h2>
      <a class="result__snippet" href="https://duckduckgo.com/y.js?ad_domain=shop.example.com">Best prices.</a>
    </div></div>`;
  const blocks = documents.map(({ title, url, text }) => {
    const link = escape(`//duckduckgo.com/l/?uddg=${encodeURIComponent(url)}&rut=0f1e2d`);
    const shown = escape(url.replace("https://", ""));
    return `<div class="result results_links results_links_deep web-result ">
    <div class="links_main links_deep result__body">
      <h2 class="result__title"><a rel="nofollow" class="result__a" href="${link}">${escape(title)}</a></h2>
      <div class="result__extras"><div class="result__extras__url"><a class="result__url" href="${link}">${shown}</a></div></div>
      <a class="result__snippet" href="${link}">${escape(text).replace(/^\S+/, "<b>$&</b>")}</a>
      <div class="clear"></div>
    </div></div>`;
  });
  const back = forms.back === undefined ? "" : pageForm(fields, forms.back, "Previous");
  const on = forms.on === undefined ? "" : pageForm(fields, forms.on, "Next");
  return page(query, `<div id="links" class="results">${advertisement}${blocks.join("\n")}${back}${on}</div>`);
}

export function noResultsPage(query: string): string {
  const block = `<div class="result results_links result--no-result"><div class="result__body"><div class="no-results__container">
    <span class="no-results">No results found for <strong>${escape(query)}</strong></span></div></div></div>`;
  return page(query, `<div id="links" class="results">${block}</div>`);
}

/** DuckDuckGo sends it with HTTP 202. */
export function challengePage(): string {
  return `<!DOCTYPE html><html><head><meta charset="utf-8"><title>DuckDuckGo</title></head><body>
  <form id="challenge-form" action="//duckduckgo.com/anomaly.js?sv=html&amp;cc=botnet" method="POST">
    <div class="anomaly-modal__mask"><div class="anomaly-modal__modal">
      <div class="anomaly-modal__title">Unfortunately, bots use DuckDuckGo too.</div>
      <div class="anomaly-modal__description">Please complete the following challenge.</div>
    </div></div>
  </form></body></html>`;
}

function page(query: string, content: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escape(query)} at DuckDuckGo</title></head><body>
  <form name="x" class="header__form" action="/html/" method="post"><input name="q" value="${escape(query)}"><input type="submit" value="S"></form>
  <div class="serp__results">${content}</div></body></html>`;
}

function pageForm(fields: URLSearchParams, offset: number, label: string): string {
  const kept = ["q", "kl", "kp", "df"].flatMap((name) => fields.getAll(name).map((value) => [name, value] as const));
  const sent = [
    ...kept,
    ["s", String(offset)],
    ["nextParams", ""],
    ["v", "l"],
    ["o", "json"],
    ["dc", String(offset + 1)],
  ];
  const inputs = [...sent, ["api", "d.js"], ["vqd", "4-271828182845904523536"]].map(
    ([name = "", value = ""]) => `<input type="hidden" name="${name}" value="${escape(value)}" />`,
  );
  return `<div class="nav-link"><form action="/html/" method="post">
    <input type="submit" class='btn btn--alt' value="${label}" />${inputs.join("")}</form></div>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
