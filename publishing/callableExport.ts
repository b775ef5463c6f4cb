import type { Comment, Expression, Node, Program, Statement } from "@babel/types";

/** What the runtime would call, as far as the source shows. */
export interface CallableExport {
  /** `default` stands for a default export, `module.exports` and `export =`. */
  readonly name: "default" | "execute" | "runTask";
  /** The comment before it, where its JSDoc stands. */
  readonly comments: readonly Comment[];
  /** A generator function, also async: what it returns runs nothing until somebody iterates it. */
  readonly generator: boolean;
}

/**
 * The export that makes a file a task: a function as default export or `module.exports`, or one named execute or
 * runTask. What cannot be told without running the code, like `module.exports = wrap(f)`, counts as a function;
 * an object, a class or a constant does not.
 */
export function callableExport(program: Program): CallableExport | undefined {
  const found = program.body.flatMap((statement) => exportsOf(statement, program));
  return found.find((each) => each.name === "default") ?? found[0];
}

const NAMES = ["default", "execute", "runTask"] as const;

function exportsOf(statement: Statement, program: Program): CallableExport[] {
  const before = statement.leadingComments ?? [];
  const result: CallableExport[] = [];
  const add = (name: string, value: Node | undefined): void => {
    const known = NAMES.find((each) => each === name);
    const definition = value?.type === "Identifier" ? binding(value.name, program) : undefined;
    const called = definition ? definition.value : value;
    if (known && (!called || mayBeCalled(called))) {
      const comments = [...(definition?.statement.leadingComments ?? []), ...before];
      result.push({ name: known, comments, generator: isGenerator(called) });
    }
  };

  if (statement.type === "ExportDefaultDeclaration") addWhole("default", statement.declaration, add);
  else if (statement.type === "TSExportAssignment") add("default", statement.expression);
  else if (statement.type === "ExportNamedDeclaration" && statement.exportKind !== "type") {
    const { declaration } = statement;
    if (declaration?.type === "FunctionDeclaration") add(declaration.id?.name ?? "", declaration);
    if (declaration?.type === "VariableDeclaration") {
      for (const { id, init } of declaration.declarations) {
        if (id.type === "Identifier") add(id.name, init ?? undefined);
      }
    }
    for (const specifier of statement.specifiers) {
      if (specifier.type !== "ExportSpecifier" || specifier.exportKind === "type") continue;
      const { exported, local } = specifier;
      add(exported.type === "Identifier" ? exported.name : exported.value, statement.source ? undefined : local);
    }
  } else if (statement.type === "ExpressionStatement") commonJs(statement.expression, add);
  return result;
}

/** `module.exports = f`, `exports.execute = f`, `module.exports = { execute }`, and chains of them. */
function commonJs(expression: Expression, add: (name: string, value: Node | undefined) => void): void {
  const targets: string[] = [];
  let value: Expression = expression;
  while (value.type === "AssignmentExpression" && value.operator === "=") {
    const target = exportTarget(value.left);
    if (target !== undefined) targets.push(target);
    value = value.right;
  }
  for (const target of targets) addWhole(target, value, add);
}

/** A default export or `module.exports`; an object of functions stands for its functions. */
function addWhole(name: string, value: Node, add: (name: string, value: Node | undefined) => void): void {
  if (name !== "default" || value.type !== "ObjectExpression") return add(name, value);
  for (const property of value.properties) {
    if (property.type === "SpreadElement" || property.computed || property.key.type !== "Identifier") continue;
    add(property.key.name, property.type === "ObjectMethod" ? property : property.value);
  }
}

function exportTarget(node: Node): string | undefined {
  if (node.type !== "MemberExpression" || node.computed || node.property.type !== "Identifier") return undefined;
  const { object, property } = node;
  if (object.type === "Identifier" && object.name === "module" && property.name === "exports") return "default";
  const onExports = (object.type === "Identifier" && object.name === "exports") || exportTarget(object) === "default";
  return onExports ? property.name : undefined;
}

/** What a name at the top of the file stands for; `value` is undefined when it is imported or set later. */
function binding(name: string, program: Program): { statement: Statement; value: Node | undefined } | undefined {
  for (const statement of program.body) {
    const inner = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (inner?.type === "FunctionDeclaration" || inner?.type === "ClassDeclaration") {
      if (inner.id?.name === name) return { statement, value: inner };
    } else if (inner?.type === "VariableDeclaration") {
      const found = inner.declarations.find(({ id }) => id.type === "Identifier" && id.name === name);
      if (found) return { statement, value: found.init ?? undefined };
    }
  }
  return undefined;
}

const NEVER_CALLED =
  /^(?:(?:String|Numeric|Boolean|Null|BigInt|RegExp|Template)Literal|ObjectExpression|ArrayExpression|Class\w+|NewExpression|BinaryExpression|UnaryExpression|TS(?:Interface|TypeAlias|Enum)Declaration|TSDeclareFunction)$/;

function isGenerator(node: Node | undefined): boolean {
  return node !== undefined && "generator" in node && node.generator;
}

function mayBeCalled(node: Node): boolean {
  if (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression" || node.type === "TSNonNullExpression") {
    return mayBeCalled(node.expression);
  }
  return !NEVER_CALLED.test(node.type);
}
