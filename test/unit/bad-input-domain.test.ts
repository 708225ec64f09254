import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commands } from "../../src/generated/commands.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { serializeReport } from "../../src/report/report.ts";
import { Bench, complaints } from "../support/bad-inputs.ts";
import {
  anotherDigest,
  contract,
  dullModel,
  goodModel,
  invocations,
  prepareFiles,
  rows,
} from "../support/bad-inputs-invocations.ts";
import { evaluationReport, fileOf, validationReport } from "../support/chain-reports.ts";

/** What a person gets wrong about data, contracts, models, registries and rollouts, and what is said about it. */

interface Wrong {
  readonly what: string;
  /** Written over the run that ends with a verdict; undefined leaves an input out. */
  readonly given?: Readonly<Record<string, string | undefined>>;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Must be in what is said: the code and place first. */
  readonly says: readonly (string | RegExp)[];
}

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open(prepareFiles);
});
beforeEach(() => bench.restore());
afterAll(() => bench[Symbol.asyncDispose]());

async function refuse(command: string, { given = {}, files = {}, says }: Wrong): Promise<void> {
  const [entry, invocation] = [commands[command], invocations[command]];
  if (entry === undefined || invocation === undefined) throw new Error(`no command ${command}`);
  for (const [path, content] of Object.entries(files)) await bench.write(path, content);
  const texts = Object.entries({ ...invocation.given, ...given }).filter(
    (text): text is [string, string] => text[1] !== undefined,
  );
  const attempt = await bench.attempt(await entry.load(), Object.fromEntries(texts));
  expect(attempt.report?.summary).toBeUndefined();
  expect(complaints(attempt)).toEqual([]);
  expect(attempt.exitCode).toBe(2);
  for (const part of says) expect(attempt.failure?.text).toMatch(part);
}

function suite(command: string, wrongs: readonly Wrong[]): void {
  describe(command, () => {
    test.each(wrongs)("$what", (wrong) => refuse(command, wrong));
  });
}

const otherColumns = "flight,delay\n1,2\n3,4\n";

const config = (text: string) => ({ "titleholder.yaml": text });

suite("validate-data", [
  {
    what: "a contract for other columns",
    files: { "data/train.csv": otherColumns },
    says: ["TH_CONTRACT_MISMATCH at contract.odcs.yaml", "no column in common", "fix: name the contract of this data"],
  },
  {
    what: "a contract with an error of syntax",
    files: { "contract.odcs.yaml": contract.replace("schema:", "schema: [") },
    says: [/^TH_CONTRACT_SYNTAX at contract\.odcs\.yaml:\d+:\d+: /],
  },
  {
    what: "a contract with a misspelt key",
    files: { "contract.odcs.yaml": contract.replace("required: true, unique", "requierd: true, unique") },
    says: [/^TH_CONTRACT_KEY at contract\.odcs\.yaml:10:\d+: /, 'did you mean "required"?'],
  },
  {
    what: "a contract of a newer standard",
    files: { "contract.odcs.yaml": contract.replace("v3.1.0", "v4.0.0") },
    says: ["TH_CONTRACT_VERSION at contract.odcs.yaml:1:13", "newer", "fix: upgrade Titleholder"],
  },
  {
    what: "another file for the contract",
    given: { contract: "uv.lock" },
    says: [/^TH_CONTRACT_\w+ at uv\.lock/],
  },
  {
    what: "a misspelt path of the contract",
    given: { contract: "contract.ocds.yaml" },
    says: ["TH_CONTRACT_MISSING", 'did you mean "contract.odcs.yaml"?'],
  },
  {
    what: "a pattern that is no regular expression",
    files: {
      "contract.odcs.yaml": contract.replace(
        "{ name: region, logicalType: string,",
        '{ name: region, logicalType: string, logicalTypeOptions: { pattern: "[a-" },',
      ),
    },
    says: [/^TH_\w+ at contract\.odcs\.yaml:14:\d+/, "[a-"],
  },
  {
    what: "a misspelt path of the data",
    given: { data: "data/trian.csv" },
    says: ["TH_DATA_MISSING at data/trian.csv (data)", 'did you mean "data/train.csv"?'],
  },
  {
    what: "data that is compressed",
    given: { data: "data/train.csv.gz" },
    files: { "data/train.csv.gz": gzipSync("a,b\n1,2\n") },
    says: ["TH_DATA_FORMAT at data/train.csv.gz (data)"],
  },
  {
    what: "compressed data under a name that hides it",
    files: { "data/train.csv": gzipSync("a,b\n1,2\n") },
    says: ["TH_DATA_FORMAT at data/train.csv (data)", "compressed", "fix: unpack it first"],
  },
  {
    what: "Parquet that is text",
    given: { data: "data/train.parquet" },
    files: { "data/train.parquet": rows(3, 1) },
    says: ["TH_DATA_FORMAT at data/train.parquet (data)", "fix: rename it to end in .csv"],
  },
  {
    what: "CSV that is Parquet",
    files: { "data/train.csv": "PAR1\u0015\u0004" },
    says: ["TH_DATA_FORMAT at data/train.csv (data)", "fix: rename it to end in .parquet"],
  },
  {
    what: "two formats in one data set",
    given: { data: "data/train.csv\ndata/more.parquet" },
    files: { "data/more.parquet": "PAR1" },
    says: ["TH_DATA_FORMAT at input data", "one data set has one format"],
  },
  {
    what: "a profile in the place of the data",
    given: { profile: "data/train.csv" },
    says: ["TH_OUTPUT_PATH at input profile", "another file is there, which would be lost"],
  },
  {
    what: "a report in the place of the contract",
    given: { report: "contract.odcs.yaml" },
    says: ["TH_OUTPUT_PATH at input report", "another file is there, which would be lost"],
  },
]);

