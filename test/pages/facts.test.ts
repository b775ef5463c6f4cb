import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { HELP } from "../../cli/help.ts";
import { CONFIGURATION_PAGE, formattedConfigurationPage } from "../../dev/writeConfigurationPage.ts";
import { KEYS } from "../../configuration/keys.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { SERVICE_NAMES } from "../../worker/serviceNames.ts";
import { blocksOf, PAGES, readPage, ROOT } from "./pages.ts";

const MiB = 1024 ** 2;

describe("the pages", () => {
  it("have no link that leads nowhere", () => {
    for (const page of PAGES) {
      for (const [, link = ""] of prose(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [file = "", anchor] = link.split("#", 2);
        const target = file === "" ? page : path.posix.join(path.posix.dirname(page), file);
        assert.ok(existsSync(path.join(ROOT, target)), `${page}: ${link}`);
        if (anchor !== undefined) assert.ok(anchors(target).includes(anchor), `${page}: ${link}`);
      }
    }
  });

  it("give a reason for each shell block that no test runs", () => {
    const unmarked = PAGES.flatMap(blocksOf).filter(({ language }) => /^(ba|z)?sh$|^shell$|^console$/.test(language));
    assert.ok(unmarked.length > 0);
    for (const { page, line, language, notRun } of unmarked) {
      assert.equal(language, "sh", `${page}:${line}: shell blocks are marked \`sh\``);
      assert.ok(notRun === undefined || notRun.length > 10, `${page}:${line}`);
    }
  });

  it("name every option of the commands that people type most", () => {
    const text = PAGES.map(readPage).join("\n");
    for (const command of ["publish", "task", "start", "replay", "prune", "workspace", "keystore"] as const) {
      for (const [option = ""] of HELP[command].matchAll(/(?<![\w-])--[a-z]{2,}[a-z-]*/g)) {
        const letter = { "--task": "-t", "--input": "-i", "--poll": "-p" }[option] ?? option;
        assert.ok(text.includes(option) || text.includes(` ${letter} `), `${command} ${option}`);
      }
    }
  });
});

describe("the README", () => {
  it("is at most 10 KB", () => {
    assert.ok(Buffer.byteLength(readPage("README.md")) <= 10_000);
  });

  it("leads to every page", () => {
    const links = [...readPage("README.md").matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link);
    for (const page of PAGES) {
      if (page === "README.md" || /\/DESIGN\.md$/.test(page)) continue;
      assert.ok(links.includes(page), page);
    }
  });
});

describe("docs/DESIGN.md", () => {
  it("leads to the page of every folder that has one", () => {
    const index = readPage("docs/DESIGN.md");
    for (const page of PAGES.filter((each) => each.endsWith("/DESIGN.md") && each !== "docs/DESIGN.md")) {
      assert.ok(index.includes(`](../${page})`), page);
    }
  });
});

describe("docs/configuration.md", () => {
  it("is what `npm run docs` writes", async () => {
    assert.equal(readPage(path.relative(ROOT, CONFIGURATION_PAGE)), await formattedConfigurationPage());
  });

  it("has one row for every variable", () => {
    const page = rows(readPage("docs/configuration.md"));
    for (const { name } of Object.values(KEYS)) {
      assert.equal(page.filter((row) => row.startsWith(`|\`${name}\`|`)).length, 1, name);
    }
  });
});

describe("docs/tools.md", () => {
  it("names every service", () => {
    for (const name of SERVICE_NAMES) assert.ok(readPage("docs/tools.md").includes(`\`tools.${name}.`), name);
  });
});

describe("docs/writing-tasks.md", () => {
  it("tells the limits as they are", () => {
    const told = { memory: `${LIMITS.vmMemoryBytes / MiB} MiB`, CPU: `${LIMITS.stepCpuMs / 1000} s` };
    const more = { unsettled: LIMITS.unsettledCalls.toLocaleString("en"), "nesting of runs": LIMITS.nestingDepth };
    const sizes = { arguments: LIMITS.argumentBytes, result: LIMITS.resultBytes, input: LIMITS.inputBytes };
    const texts = { "a published": LIMITS.bundleBytes, "log text": LIMITS.logBytes };
    const bytes = Object.entries({ ...sizes, ...texts }).map(([name, size]) => [name, `${size / MiB} MiB`]);
    const page = readPage("docs/writing-tasks.md");
    const table = rows(page.slice(page.indexOf("<!-- limits"), page.indexOf("## Errors")));
    const rest = [
      ["CPU time of checking", `${LIMITS.inputCheckCpuMs / 1000} s`],
      ["nesting of arrays", LIMITS.jsonDepth],
      ["message and stack", `${LIMITS.errorBytes / 1024} KiB`],
      ["parts of an input schema", LIMITS.schemaParts.toLocaleString("en")],
      ["names after `@tools`", LIMITS.declaredTools],
      ["publishing one task", `${LIMITS.publishFileMs / 1000} s`],
      ["an error's name, code and data", `${LIMITS.thrownBytes / 1024} KiB`],
      ["one attempt", `${LIMITS.toolStartToCloseMs / 1000} s`],
      ["all attempts", `${LIMITS.toolScheduleToCloseMs / 60_000} min`],
      ["a quick read", `${LIMITS.quickReadMs / 1000} s`],
      ["events of a run of `--cron`", LIMITS.cronHistoryEvents.toLocaleString("en")],
    ];
    for (const [name, value] of [...Object.entries({ ...told, ...more }), ...bytes, ...rest]) {
      assert.ok(
        table.some((row) => row.startsWith(`|${String(name)}`) && row.includes(`|${String(value)}|`)),
        `${String(name)}: ${String(value)}`,
      );
    }
  });
});

/** The page without its code. */
function prose(page: string): string {
  return readPage(page)
    .replaceAll(/^( *)```[^]*?^\1```/gm, "")
    .replaceAll(/`[^`\n]*`/g, (code) => "`".padEnd(code.length, "x"));
}

/** The anchors that GitHub gives to a page's headings. */
function anchors(page: string): string[] {
  const headings = readPage(page)
    .replaceAll(/^( *)```[^]*?^\1```/gm, "")
    .matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Table rows without the spaces that line columns up. */
function rows(text: string): string[] {
  const lines = text.split("\n").filter((line) => /^\|(?! ?-)/.test(line));
  return lines.map((line) => line.replaceAll(/ *\| */g, "|"));
}
