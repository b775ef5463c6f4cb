/** Imports point one way (docs/architecture.md, "Folders"). */
const may = (from, to) => ({
  name: `${from}-boundary`,
  severity: "error",
  comment: `${from}/ imports only ${to.length ? to.map((folder) => folder + "/").join(", ") : "nothing of the project"}`,
  from: { path: `^${from}/`, pathNot: "\\.test\\.ts$|/testing/" },
  to: {
    path: "^(protocol|workflows|activities|sandbox|store|replay|publishing|client|encryption|keystore|policy|schemas|cli|dev|test|bench)/",
    pathNot: `^(${[from, ...to].join("|")})/`,
  },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    may("protocol", []),
    may("sandbox", ["protocol"]),
    may("store", ["protocol"]),
    may("schemas", ["protocol"]),
    may("publishing", ["protocol", "schemas"]),
    may("client", ["protocol"]),
    may("encryption", ["protocol"]),
    may("keystore", ["protocol"]),
    may("policy", ["protocol"]),
    may("activities", ["protocol", "sandbox", "store", "policy", "schemas"]),
    may("replay", ["protocol", "sandbox", "activities"]),
    {
      name: "replay-is-offline",
      severity: "error",
      comment: "a replay needs the store alone",
      from: { path: "^replay/" },
      to: { path: "^node_modules/@temporalio/" },
    },
    {
      name: "dev-is-for-development",
      severity: "error",
      comment: "what runs in production imports nothing of dev/, test/ and bench/",
      from: {
        path: "^(activities|client|configuration|encryption|keystore|policy|protocol|replay|sandbox|schemas|store|publishing|worker|workflows)[./]",
        pathNot: "\\.test\\.ts$|/testing/",
      },
      to: { path: "^(dev|test|bench)/" },
    },
    {
      name: "workflows-boundary",
      severity: "error",
      comment: "workflows/ imports protocol/, @temporalio/workflow and types of activities/",
      from: { path: "^workflows/", pathNot: "\\.test\\.ts$" },
      to: {
        pathNot: "^(workflows|protocol)/|^node_modules/@temporalio/(workflow|common)/",
        dependencyTypesNot: ["type-only"],
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules/(?!@temporalio)|tasks|\\.tasker)" },
    tsPreCompilationDeps: "specify",
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".cjs"] },
  },
};
