// Who may import whom: kernel, stats <- rooms <- commands <- hosts (docs/design.md).

/** Every room, and the rooms whose values its data flow demands; of the others it may know types alone. */
const mayUse = {
  contract: ["dataset", "profile"],
  dataset: [],
  profile: ["dataset"],
  drift: ["profile"],
  model: ["dataset"],
  training: [],
  evaluation: ["model"],
  registry: [],
  serving: ["model"],
  rollout: ["serving"],
  lineage: ["report"],
  report: [],
  notify: ["report"],
};
const rooms = Object.keys(mayUse).join("|");
const implementations = "(engines|methods|predictors|launchers|backends|targets|sources|channels|roles)";
const ambient = "module|perf_hooks|process|readline|repl|timers|tty|v8|vm|worker_threads|wasi";
const inputOutput = `^(fs|child_process|net|http|https|http2|dgram|dns|tls|cluster|os|inspector|sqlite|test|${ambient})(/|$)`;
const typesOnly = ["type-only", "type-import"];

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or lack a third. Types may refer to each other.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: typesOnly } },
    },
    {
      name: "src-stands-alone",
      comment: "Tests, scripts and examples use the sources, never the other way round.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts|bench|examples|dist|build)/" },
    },
    {
      name: "kernel-and-stats-know-nothing",
      severity: "error",
      from: { path: "^src/(kernel|stats)/" },
      to: { path: "^src/", pathNot: "^src/(kernel|stats)/" },
    },
    {
      name: "kernel-knows-no-statistics",
      severity: "error",
      from: { path: "^src/kernel/" },
      to: { path: "^src/stats/" },
    },
    {
      name: "stats-knows-kernel-types-alone",
      severity: "error",
      from: { path: "^src/stats/" },
      to: { path: "^src/kernel/", dependencyTypesNot: typesOnly },
    },
    {
      name: "stats-is-pure",
      comment: "Statistics know numbers alone: no built-in module.",
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
      comment:
        "One implementation never imports another room's implementation; of a helper's role it may know the messages' types.",
      severity: "error",
      from: { path: `^src/([^/]+)/${implementations}/` },
      to: { path: `^src/[^/]+/${implementations}/`, pathNot: "^src/$1/", dependencyTypesNot: typesOnly },
    },
    ...Object.entries(mayUse).map(([room, used]) => ({
      name: `${room}-takes-values`,
      comment:
        "Rooms hand each other values, and a command joins them. Another edge is a decision: write it into `mayUse`.",
      severity: "error",
      from: { path: `^src/${room}/` },
      to: {
        path: `^src/(${rooms})/`,
        pathNot: `^src/(${[room, ...used].join("|")})/`,
        dependencyTypesNot: typesOnly,
      },
    })),
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
      name: "process-in-hosts",
      comment: "The global is refused by Biome (noRestrictedGlobals), the module here.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/hosts/" },
      to: { path: "^process$", dependencyTypes: ["core"] },
    },
    {
      name: "implementations-by-map",
      severity: "error",
      from: { path: "^src/(commands|hosts)/" },
      to: { path: `^src/[^/]+/${implementations}/` },
    },
    {
      name: "commands-below-hosts",
      severity: "error",
      from: { path: "^src/(commands|generated)/" },
      to: { path: "^src/hosts/" },
    },
    {
      name: "hosts-load-commands-by-map",
      comment: "A host that names a command loads it at every start.",
      severity: "error",
      from: { path: "^src/hosts/" },
      to: {
        path: "^src/commands/",
        pathNot: "^src/commands/(paths|shared|written-file)\\.ts$",
        dependencyTypesNot: typesOnly,
      },
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
      to: { path: "node_modules/(@actions/|tar/)", dependencyTypesNot: typesOnly, dynamic: false },
    },
    {
      name: "natives-through-host",
      comment: "No bundle holds machine code: Host.native finds it. Its types may be named.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "node_modules/(onnxruntime-node|@duckdb)/", dependencyTypesNot: typesOnly },
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
