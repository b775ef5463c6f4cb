import { createNearestName } from "../protocol/nearestName.ts";
import { problem, PROBLEM_CODES } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { DocTag } from "./taskDoc.ts";
import { unknownTypes } from "./unknownTypes.ts";

/** Tags that publishing reads. A tag that is near to one of them and is not a usual JSDoc tag is most likely misspelt. */
const READ = ["task", "description", "desc", "param", "arg", "argument", "tools", "strict"];
const USUAL = new Set(
  (
    "abstract access alias async augments author borrows callback class classdesc constant constructor constructs " +
    "copyright default deprecated enum event example exports external extends file fires function generator global " +
    "hideconstructor ignore implements import inheritdoc inner instance interface kind lends license link listens member " +
    "memberof method mixes mixin module name namespace override overload package private prop property protected public " +
    "readonly requires return returns satisfies see since static summary template this throw throws todo ts type typedef " +
    "tutorial typeParam unreleased use var variation version virtual yield yields"
  ).split(" "),
);
const nearestTag = createNearestName(READ);

/** What in a task's JSDoc is most likely misspelt. It does not stop publishing. */
export function docWarnings(tags: readonly DocTag[], file: string): Problem[] {
  return tags.flatMap((tag) => {
    const warn = (code: Problem["code"], message: string): Problem => problem(code, message, file, tag.place);
    const near = READ.includes(tag.tag) || USUAL.has(tag.tag) ? undefined : nearestTag(tag.tag);
    if (near !== undefined) {
      return [warn(PROBLEM_CODES.unknownTag, `@${tag.tag} has no meaning here. Did you mean @${near}?`)];
    }
    if (tag.tag !== "param") return [];
    if (tag.unclosed) {
      return [warn(PROBLEM_CODES.unclosedType, "The type has a { without its }, so this @param is not used.")];
    }
    return unknownTypes(tag.type).map((message) => warn(PROBLEM_CODES.unknownType, message));
  });
}
