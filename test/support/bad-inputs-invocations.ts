import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { inputs as canaryInputs } from "../../src/commands/canary-deploy/inputs.ts";
import { Journal } from "../../src/commands/canary-deploy/journal.ts";
import { rolloutSettings } from "../../src/commands/canary-deploy/settings.ts";
import { locateData, openData } from "../../src/commands/data.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { canonicalJson } from "../../src/kernel/json.ts";
import { statementOf } from "../../src/lineage/evidence.ts";
import { profileToJson } from "../../src/profile/profile-json.ts";
import { profileDataset } from "../../src/profile/profiling.ts";
import { implementation as fileRegistry } from "../../src/registry/backends/file.ts";
import type { ModelRegistry } from "../../src/registry/registry.ts";
import { serializeReport } from "../../src/report/report.ts";
import { createRandom } from "../../src/stats/random.ts";
import type { Texts } from "./bad-inputs.ts";
import { asMaterial, evaluationReport, trainingReport, validationReport } from "./chain-reports.ts";
import { type TestHost, testHost } from "./host.ts";
import { modelSource, oneFile } from "./models.ts";
import { logisticRegression } from "./onnx-models.ts";

/**
 * What a path is for, which decides what has to be refused: `read` is opened and understood, `data` too and may be a folder or a glob,
 * `files` is hashed whatever it holds and may be either, `opaque` is one file that is hashed, `made` is written by the run.
 */
export type PathUse =
  | "read"
  | "data"
  | "files"
  | "opaque"
  | "opaque-or-folder"
  | "made"
  | "made-or-folder"
  | "registry";

export interface Invocation {
  /** Texts of a run that ends with a verdict. */
  readonly given: Texts;
  /** Inputs that take any text and do what it says: only those ways to write them wrongly are tried that must be refused. */
  readonly free?: readonly string[];
  /**
   * What random runs leave as it is, one of these at a time, so that none of them starts servers or a stranger's command; the first
   * one most often. */
  readonly harmless?: readonly Texts[];
  /** Inputs that are paths, where `read` is not meant. */
  readonly uses: Readonly<Record<string, PathUse>>;
  /** A run that ends with a verdict sooner, as it reads less. */
  readonly quick?: Texts;
  /** What else is written where an input is tried, so that it is looked at. */
  readonly beside?: Readonly<Record<string, Texts>>;
  /** Inputs that the quick run does not look at. */
  readonly slow?: readonly string[];
}

const registry = "file:models";

/** One run of each command that ends with a verdict, on the files of `prepareFiles`. */
export const invocations: Readonly<Record<string, Invocation>> = {
  "validate-data": {
    given: { data: "data/train.csv", contract: "contract.odcs.yaml" },
    uses: { data: "data", profile: "made", "infer-contract": "made" },
  },
  train: {
    given: {
      run: "cp out/dull.onnx out/trained.onnx",
      "model-path": "out/trained.onnx",
      data: "data/train.csv",
      "environment-lock": "uv.lock",
    },
    free: ["run"],
    harmless: [{ run: "true" }, { run: "false" }],
    uses: {
      data: "data",
      "environment-lock": "opaque",
      "model-path": "made-or-folder",
      "metrics-path": "made",
    },
  },
  "evaluate-vs-champion": {
    given: { challenger: "out/model.onnx", champion: "out/dull.onnx", data: "data/test.csv", label: "y" },
    // One model on both sides is unchanged, whatever the rows say.
    quick: {
      challenger: "registry:churn@1",
      champion: "registry:churn@champion",
      registry,
      data: "data/test.csv",
      label: "y",
    },
    harmless: [{}, { challenger: "out/dull.onnx" }],
    beside: { "screen-data": { purpose: "screen" } },
    slow: [
      "challenger",
      "champion",
      "data",
      "label",
      "key",
      "positive",
      "features",
      "evidence",
      "golden",
      "serving-profile",
    ],
    uses: { data: "data", "screen-data": "data" },
  },
  "register-model": {
    given: { "model-path": "out/dull.onnx", name: "churn", registry },
    uses: { "model-path": "opaque-or-folder" },
  },
  "canary-deploy": {
    // Helpers that run from the sources reserve gigabytes of addresses for the stripping of types.
    given: { "dry-run": "true", version: "out/dull.onnx", memory: "8GiB", registry, model: "churn" },
    // A version without evidence is refused before anything is served.
    quick: { version: "registry:churn@2", registry, model: "churn" },
    harmless: [{ version: "registry:churn@2", "allow-unproven": "false" }, { "dry-run": "true" }],
    slow: ["version", "allow-unproven", "memory", "dry-run"],
    uses: { "state-dir": "made-or-folder" },
  },
  verify: { given: { name: "churn", registry, data: "data" }, uses: { data: "files" } },
  "drift-report": {
    given: { reference: "data/train.csv", current: "data/test.csv" },
    uses: { reference: "data", current: "data" },
  },
};

