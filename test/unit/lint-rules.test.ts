import { execFileSync, spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const rulesFile = pathToFileURL(join(root, ".dependency-cruiser.mjs")).href;
const { default: dependencyRules } = (await import(rulesFile)) as {
  readonly default: { readonly forbidden: readonly { readonly name: string }[] };
};

/** One violation of each rule of who may import whom, by the rule's name. */
const imports: Readonly<Record<string, readonly [file: string, text: string]>> = {
  "no-cycles": ["src/kernel/cycle-a.ts", 'import { b } from "./cycle-b.ts";\nexport const a = () => b;\n'],
  "src-stands-alone": [
    "src/report/leans.ts",
    'import { support } from "../../test/support.ts";\nexport const x = support;\n',
  ],
  "kernel-and-stats-know-nothing": [
    "src/kernel/knows.ts",
    'import type { R } from "../report/leans.ts";\nexport type X = R;\n',
  ],
  "kernel-knows-no-statistics": [
    "src/kernel/counts.ts",
    'import { mean } from "../stats/mean.ts";\nexport const x = mean;\n',
  ],
  "stats-knows-kernel-types-alone": [
    "src/stats/fails.ts",
    'import { plain } from "../kernel/plain.ts";\nexport const x = plain;\n',
  ],
  "stats-is-pure": ["src/stats/hashes.ts", 'import { createHash } from "node:crypto";\nexport const x = createHash;\n'],
  "rooms-below-commands": [
    "src/contract/above.ts",
    'import { maps } from "../generated/maps.ts";\nexport const x = maps;\n',
  ],
  "rooms-never-import-implementations": [
    "src/dataset/picks.ts",
    'import { engine } from "./engines/one.ts";\nexport const x = engine;\n',
  ],
  "implementations-keep-to-themselves": [
    "src/registry/backends/strays.ts",
    'import { engine } from "../../dataset/engines/one.ts";\nexport const x = engine;\n',
  ],
  "rooms-are-pure": [
    "src/evaluation/reads.ts",
    'import { readFile } from "node:fs/promises";\nexport const x = readFile;\n',
  ],
  "kernel-is-pure": [
    "src/kernel/reads.ts",
    'import { readFileSync } from "node:fs";\nexport const x = readFileSync;\n',
  ],
  "process-in-hosts": [
    "src/training/launchers/asks.ts",
    'import { env } from "node:process";\nexport const x = env;\n',
  ],
  "implementations-by-map": [
    "src/commands/picks.ts",
    'import { engine } from "../dataset/engines/one.ts";\nexport const x = engine;\n',
  ],
  "commands-below-hosts": [
    "src/commands/above.ts",
    'import { host } from "../hosts/clean.ts";\nexport const x = host;\n',
  ],
  "hosts-load-commands-by-map": [
    "src/hosts/names.ts",
    'import { x } from "../commands/picks.ts";\nexport const y = x;\n',
  ],
  "actions-toolkit-in-hosts": [
    "src/commands/outputs.ts",
    'import type * as core from "@actions/core";\nexport type X = typeof core;\n',
  ],
  "heavy-packages-are-lazy": ["src/hosts/eager.ts", 'import * as core from "@actions/core";\nexport const x = core;\n'],
  "natives-through-host": ["src/hosts/native-import.ts", 'export const x = () => import("@duckdb/node-api");\n'],
  "no-unlisted-packages": ["src/hosts/unlisted.ts", 'import fc from "fast-check";\nexport const x = fc;\n'],
  "nothing-unresolved": ["src/hosts/nowhere.ts", 'import { x } from "./not-there.ts";\nexport const y = x;\n'],
  ...valuesBetweenRooms(),
};

/** A room that takes a value of a room it may know by its types alone. */
function valuesBetweenRooms(): Record<string, readonly [string, string]> {
  const names = dependencyRules.forbidden.map((rule) => rule.name).filter((name) => name.endsWith("-takes-values"));
  return Object.fromEntries(
    names.map((name) => {
      const room = name.replace("-takes-values", "");
      const other = room === "notify" ? "drift" : "notify";
      return [
        name,
        [`src/${room}/takes.ts`, `import { value } from "../${other}/value.ts";\nexport const x = value;\n`],
      ];
    }),
  );
}

/** What the rules allow, close to what they forbid. */
const allowed: Readonly<Record<string, string>> = {
  "src/hosts/clean.ts":
    'import { mean } from "../stats/mean.ts";\nexport const host = async () => [mean, await import("@actions/core"), process.env.HOME, Date.now()];\n',
  "src/dataset/engines/one.ts": 'import { readFile } from "node:fs/promises";\nexport const engine = readFile;\n',
  "src/dataset/engines/typed.ts":
    'import type { DuckDBInstance } from "@duckdb/node-api";\nexport type Engine = DuckDBInstance;\n',
  "src/evaluation/types-alone.ts": 'import type { value } from "../notify/value.ts";\nexport type X = typeof value;\n',
  "src/drift/joins.ts":
    'import { value } from "../profile/value.ts";\nimport { mean } from "../stats/mean.ts";\nexport const x = [value, mean];\n',
  "src/generated/maps.ts": 'export const maps = { one: () => import("../dataset/engines/one.ts") };\n',
  "src/commands/by-map.ts": 'import { maps } from "../generated/maps.ts";\nexport const x = maps;\n',
  "src/report/dates.ts": 'export const day = new Date("2026-01-31T00:00:00Z").getTime() + Math.round(0.5);\n',
};

const targets: Readonly<Record<string, string>> = {
  "src/kernel/cycle-b.ts": 'import { a } from "./cycle-a.ts";\nexport const b = () => a;\n',
  "src/kernel/plain.ts": "export const plain = 1;\n",
  "src/stats/mean.ts": "export const mean = 1;\n",
  "src/notify/value.ts": "export const value = 1;\n",
  "src/drift/value.ts": "export const value = 1;\n",
  "src/profile/value.ts": "export const value = 1;\n",
  "test/support.ts": "export const support = 1;\n",
};

const biome: Readonly<Record<string, readonly [file: string, text: string, says: string]>> = {
  "an any": ["src/rollout/any.ts", "export const x = (y: any): unknown => y;\n", "lint/suspicious/noExplicitAny"],
  "a non-null assertion": [
    "src/rollout/sure.ts",
    "export const x = (y: string | undefined): string => y!;\n",
    "lint/style/noNonNullAssertion",
  ],
  "a built-in without node:": [
    "src/rollout/bare.ts",
    'import { join } from "path";\n\nexport const x = join;\n',
    "lint/style/useNodejsImportProtocol",
  ],
  "a type imported as a value": [
    "src/rollout/untyped.ts",
    'import { Digest } from "./digest.ts";\n\nexport type X = Digest;\n',
    "lint/style/useImportType",
  ],
  "process.env outside of hosts": [
    "src/rollout/env.ts",
    "export const x = process.env.HOME;\n",
    "lint/style/noRestrictedGlobals",
  ],
  "process.exit outside of hosts": [
    "src/rollout/exit.ts",
    "export const x = () => process.exit(1);\n",
    "lint/style/noRestrictedGlobals",
  ],
  "the process by way of globalThis": [
    "src/rollout/global.ts",
    "export const x = globalThis.process.argv;\n",
    "lint/style/noRestrictedGlobals",
  ],
  "console outside of hosts": ["src/rollout/console.ts", 'console.log("x");\n', "lint/style/noRestrictedGlobals"],
  "a bare fetch": [
    "src/rollout/fetch.ts",
    'export const x = () => fetch("https://example.org");\n',
    "lint/style/noRestrictedGlobals",
  ],
  "performance.now": [
    "src/rollout/stopwatch.ts",
    "export const x = performance.now();\n",
    "lint/style/noRestrictedGlobals",
  ],
  "Date.now": ["src/rollout/now.ts", "export const x = Date.now();\n", "plugin"],
  "the current time": ["src/rollout/today.ts", "export const x = new Date();\n", "plugin"],
  "Math.random": ["src/rollout/chance.ts", "export const x = Math.random();\n", "plugin"],
  "unformatted code": ["src/rollout/unformatted.ts", "export const x = 'single'\n", "format"],
};

/** A setting of tsconfig.json → code that only this setting refuses. */
const types: Readonly<Record<string, readonly [file: string, text: string, error: string]>> = {
  strictNullChecks: ["src/training/null.ts", "export const x = (y: string | undefined): string => y;\n", "TS2322"],
  noImplicitAny: ["src/training/implicit.ts", "export const x = (y) => y;\n", "TS7006"],
  exactOptionalPropertyTypes: [
    "src/training/optional.ts",
    "export const x: { y?: number } = { y: undefined };\n",
    "TS2375",
  ],
  noUncheckedIndexedAccess: [
    "src/training/index.ts",
    "export const x = (y: readonly string[]): string => y[0];\n",
    "TS2322",
  ],
  noImplicitOverride: [
    "src/training/override.ts",
    "class A {\n  x() {}\n}\nexport class B extends A {\n  x() {}\n}\n",
    "TS4114",
  ],
  noFallthroughCasesInSwitch: [
    "src/training/fall.ts",
    "export function x(y: number): number {\n  let z = 0;\n  switch (y) {\n    case 1:\n      z = 1;\n    default:\n      z += 2;\n  }\n  return z;\n}\n",
    "TS7029",
  ],
  noUnusedLocals: ["src/training/local.ts", "const unused = 1;\nexport {};\n", "TS6133"],
  noUnusedParameters: ["src/training/parameter.ts", "export const x = (y: number) => 1;\n", "TS6133"],
  verbatimModuleSyntax: [
    "src/training/verbatim.ts",
    'import { Artifact } from "./artifact.ts";\n\nexport type X = Artifact;\n',
    "TS1484",
  ],
  erasableSyntaxOnly: ["src/training/enum.ts", "export enum X {\n  A,\n}\n", "TS1294"],
};

const promises: Readonly<Record<string, readonly [file: string, text: string]>> = {
  "no-floating-promises": [
    "src/serving/floating.ts",
    "const later = async () => 1;\nexport const x = () => {\n  later();\n};\n",
  ],
  "no-misused-promises": [
    "src/serving/misused.ts",
    "const later = async () => true;\nexport const x = () => (later() ? 1 : 2);\n",
  ],
  "await-thenable": ["src/serving/thenable.ts", "export const x = async () => await 1;\n"],
};

const unused: Readonly<Record<string, string>> = {
  "src/hosts/bundle.ts": 'import { used } from "./exports.ts";\n\nexport const entry = used;\n',
  "src/hosts/exports.ts": "export const used = 1;\nexport const neverUsed = 2;\n",
  "src/hosts/helper-entry.ts": "export const nobodyAsked = 1;\n",
  "src/hosts/forgotten.ts": "export const x = 1;\n",
  "src/rollout/digest.ts": "export type Digest = string;\n",
  "src/training/artifact.ts": "export interface Artifact {\n  readonly name: string;\n}\n",
  "src/report/utils/text.ts": "export const x = 1;\n",
  "src/report/long.ts": "// A line.\n".repeat(401),
};

const copied = [
  ".dependency-cruiser.mjs",
  ".gitignore",
  ".oxlintrc.json",
  "biome.json",
  "knip.json",
  "package.json",
  "tsconfig.json",
  "scripts/ambient.grit",
  "scripts/layout.ts",
  "scripts/lint.ts",
];

let folder = "";
let output = "";
let exitCode: number | null = null;

/** One run of the project's own lint script over a tree that breaks every rule once. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "titleholder-lint-"));
  const planted = new Map<string, string>([
    ...Object.entries(targets),
    ...Object.entries(allowed),
    ...Object.entries(unused),
    ...[...Object.values(imports), ...Object.values(biome), ...Object.values(types), ...Object.values(promises)].map(
      ([file, text]) => [file, text] as const,
    ),
  ]);
  for (const [file, text] of planted) await write(file, text);
  for (const file of copied) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(root, file), join(folder, file));
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  const run = spawnSync(process.execPath, ["scripts/lint.ts"], { cwd: folder, encoding: "utf8", maxBuffer: 1 << 26 });
  output = run.stdout + run.stderr;
  exitCode = run.status;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

/** Lines of the output that name the file. */
function saidOf(file: string): readonly string[] {
  return output.split("\n").filter((line) => line.includes(file));
}

test("a tree that breaks the rules fails the lint", () => {
  expect(exitCode).toBe(1);
  for (const name of ["biome", "tsc", "oxlint", "dependency-cruiser", "knip", "layout"]) {
    expect(output).toContain(`FAIL ${name}:`);
  }
});

describe("who may import whom", () => {
  const rules = dependencyRules.forbidden.map((rule) => rule.name);

  test("every rule has its planted violation", () => {
    expect(Object.keys(imports).sort()).toEqual([...rules].sort());
  });

  test.each(rules)("%s", (rule) => {
    const file = imports[rule]?.[0] ?? "";
    // The cruiser names a cycle by whichever of its files comes first.
    expect(output).toMatch(
      new RegExp(`error ${rule}: ${file.replace("cycle-a", "cycle-[ab]").replaceAll(".", "\\.")}`),
    );
  });

  test.each(Object.keys(allowed))("%s is allowed", (file) => {
    expect(saidOf(file).filter((line) => line.includes(`: ${file} `))).toEqual([]);
  });
});

describe("Biome", () => {
  test.each(Object.entries(biome))("%s", (_what, [file, , says]) => {
    expect(saidOf(file).some((line) => line.includes(says))).toBe(true);
  });

  test("hosts may read the process and the clock, and a stated date is no ambient one", () => {
    expect(saidOf("src/hosts/clean.ts").filter((line) => /plugin|noRestricted/.test(line))).toEqual([]);
    expect(saidOf("src/report/dates.ts").filter((line) => /plugin|lint\//.test(line))).toEqual([]);
  });
});

describe("the type checker", () => {
  test.each(Object.entries(types))("%s", (_setting, [file, , error]) => {
    expect(saidOf(file).some((line) => line.includes(`error ${error}`))).toBe(true);
  });
});

describe("promises", () => {
  test.each(Object.entries(promises))("%s", (rule, [file]) => {
    const at = output.indexOf(`[${file}`);
    expect(output.slice(Math.max(0, at - 300), at)).toContain(rule);
  });
});

describe("what nobody uses, and how files lie", () => {
  test("an export that nothing imports", () => {
    expect(output).toMatch(/neverUsed\s.*src\/hosts\/exports\.ts/);
    expect(output).not.toMatch(/\bused\s.*src\/hosts\/exports\.ts/);
  });

  test("a file that nothing imports", () => {
    expect(output).toMatch(/Unused files[\s\S]*src\/hosts\/forgotten\.ts/);
  });

  test("a folder that names no noun, and a file too long to know", () => {
    expect(output).toContain('src/report/utils/text.ts: a folder is named after a noun of the field, not "utils"');
    expect(output).toContain("src/report/long.ts: 401 lines, at most 400");
  });
});
