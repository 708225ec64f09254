import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commands } from "../../src/generated/commands.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { Bench, complaints, type Texts } from "../support/bad-inputs.ts";
import { type Change, edited, forged, rebuiltJson, rebuiltYaml } from "../support/bad-inputs-content.ts";
import { dullModel, invocations, prepareFiles } from "../support/bad-inputs-invocations.ts";
import { evaluationReport, fileOf, trainingReport, validationReport } from "../support/chain-reports.ts";

/** Whatever a file holds, the command that reads it ends with a verdict or with an error that a person can act on, and never with a bug. */

const isSlow = process.env.TITLEHOLDER_SLOW === "1";

interface Target {
  readonly command: string;
  readonly file: string;
  readonly changes: fc.Arbitrary<Change>;
  /** Beside the command's usual run. */
  readonly given?: Texts;
  readonly runs: number;
}

const report = ".titleholder/churn/gate/report.json";
const model = digestOf(dullModel);
const files = { "data/train.csv": "january" };
const validation = fileOf(validationReport(files));
const training = fileOf(trainingReport(model, files));
const evaluation = fileOf(evaluationReport(model, files, { champion: model }));
const version = "models/models/churn/versions/00000001.json";
const move = "models/models/churn/aliases/champion/00000001.json";
const journal = "models/streams/rollout/tried@/00000001.json";
const status = { operation: "status", model: "tried", "dry-run": "false", version: "registry:tried@1" };

const targets: readonly (Target & { readonly content?: string })[] = [
  { command: "validate-data", file: "contract.odcs.yaml", changes: edited, runs: 30 },
  { command: "validate-data", file: "contract.odcs.yaml", changes: rebuiltYaml, runs: 30 },
  { command: "validate-data", file: "data/train.csv", changes: edited, runs: 15 },
  { command: "train", file: report, content: validation, changes: forged, given: { run: "true" }, runs: 20 },
  { command: "evaluate-vs-champion", file: "data/test.csv", changes: edited, runs: 3 },
  { command: "evaluate-vs-champion", file: "out/model.onnx", changes: edited, runs: 3 },
  { command: "register-model", file: report, content: evaluation, changes: forged, runs: 30 },
  { command: "register-model", file: report, content: training, changes: forged, runs: 20 },
  { command: "register-model", file: report, content: evaluation, changes: edited, runs: 15 },
  { command: "register-model", file: version, changes: rebuiltJson, runs: 15 },
  { command: "register-model", file: move, changes: edited, given: { promote: "true" }, runs: 15 },
  { command: "canary-deploy", file: journal, changes: rebuiltJson, given: status, runs: 30 },
  { command: "canary-deploy", file: journal, changes: edited, given: status, runs: 10 },
  {
    command: "drift-report",
    file: "profile.json",
    changes: rebuiltJson,
    given: { reference: "profile.json" },
    runs: 30,
  },
  { command: "drift-report", file: "profile.json", changes: edited, given: { reference: "profile.json" }, runs: 15 },
  { command: "drift-report", file: "data/test.csv", changes: edited, runs: 10 },
  { command: "verify", file: version, changes: rebuiltJson, runs: 15 },
  { command: "verify", file: move, changes: rebuiltJson, runs: 15 },
  { command: "verify", file: "models/format.json", changes: rebuiltJson, runs: 10 },
];

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open(prepareFiles);
});
beforeEach(() => bench.restore());
afterAll(() => bench[Symbol.asyncDispose]());

describe.each(targets)("$command on $file", ({ command: name, file, content, changes, given = {}, runs }) => {
  const numRuns = isSlow ? runs * 60 : runs;

  test(`${numRuns} random changes`, { timeout: isSlow ? 3_600_000 : 60_000 }, async () => {
    const [command, invocation] = [await commands[name]?.load(), invocations[name]];
    if (command === undefined || invocation === undefined) throw new Error(`no command ${name}`);
    const before = content === undefined ? await readFile(join(bench.cwd, file)) : new TextEncoder().encode(content);
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        await bench.write(file, change(before));
        const attempt = await bench.attempt(command, { ...invocation.given, ...given });
        // A registry whose own files are damaged is no mistake of the one who runs the command.
        const isRegistry = file.startsWith("models/");
        const found = complaints(attempt).filter((text) => !(isRegistry && text.startsWith("exit code 3: ")));
        expect(found).toEqual([]);
      }),
      { numRuns, ...(isSlow ? {} : { seed: 7 }) },
    );
  });
});