export const commonUses: Readonly<Record<string, PathUse>> = { report: "made", evidence: "read", registry: "registry" };

/** Rows whose label follows 1.5·x − z. */
export function rows(count: number, seed: number): string {
  const random = createRandom(seed);
  const lines = Array.from({ length: count }, (_, row) => {
    const [x, z] = [random.normal(), random.normal()];
    const one = random.uniform() < 1 / (1 + Math.exp(-(1.5 * x - z)));
    return `${row},${x.toFixed(4)},${z.toFixed(4)},${one ? 1 : 0},${row % 3 === 0 ? "north" : "south"}`;
  });
  return `id,x,z,y,region\n${lines.join("\n")}\n`;
}

/** The contract of `rows`. */
export const contract = `apiVersion: v3.1.0
kind: DataContract
id: rows
version: 1.0.0
status: active
schema:
  - name: rows
    logicalType: object
    properties:
      - { name: id, logicalType: integer, required: true, unique: true }
      - { name: x, logicalType: number, required: true, logicalTypeOptions: { minimum: -10, maximum: 10 } }
      - { name: z, logicalType: number, required: true }
      - { name: y, logicalType: integer, required: true, logicalTypeOptions: { minimum: 0, maximum: 1 } }
      - { name: region, logicalType: string, required: true }
`;

export const goodModel = logisticRegression({ weights: { x: 1.5, z: -1 } });
export const dullModel = logisticRegression({ weights: { x: 0.4 } });

/** The files of the runs above, a registry with a model and its evidence, and a folder of all that is no good. */
export async function prepareFiles(folder: string): Promise<void> {
  const train = rows(60, 1);
  const test = rows(60, 2);
  const files: Record<string, string | Uint8Array> = {
    "data/train.csv": train,
    "data/test.csv": test,
    "out/model.onnx": goodModel,
    "out/dull.onnx": dullModel,
    "uv.lock": "version = 1\n",
    "contract.odcs.yaml": contract,
    ...badFiles,
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await mkdir(join(folder, "bad/empty-folder"));
  await symlink("nowhere", join(folder, "bad/dangling"));
  await symlink("circle", join(folder, "bad/circle"));
  await promisify(execFile)("mkfifo", [join(folder, "bad/pipe")]);
  await using t = await testHost({ cwd: folder });
  await prepareProfile(t, join(folder, "data/train.csv"));
  await prepareRegistry(t, { "data/train.csv": train }, { "data/test.csv": test });
}

export const latin1 = Uint8Array.from([0x6e, 0x61, 0x6d, 0x65, 0x3a, 0x20, 0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72, 0x0a]);

/** Content that is nothing of what a command could want. */
const badFiles: Readonly<Record<string, string | Uint8Array>> = {
  "bad/empty": "",
  "bad/garbage": Uint8Array.from({ length: 3000 }, (_, at) => (at * 7919 + (at >> 3)) % 256),
  "bad/malformed.yaml": "a: [1, 2\nb: }\n",
  "bad/latin1": latin1,
  "bad/nested.json": `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
  "bad/number.json": "12",
  "bad/list.json": "[1, 2]",
};

/** A rollout of another model that has begun and was never driven. */
async function prepareRollout(t: TestHost, models: ModelRegistry): Promise<void> {
  const { name, version, digest } = await models.register("tried", oneFile("the weights that are tried"));
  const journal = await Journal.open(models, name, t.host);
  const settings = rolloutSettings(canaryInputs.parse({}), false);
  await journal.start({ name, canary: { version, digest }, champion: null }, settings);
  await journal.observe({ kind: "resumed" });
}

async function prepareProfile(t: TestHost, data: string): Promise<void> {
  const { source, fingerprint } = await locateData([data], t.host, "data");
  await using dataset = await openData(source, t.host);
  const profile = await profileDataset(dataset, { data: fingerprint.digest });
  await t.write("profile.json", canonicalJson(profileToJson(profile)));
}

async function prepareRegistry(t: TestHost, trained: Texts, evaluated: Texts): Promise<void> {
  const models = fileRegistry.create({ location: "models" }, t.host);
  const version = await models.register("churn", modelSource({ "model.onnx": goodModel }));
  const validation = validationReport({ ...trained, ...evaluated });
  const training = trainingReport(version.digest, trained, { materials: [asMaterial(validation)] });
  const evaluation = evaluationReport(version.digest, evaluated, { materials: [asMaterial(training)] });
  await models.register("churn", oneFile("weights that nobody evaluated"));
  await prepareRollout(t, models);
  for (const report of [validation, training, evaluation]) {
    const { bytes, digest } = serializeReport(report);
    await models.attach(version, statementOf(report, digest), bytes);
  }
  await models.moveAlias("churn", {
    alias: "champion",
    from: null,
    to: version.version,
    actor: "mona",
    reason: "first",
    at: "2026-01-31T12:00:00.000Z",
  });
}

/** Digest of a text, for pins that are well formed and wrong. */
export const anotherDigest = digestOf("another");