const noModel: readonly (readonly [what: string, content: string | Uint8Array, says: string])[] = [
  ["a pickle", Uint8Array.from([0x80, 0x04, 0x95, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x8c, 0x03]), "pickle"],
  [
    "a zip archive, as PyTorch writes it",
    Uint8Array.from([0x50, 0x4b, 3, 4, 0x14, 0, 0, 0, 8, 0, 1, 2, 3, 4, 5, 6]),
    "zip",
  ],
  ["a text", "this is no model\n", "text"],
  [
    "a pointer of Git LFS",
    `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 1234\n`,
    "LFS",
  ],
  ["an HTML page", "<!DOCTYPE html><html><body>Not found</body></html>", "fix: "],
  [
    "HDF5, as Keras writes it",
    Uint8Array.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0]),
    "HDF5",
  ],
  ["an ONNX model that ends too early", goodModel.subarray(0, goodModel.length - 40), "whole ONNX model"],
  ["one byte", Uint8Array.from([8]), "fix: "],
];

suite("evaluate-vs-champion", [
  ...noModel.map(([what, content, says]) => ({
    what: `a challenger that is ${what}`,
    files: { "out/model.onnx": content },
    says: [/^TH_MODEL_\w+ at out\/model\.onnx/, says],
  })),
  {
    what: "a misspelt path of the challenger",
    given: { challenger: "out/modle.onnx" },
    says: ["TH_MODEL_MISSING at out/modle.onnx (challenger)", 'did you mean "model.onnx"?'],
  },
  {
    what: "a challenger that no registry has",
    given: { challenger: "registry:churn@nosuch", registry: "file:models" },
    says: ["TH_MODEL_MISSING at input challenger"],
  },
  {
    what: "a champion in an environment that nobody described",
    given: { champion: "registry:prod/churn@champion" },
    says: ["TH_ENVIRONMENT_UNKNOWN at input champion"],
  },
  {
    what: "a champion without a name",
    given: { champion: "registry:" },
    says: ["TH_REFERENCE_SYNTAX at input champion"],
  },
  {
    what: "a label column that is absent",
    given: { label: "regoin" },
    says: ["TH_LABEL_MISSING at input label", 'did you mean "region"?'],
  },
  {
    what: "a label with a value for every row",
    given: { label: "id" },
    says: ["TH_LABEL_VALUES at input label"],
  },
  {
    what: "a label that is a date",
    files: { "data/test.csv": "x,z,y\n1,2,2026-01-31\n2,1,2026-02-01\n" },
    says: ["TH_LABEL_VALUES at input label", "date"],
  },
  {
    what: "a label that is missing in some rows",
    files: { "data/test.csv": "x,z,y\n1,2,1\n2,1,\n3,1,0\n" },
    says: ["TH_LABEL_NULL at input label", "1 of 3 rows"],
  },
  {
    what: "a positive class that the label never has",
    given: { positive: "yes" },
    says: ["TH_LABEL_VALUES at input positive"],
  },
  {
    what: "data without a column that the model reads",
    files: { "data/test.csv": "x,zz,y\n1,2,1\n2,1,0\n" },
    says: ["TH_EVALUATION_COLUMNS at input data", 'the data has "zz"'],
  },
  {
    what: "data of no rows",
    files: { "data/test.csv": "x,z,y\n" },
    says: ["TH_EVALUATION_ROWS at input data"],
  },
  {
    what: "an empty file of data",
    files: { "data/test.csv": "" },
    says: [/^TH_\w+ at .*data/],
  },
  {
    what: "data with rows that cannot be read",
    files: { "data/test.csv": "x,z,y\n1,2,1\n1,2,3,4,5\n2,1,0\n" },
    says: ["TH_DATA_FAULTY at data/test.csv", "row 2", "fix: run validate-data"],
  },
  {
    what: "a margin where there is none",
    given: { metrics: "[{ name: roc-auc, test: superiority, margin: 0.01 }]" },
    says: ["TH_EVALUATION_METRICS at input metrics", "fix: leave the margin out"],
  },
  {
    what: "a misspelt metric",
    given: { metrics: "[{ name: roc-acu }]" },
    says: ["TH_INPUT_VALUE at input metrics: metrics at 0.name", 'did you mean "roc-auc"?'],
  },
  {
    what: "a misspelt key of a metric",
    given: { metrics: "[{ name: roc-auc, margn: 0.01 }]" },
    says: ["TH_INPUT_VALUE at input metrics: metrics at 0: ", 'unknown key "margn"'],
  },
  {
    what: "a metric of two classes for many",
    given: { task: "multiclass", metrics: "[roc-auc]" },
    says: ["TH_EVALUATION_METRICS at input metrics"],
  },
]);

