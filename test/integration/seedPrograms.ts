import type { Json } from "../../protocol/json.ts";
import type { Choices } from "../model/choices.ts";

/** A program as data, so that the task that runs it and a plain evaluation of it can be compared. */
export type Statement =
  | { readonly do: "effect"; readonly id: number }
  | { readonly do: "read"; readonly id: number }
  | { readonly do: "large"; readonly id: number }
  | { readonly do: "refused"; readonly id: number }
  | { readonly do: "sleep"; readonly ms: number }
  | { readonly do: "child"; readonly body: Statement }
  | { readonly do: "sequence" | "parallel" | "race"; readonly body: readonly Statement[] };

/** The task that runs a program. The winner of a race is always its first statement: the others sleep for an hour. */
export const SEEDED = `module.exports = async function seeded({ url, seed, program }, { tools }) {
  async function run(s) {
    switch (s.do) {
      case "effect": {
        const body = { seed, id: s.id };
        const { status } = await tools.http.fetch(url + "/effect", { method: "POST", body });
        return [s.id, status];
      }
      case "read": {
        const { status } = await tools.http.fetch(url + "/read?id=" + s.id, { timeoutMs: 500 }).catch(() => ({ status: 200 }));
        return [s.id, status];
      }
      case "large":
        return (await tools.http.fetch(url + "/large?id=" + s.id)).body.length;
      case "refused":
        return tools.no.such.tool(s.id).catch((error) => error.code);
      case "sleep":
        await tools.sleep(s.ms);
        return "slept";
      case "child":
        return tools.tasks.execute("seeded", { url, seed, program: s.body });
      case "sequence": {
        const results = [];
        for (const each of s.body) results.push(await run(each));
        return results;
      }
      case "parallel":
        return Promise.all(s.body.map(run));
      case "race":
        return Promise.race([run(s.body[0]), ...s.body.slice(1).map(() => tools.sleep("1 hour"))]);
    }
  }
  return run(program);
};`;

/** What a program returns, wherever and however often its workers die. */
export function evaluate(statement: Statement, large: string): Json {
  switch (statement.do) {
    case "effect":
    case "read":
      return [statement.id, 200];
    case "large":
      // The body is JSON text, with its quotes.
      return large.length + 2;
    case "refused":
      return "unknown_tool";
    case "sleep":
      return "slept";
    case "child":
      return evaluate(statement.body, large);
    case "race":
      return evaluate(statement.body[0] ?? { do: "sleep", ms: 0 }, large);
    case "sequence":
    case "parallel":
      return statement.body.map((each) => evaluate(each, large));
  }
}

/** Begins with an effect, so that every run can be struck in the middle of one. */
export function randomProgram(choices: Choices): Statement {
  let id = 0;
  const statement = (depth: number): Statement => {
    const leaf = choices.below(depth === 0 ? 6 : 11);
    switch (leaf) {
      case 0:
      case 1:
        return { do: "effect", id: id++ };
      case 2:
        return { do: "read", id: id++ };
      case 3:
        return { do: "large", id: id++ };
      case 4:
        return { do: "refused", id: id++ };
      case 5:
        return { do: "sleep", ms: choices.below(30) };
      case 6:
        return { do: "child", body: statement(depth - 1) };
      case 7:
        return { do: "race", body: [statement(depth - 1), { do: "sleep", ms: 1 }] };
      case 8:
        return { do: "parallel", body: several(depth - 1) };
      default:
        return { do: "sequence", body: several(depth - 1) };
    }
  };
  const several = (depth: number): Statement[] => Array.from({ length: 1 + choices.below(4) }, () => statement(depth));
  const effects = Array.from({ length: 4 }, (): Statement => ({ do: "effect", id: id++ }));
  return { do: "sequence", body: [...effects, ...several(3)] };
}
