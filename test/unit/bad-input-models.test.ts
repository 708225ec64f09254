import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench } from "../support/bad-inputs.ts";
import { goodModel, prepareFiles } from "../support/bad-inputs-invocations.ts";
import { known, refuses } from "../support/bad-inputs-suite.ts";

/** What a person gets wrong about models and labels, and what is said about it. */

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

refuses("evaluate-vs-champion", [
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
    what: "an error rate too small for any test",
    given: { alpha: "5e-324" },
    says: ["TH_INPUT_VALUE at input alpha", "fix: write at least 0.000001"],
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

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open(prepareFiles);
});
afterAll(() => bench[Symbol.asyncDispose]());

test("a first champion that does not exist yet is no error: the challenger is compared with a baseline, and the report says so", async () => {
  const { command, invocation } = await known("evaluate-vs-champion");
  const first = { champion: "registry:churn@champion", registry: "file:new-models" };
  const attempt = await bench.attempt(command, { ...invocation.given, ...first });
  expect(attempt.failure?.text).toBeUndefined();
  expect(attempt.report?.summary).toContain("unbaselined");
});