const evaluated = { "data/test.csv": "holdout" };
const evidence = fileOf(evaluationReport(anotherDigest, evaluated));
const newer = evidence.replace("titleholder/report/v1", "titleholder/report/v2");

suite("register-model", [
  {
    what: "an alias that only a promotion moves",
    given: { alias: "champion" },
    says: ["TH_ALIAS_RESERVED at input alias", "fix: write promote: true"],
  },
  {
    what: "an alias that is kept for other registries",
    given: { alias: "latest" },
    says: ["TH_ALIAS_NAME at input alias"],
  },
  { what: "a name with a folder in it", given: { name: "team/churn" }, says: ["TH_MODEL_NAME at input name"] },
  { what: "a name that leads elsewhere", given: { name: ".." }, says: ["TH_MODEL_NAME at input name"] },
  {
    what: "a tag that follows from the evidence",
    given: { tags: "{ model_validation_status: PASSED }" },
    says: ["TH_TAG_RESERVED at input tags"],
  },
  {
    what: "a tag that is no text",
    given: { tags: "{ ticket: [1] }" },
    says: ["TH_INPUT_VALUE at input tags: tags at ticket"],
  },
  {
    what: "a version number below one",
    given: { "expect-alias": "0" },
    says: ["TH_INPUT_VALUE at input expect-alias"],
  },
  {
    what: "a registry of an unknown kind",
    given: { registry: "flie:models" },
    says: ["TH_REGISTRY_ADDRESS at input registry", 'did you mean "file"?'],
  },
  {
    what: "a registry without its kind",
    given: { registry: "models" },
    says: ["TH_REGISTRY_ADDRESS at input registry", "fix: write file:models"],
  },
  {
    what: "a registry of a newer format",
    files: { "models/format.json": '{"format":"titleholder/registry/v2"}\n' },
    says: ["TH_REGISTRY_FORMAT at models/format.json", "fix: upgrade Titleholder"],
  },
  {
    what: "a folder of other things as registry",
    given: { registry: "file:data" },
    says: ["TH_REGISTRY_LOCATION at input registry"],
  },
  {
    what: "a report of a newer format",
    given: { evidence: "evidence.json" },
    files: { "evidence.json": newer },
    says: ["TH_REPORT_FORMAT at evidence.json", "fix: upgrade Titleholder"],
  },
  {
    what: "a report that was edited",
    given: { evidence: "evidence.json" },
    files: { "evidence.json": evidence.replace('"verdict":"pass"', '"verdict":"warn"') },
    says: ["TH_EVIDENCE_ALTERED at evidence.json", "fix: run the gate again"],
  },
  {
    what: "a report with other line ends",
    given: { evidence: "evidence.json" },
    files: { "evidence.json": evidence.replace("\n", "\r\n") },
    says: ["TH_EVIDENCE_ALTERED at evidence.json"],
  },
  {
    what: "a file that is no report",
    given: { evidence: "data/test.csv" },
    says: ["TH_EVIDENCE_SYNTAX at data/test.csv"],
  },
  {
    what: "a report that is not the one that was pinned",
    given: { evidence: `evidence.json@${anotherDigest}` },
    files: { "evidence.json": evidence },
    says: ["TH_EVIDENCE_PIN at evidence.json (evidence)", anotherDigest],
  },
  {
    what: "a pin that is no digest",
    given: { evidence: "evidence.json@sha256:abc" },
    files: { "evidence.json": evidence },
    says: ["TH_EVIDENCE_PIN at input evidence"],
  },
  {
    what: "a misspelt path of a report",
    given: { evidence: ".titleholder/churn/evalute/report.json" },
    files: { ".titleholder/churn/evaluate/report.json": evidence },
    says: ["TH_EVIDENCE_MISSING", 'did you mean ".titleholder/churn/evaluate/report.json"?'],
  },
]);

