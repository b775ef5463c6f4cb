import tseslint from "typescript-eslint";

const nodeModules = ["node:*", "fs", "path", "crypto", "child_process", "worker_threads", "os", "net", "http"];

const terminal = {
  selector: "CallExpression[callee.property.name='write'][callee.object.property.name=/^(stdout|stderr)$/]",
  message: "Foreign text must not reach a terminal raw: use Output in commands, sayOnStderr in workers.",
};

const errorClass = {
  selector: "Property[key.name='class'] > :matches(Literal, TSAsExpression)",
  message:
    "The class of an error follows from its code: make it with taskError, or with the errorTable of its service.",
};

const cut = {
  // A negative end, as in path.slice(0, -1), takes a part off and is not a cut.
  selector:
    "CallExpression[callee.property.name=/^(slice|substring|substr)$/][arguments.0.value=0][arguments.1.type!='UnaryExpression']",
  message:
    "A text that is cut without an ellipsis keeps a part of a secret that no mask finds: use safeText, quoted or maskedText (of an array: .values().take(n)).",
};

const json = {
  selector:
    "MemberExpression[object.name='JSON'][property.name=/^(parse|stringify)$/], CallExpression[callee.name='structuredClone']",
  message:
    "10 MiB of JSON stop the main thread for a second. Keep the text, or use a compute thread, the service thread or parseJson (activities/DESIGN.md). If the size is bounded, name the file in boundedJson.",
};

/** Files that parse or write JSON on the main thread whose size is bounded, and by what. */
const boundedJson = [
  ...["activities/advance.ts", "activities/stepAnswer.ts"], // an answer: LIMITS.answerBytes
  "activities/callArguments.ts", // PARSED_HERE
  "activities/callKeys.ts", // ids
  "activities/carried.ts", // LIMITS.inlineBytes
  "activities/carryError.ts", // WHOLE_BYTES
  "activities/issueCall.ts", // a link's name
  "activities/openRun.ts", // an inline argument, 2 MiB: the SDK has parsed it
  "activities/masking/forms.ts", // LIMITS.maskedBytes
  // Names in messages.
  ...["activities/tools/registry.ts", "activities/tools/unknownOption.ts"],
  // In a compute thread, or here for a small input (inputCheck.ts).
  ...["applyDefaults", "checkInput", "unknownFields", "validateInput"].map((name) => `activities/${name}.ts`),
];

export default tseslint.config(
  { ignores: ["node_modules/", ".tasker/", "tasks/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js", "*.cjs", "cli/*.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // Node's test runner handles the promise that test() and describe() answer.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              package: "node:test",
              name: ["test", "it", "describe", "suite", "before", "after", "beforeEach", "afterEach"],
            },
          ],
        },
      ],
    },
  },
  {
    files: ["**/*.ts"],
    ignores: ["test/**", "bench/**", "dev/**", "**/*.test.ts", "worker/sayOnStderr.ts"],
    rules: { "no-console": "error", "no-restricted-syntax": ["error", terminal, errorClass] },
  },
  {
    files: ["dev/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-syntax": ["error", errorClass] },
  },
  {
    files: ["workflows/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: nodeModules, message: "Workflow code is deterministic: it cannot reach Node." }] },
      ],
    },
  },
  {
    files: ["activities/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-syntax": ["error", terminal, errorClass, cut] },
  },
  {
    // What runs on the main thread. Services and jobs of compute threads are in folders below.
    files: ["activities/*.ts", "activities/masking/*.ts", "activities/tools/*.ts"],
    ignores: ["**/*.test.ts", ...boundedJson],
    rules: { "no-restricted-syntax": ["error", terminal, errorClass, cut, json] },
  },
  { files: ["**/*.test.ts", "test/**/*.ts"], rules: { "@typescript-eslint/no-non-null-assertion": "off" } },
  { files: ["**/*.js", "**/*.cjs"], extends: [tseslint.configs.disableTypeChecked] },
);
