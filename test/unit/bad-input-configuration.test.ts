import { expect, test } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import { Bench } from "../support/bad-inputs.ts";
import { dullModel, prepareFiles } from "../support/bad-inputs-invocations.ts";
import { known, refuses } from "../support/bad-inputs-suite.ts";
import { evaluationReport, fileOf } from "../support/chain-reports.ts";

/** What a person gets wrong in titleholder.yaml and about a training, and what is said about it. */

const config = (text: string) => ({ "titleholder.yaml": text });

refuses("train", [
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

test("a working directory whose name looks like a glob is searched as any other", async () => {
  await using odd = await Bench.open(prepareFiles, "odd [a-b] {c,d} * ?");
  const registration = await known("register-model");
  const report = evaluationReport(digestOf(dullModel), { "data/test.csv": "holdout" });
  await odd.write(".titleholder/churn/evaluate-vs-champion/report.json", fileOf(report));
  const registered = await odd.attempt(registration.command, registration.invocation.given);
  expect(registered.report?.summary).toContain("registered as PASSED");
  const validation = await known("validate-data");
  const validated = await odd.attempt(validation.command, { ...validation.invocation.given, data: "data/tr*.csv" });
  expect(validated.report?.summary).toContain("60 rows of 1 file");
});