const plan = (text: string) => ({ plan: text });

suite("canary-deploy", [
  {
    what: "a negative weight",
    given: plan("[{ set-weight: -5 }, { analysis: 1m }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 1"],
  },
  {
    what: "a weight above 100",
    given: plan("[{ set-weight: 101 }, { analysis: 1m }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 1"],
  },
  {
    what: "a fraction of a percent",
    given: plan("[{ set-weight: 0.5 }, { analysis: 1m }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 1"],
  },
  {
    what: "a weight that is text",
    given: plan("[{ set-weight: five }]"),
    says: ["TH_INPUT_VALUE at input plan: plan at 0.set-weight", "fix: write a number"],
  },
  {
    what: "a step that nobody knows",
    given: plan("[{ set-wieght: 5 }]"),
    says: [/^TH_INPUT_VALUE at input plan: plan at 0/, "set-"],
  },
  {
    what: "two steps in one",
    given: plan("[{ set-weight: 5, analysis: 10m }]"),
    says: [/^TH_INPUT_VALUE at input plan: plan at 0/, "unknown key"],
  },
  { what: "a plan without a step", given: plan("[]"), says: ["TH_ROLLOUT_PLAN at input plan"] },
  {
    what: "weights that fall",
    given: plan("[{ set-weight: 50 }, { analysis: 1m }, { set-weight: 5 }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 3"],
  },
  {
    what: "a plan that looks at nothing",
    given: plan("[{ set-weight: 100 }]"),
    says: ["TH_ROLLOUT_PLAN at input plan"],
  },
  {
    what: "an analysis before there is traffic",
    given: plan("[{ analysis: 1m }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 1"],
  },
  {
    what: "an analysis of no request",
    given: plan("[{ set-weight: 5 }, { analysis: { requests: 0 } }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 2"],
  },
  {
    what: "an analysis without an end",
    given: plan("[{ set-weight: 5 }, { analysis: {} }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 2"],
  },
  {
    what: "a pause without a unit",
    given: plan("[{ set-weight: 5 }, { pause: '30' }, { analysis: 1m }]"),
    says: ["TH_DURATION at input plan"],
  },
  {
    what: "a plan that is a mapping",
    given: plan("{ set-weight: 5 }"),
    says: ["TH_INPUT_VALUE at input plan", "fix: write a list"],
  },
  {
    what: "blocks longer than the horizon",
    given: { block: "2h", horizon: "1h" },
    says: ["TH_ROLLOUT_BLOCK at input horizon"],
  },
  { what: "blocks of no time", given: { block: "0s" }, says: ["TH_ROLLOUT_BLOCK at input block"] },
  { what: "a lease that runs out at once", given: { lease: "0s" }, says: ["TH_ROLLOUT_LEASE at input lease"] },
  {
    what: "a port that does not exist",
    given: { port: "70000" },
    says: ["TH_INPUT_VALUE at input port", "fix: write at most 65535"],
  },
  { what: "memory without a unit", given: { memory: "512" }, says: ["TH_SIZE at input memory"] },
  { what: "no memory at all", given: { memory: "0B" }, says: ["TH_SIZE at input memory"] },
  { what: "a version that is not said", given: { version: undefined }, says: ["TH_INPUT_MISSING at input version"] },
  { what: "a file without a dry run", given: { "dry-run": "false" }, says: ["TH_VERSION_REFERENCE at input version"] },
  {
    what: "a version that does not exist",
    given: { "dry-run": "false", version: "registry:churn@99" },
    says: ["TH_VERSION_MISSING at input version", "fix: write one of its versions (1, 2)"],
  },
  {
    what: "an alias that does not exist",
    given: { "dry-run": "false", version: "registry:churn@chalenger" },
    says: ["TH_VERSION_MISSING at input version"],
  },
  {
    what: "a model that does not exist",
    given: { "dry-run": "false", version: "registry:chrun@champion" },
    says: ["TH_VERSION_MISSING at input version"],
  },
  {
    what: "nothing to resume",
    given: { "dry-run": "false", version: undefined, operation: "resume" },
    says: ["TH_ROLLOUT_NONE at input operation"],
  },
  {
    what: "a candidate that is no model",
    given: { version: "uv.lock" },
    says: [/^TH_MODEL_NOT_ONNX at uv\.lock/],
  },
  {
    what: "a state folder that is a file",
    given: { "dry-run": "false", version: "registry:churn@2", "state-dir": "uv.lock" },
    says: ["TH_OUTPUT_PATH at input state-dir"],
  },
]);

