// Who may import whom: kernel, stats <- rooms <- commands <- hosts (docs/design.md).
const rooms = "contract|dataset|profile|drift|model|training|evaluation|registry|serving|rollout|lineage|report|notify";
const implementations = "(engines|methods|predictors|launchers|backends|targets|sources|channels|roles)";
const inputOutput =
  "^(fs|fs/promises|child_process|net|http|https|http2|dgram|dns|tls|cluster|worker_threads|os|process|inspector)$";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or lack a third. Types may refer to each other.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only", "type-import"] } },
    },
    {
      name: "kernel-and-stats-know-nothing",
      severity: "error",
      from: { path: "^src/(kernel|stats)/" },
      to: { path: "^src/", pathNot: "^src/(kernel|stats)/" },
    },
    {
      name: "stats-is-pure",
      comment: "Statistics know numbers alone: no kernel but its types, no built-in module.",
      severity: "error",
      from: { path: "^src/stats/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "rooms-below-commands",
      severity: "error",
      from: { path: `^src/(${rooms})/` },
      to: { path: "^src/(commands|hosts|generated)/" },
    },
    {
      name: "rooms-never-import-implementations",
      comment: "An implementation is reached through its generated map; an implementation may import its own parts.",
      severity: "error",
      from: { path: `^src/(${rooms})/`, pathNot: `^src/[^/]+/${implementations}/` },
      to: { path: `^src/[^/]+/${implementations}/` },
    },
    {
      name: "implementations-keep-to-themselves",
      comment: "One implementation never imports another room's implementation.",
      severity: "error",
      from: { path: `^src/([^/]+)/${implementations}/` },
      to: { path: `^src/[^/]+/${implementations}/`, pathNot: "^src/$1/" },
    },
    {
      name: "rooms-are-pure",
      comment: "Values in, values out: only the folders of implementations and serving do input and output.",
      severity: "error",
      from: { path: `^src/(${rooms}|commands)/`, pathNot: `^src/([^/]+/${implementations}|serving)/` },
      to: { path: inputOutput, dependencyTypes: ["core"] },
    },
    {
      name: "kernel-is-pure",
      severity: "error",
      from: { path: "^src/kernel/" },
      to: { path: inputOutput, dependencyTypes: ["core"] },
    },
    {
      name: "commands-reach-implementations-by-map",
      severity: "error",
      from: { path: "^src/commands/" },
      to: { path: `^src/([^/]+/${implementations}|hosts)/` },
    },
    {
      name: "actions-toolkit-in-hosts",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/hosts/" },
      to: { path: "node_modules/@actions/" },
    },
    {
      name: "heavy-packages-are-lazy",
      comment: "A static import of these would cost every start; hosts load them where they are used.",
      severity: "error",
      from: { path: "^src/" },
      to: {
        path: "node_modules/(@actions/|onnxruntime-node|@duckdb/|tar/)",
        dependencyTypesNot: ["type-only", "type-import"],
        dynamic: false,
      },
    },
    {
      name: "no-unlisted-packages",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev", "unknown", "undetermined"] },
    },
    {
      name: "nothing-unresolved",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    parser: "tsc",
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".json"],
    },
  },
};