const profileSchema = "titleholder/profile/v1";
const profile = (schema: string) => JSON.stringify({ schema, rows: 0, columns: [] });

suite("drift-report", [
  {
    what: "a profile of a newer format",
    given: { reference: "profile.json" },
    files: { "profile.json": profile(profileSchema.replace("v1", "v2")) },
    says: ["TH_PROFILE_FORMAT at profile.json", "fix: upgrade Titleholder"],
  },
  {
    what: "a profile that is damaged",
    given: { reference: "profile.json" },
    files: { "profile.json": JSON.stringify({ schema: profileSchema, rows: -1, columns: 5 }) },
    says: ["TH_PROFILE_FORMAT at profile.json"],
  },
  {
    what: "a profile without a column",
    given: { reference: "profile.json" },
    files: { "profile.json": profile(profileSchema) },
    says: [/^TH_DRIFT_\w+ at/],
  },
  {
    what: "JSON that is neither a profile nor a report",
    given: { reference: "bad/number.json" },
    says: ["TH_REFERENCE_FORMAT at bad/number.json (reference)"],
  },
  {
    what: "a report whose profile is gone",
    given: { reference: "report.json" },
    files: { "report.json": serializeReport(validationReport(evaluated)).bytes },
    says: ["TH_REFERENCE_FORMAT at report.json (reference)"],
  },
  {
    what: "a column that neither side has",
    given: { columns: "regoin" },
    says: ["TH_DRIFT_COLUMN at input columns", 'did you mean "region"?'],
  },
  {
    what: "a method that nobody knows",
    given: { methods: "psi, kss" },
    says: ["TH_INPUT_VALUE at input methods: methods at 1", 'did you mean "ks"?'],
  },
  {
    what: "current data with rows that cannot be read",
    files: { "data/test.csv": "id,x,z,y,region\n1,2\n" },
    says: ["TH_DATA_FAULTY at data/test.csv"],
  },
]);

suite("verify", [
  {
    what: "an environment that is not there",
    given: { registry: undefined, environment: "pord" },
    files: config("version: 1\nenvironments: { prod: { registry: file:models } }\n"),
    says: ["TH_INPUT_ENVIRONMENT at input environment", 'did you mean "prod"?'],
  },
  { what: "a version that does not exist", given: { alias: "9" }, says: ["TH_VERSION_MISSING at input alias"] },
  { what: "an alias that does not exist", given: { alias: "champoin" }, says: ["TH_VERSION_MISSING at input alias"] },
  { what: "a model that does not exist", given: { name: "chrun" }, says: ["TH_VERSION_MISSING at input name"] },
  { what: "version zero", given: { alias: "0" }, says: [/^TH_\w+ at input alias/] },
]);

suite("train", [
  {
    what: "a titleholder.yaml of a newer version",
    files: config("version: 2\nmodels: {}\n"),
    says: ["TH_CONFIG_VERSION at titleholder.yaml:1:10", "fix: use a newer release"],
  },
  {
    what: "a titleholder.yaml without a version",
    files: config("models: {}\n"),
    says: ["TH_CONFIG_VERSION at titleholder.yaml:1:1"],
  },
  { what: "an empty titleholder.yaml", files: config(""), says: ["TH_CONFIG_VERSION at titleholder.yaml:1:1"] },
  {
    what: "a titleholder.yaml that is a list",
    files: config("- version: 1\n"),
    says: ["TH_CONFIG_TYPE at titleholder.yaml:1:1"],
  },
  {
    what: "tabs in titleholder.yaml",
    files: config("version: 1\nmodels:\n\tchurn:\n"),
    says: ["TH_CONFIG_SYNTAX at titleholder.yaml:3:1"],
  },
  {
    what: "a key that is written twice",
    files: config("version: 1\nversion: 1\n"),
    says: ["TH_CONFIG_SYNTAX at titleholder.yaml:2:1"],
  },
  {
    what: "a key that is a list",
    files: config("version: 1\nmodels: { [a]: {} }\n"),
    says: ["TH_CONFIG_KEY at titleholder.yaml:2:11"],
  },
  {
    what: "a titleholder.yaml nested without end",
    files: config(`version: 1\nmodels: ${"[".repeat(100_000)}`),
    says: ["TH_CONFIG_SYNTAX at titleholder.yaml"],
  },
  {
    what: "aliases that unfold without end",
    files: config(
      `version: 1\nmodels:\n  churn:\n    train:\n      params:\n        a0: &a0 [x]\n${Array.from({ length: 9 }, (_, n) => `        a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}x]\n`).join("")}`,
    ),
    says: [/^TH_CONFIG_SYNTAX at titleholder\.yaml:\d+:\d+/],
  },
  {
    what: "a titleholder.yaml that is not UTF-8",
    files: { "titleholder.yaml": Uint8Array.from([0x61, 0xff, 0x62]) },
    says: ["TH_CONFIG_SYNTAX at titleholder.yaml", "UTF-8"],
  },
  {
    what: "a section that nobody knows",
    files: config("version: 1\nmodels:\n  churn:\n    trian: {}\n"),
    says: ["TH_CONFIG_KEY at titleholder.yaml:4:5", 'did you mean "train"?'],
  },
  {
    what: "two models, and none chosen",
    files: config("version: 1\nmodels: { churn: {}, fraud: {} }\n"),
    says: ["TH_INPUT_MODEL at input model", "churn, fraud"],
  },
  {
    what: "a model that is not there",
    given: { model: "chrun" },
    files: config("version: 1\nmodels: { churn: {}, fraud: {} }\n"),
    says: ["TH_INPUT_MODEL at input model", 'did you mean "churn"?'],
  },
  {
    what: "a model's name that no report can hold",
    files: config('version: 1\nmodels: { "a\\ud800": {} }\n'),
    says: ["TH_CONFIG_KEY at titleholder.yaml:2:11"],
  },
  {
    what: "an environment without a registry",
    files: config("version: 1\nenvironments: { prod: {} }\n"),
    says: ["TH_CONFIG_TYPE at titleholder.yaml:2:17"],
  },
  { what: "a missing config", given: { config: "titleholder.yml" }, says: ["TH_CONFIG_MISSING at input config"] },
  {
    what: "a limit that no calendar holds",
    given: { "time-limit": "999999999999d" },
    says: ["TH_DURATION at input time-limit"],
  },
  { what: "a limit without a unit", given: { "time-limit": "60" }, says: ["TH_DURATION at input time-limit"] },
  {
    what: "parameters that no variable can hold",
    given: { params: `{ text: ${"x".repeat(200_000)} }` },
    says: ["TH_TRAIN_PARAMS at input params"],
  },
  {
    what: "a model whose folder is a file",
    given: { "model-path": "uv.lock/model.onnx" },
    says: ["TH_OUTPUT_PATH at input model-path"],
  },
  {
    what: "metrics in a folder's place",
    given: { "metrics-path": "data" },
    says: ["TH_OUTPUT_PATH at input metrics-path"],
  },
  {
    what: "a report in the place of the data",
    given: { report: "data/train.csv" },
    says: ["TH_OUTPUT_PATH at input report"],
  },
  {
    what: "a report in a place that is too deep",
    given: { report: `new/${"n".repeat(300)}/report.json` },
    says: ["TH_OUTPUT_PATH at input report"],
  },
]);

test("a first champion that does not exist yet is no error: the challenger is compared with a baseline, and the report says so", async () => {
  const { command, given } = {
    command: commands["evaluate-vs-champion"],
    given: invocations["evaluate-vs-champion"]?.given,
  };
  if (command === undefined || given === undefined) throw new Error("no evaluate-vs-champion");
  const attempt = await bench.attempt(await command.load(), {
    ...given,
    champion: "registry:churn@champion",
    registry: "file:new-models",
  });
  expect(attempt.failure?.text).toBeUndefined();
  expect(attempt.report?.summary).toContain("unbaselined");
});

test("a working directory whose name looks like a glob is searched as any other", async () => {
  await using odd = await Bench.open(prepareFiles, "odd [a-b] {c,d} * ?");
  const register = await commands["register-model"]?.load();
  const validate = await commands["validate-data"]?.load();
  const [registration, validation] = [invocations["register-model"], invocations["validate-data"]];
  if (!register || !validate || !registration || !validation) throw new Error("commands are missing");
  const own = evaluationReport(digestOf(dullModel), evaluated);
  await odd.write(".titleholder/churn/evaluate-vs-champion/report.json", fileOf(own));
  const registered = await odd.attempt(register, registration.given);
  expect(registered.report?.summary).toContain("registered as PASSED");
  const validated = await odd.attempt(validate, { ...validation.given, data: "data/tr*.csv" });
  expect(validated.report?.summary).toContain("60 rows of 1 file");
});
