import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { ownAction } from "../support/act/actions.ts";
import { createFlightRepository } from "../support/act/flights.ts";
import { runWorkflow, type WorkflowRun } from "../support/act/run.ts";
import { filledToolCache } from "../support/act/tool-cache.ts";
import { testHost } from "../support/host.ts";
import { CHECKOUT } from "../support/tools.ts";

// Evidence made on one machine and used on another, as the artifacts of a run carry it.

const GIT = `actions/checkout@${"5".repeat(40)}`;
const UPLOAD = `actions/upload-artifact@${"3".repeat(40)}`;
const DOWNLOAD = `actions/download-artifact@${"4".repeat(40)}`;

const CONFIG = `version: 1
models:
  flights:
    validate-data: { data: data/*.parquet, contract: contract.odcs.yaml }
    train: { run: node train.mjs, data: data/2001-01.parquet, model-path: out/model.onnx }
    evaluate-vs-champion: { challenger: out/model.onnx, data: data/holdout.parquet, label: delayed, purpose: promote }
    register-model: { model-path: out/model.onnx }
`;

const EVALUATION = ".titleholder/titleholder-flights-evaluate-vs-champion-make-1/report.json";
const OTHER_EVALUATION = EVALUATION.replace("make-1/", "make-1-2/");

function register(id: string, ...inputs: readonly string[]): string {
  const lines = inputs.map((line) => `          ${line}`).join("\n");
  return `
      - id: ${id}
        continue-on-error: true
        uses: ${ownAction("register-model")}
        with:
          report: reports/${id}/report.json
          registry: \${{ vars.REGISTRY }}
          upload-report: false
${lines}
`;
}

const WORKFLOW = `name: handover
on: push
jobs:
  make:
    runs-on: first-machine
    env: { HOME: "\${{ vars.DISK }}/first", TMPDIR: "\${{ vars.DISK }}/first" }
    outputs: { pin: "\${{ steps.evaluate.outputs.report-digest }}" }
    steps:
      - uses: ${GIT}
      - uses: ${ownAction("validate-data")}
      - uses: ${ownAction("train")}
      - id: evaluate
        uses: ${ownAction("evaluate-vs-champion")}
      - uses: ${UPLOAD}
        with: { name: model, path: out/model.onnx }
      - uses: ${ownAction("train")}
        with: { params: "{ recipe: challenger }", model-path: other/model.onnx, report: other/train/report.json }
      - uses: ${ownAction("evaluate-vs-champion")}
        with: { challenger: other/model.onnx, report: other/evaluate/report.json }
  use:
    needs: make
    runs-on: second-machine
    env: { HOME: "\${{ vars.DISK }}/second", TMPDIR: "\${{ vars.DISK }}/second" }
    steps:
      - uses: ${GIT}
      - run: test ! -e .titleholder && test ! -e out
      - uses: ${DOWNLOAD}
        with: { name: model, path: out }
${register("empty-handed", "name: empty-handed")}
      - uses: ${DOWNLOAD}
        with: { pattern: "titleholder-*", path: .titleholder }
${register("genuine")}
${register("again")}
${register("pinned", "name: pinned", `evidence: ${EVALUATION}@\${{ needs.make.outputs.pin }}`)}
${register("mispinned", "name: mispinned", `evidence: ${EVALUATION}@sha256:${"0".repeat(64)}`)}
${register("other-evidence", "name: other-evidence", `evidence: ${OTHER_EVALUATION}`)}
      - run: |
          mkdir altered
          cp ${EVALUATION} altered/report.json
          sed -i 's/"decision":"unbaselined-pass"/"decision":"unbaselined-pasz"/' altered/report.json
          ! cmp -s ${EVALUATION} altered/report.json
${register("altered", "name: altered", "evidence: altered/report.json")}
      - run: printf x >> out/model.onnx
${register("altered-model", "name: altered-model")}
`;

let disk: string;
let run: WorkflowRun;

beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), "titleholder-handover-"));
  await mkdir(join(disk, "first"));
  await mkdir(join(disk, "second"));
  await using repository = await createFlightRepository({ recipe: "champion", port: 0 });
  await repository.commit({ "titleholder.yaml": CONFIG, ".github/workflows/handover.yml": WORKFLOW });
  run = await runWorkflow({
    repository,
    workflow: "handover.yml",
    toolCache: await filledToolCache(),
    nodeModules: join(CHECKOUT, "node_modules"),
    vars: { DISK: disk, REGISTRY: `file:${disk}/registry` },
  });
  expect(run.ok, run.logText).toBe(true);
});

afterAll(async () => {
  await rm(disk, { recursive: true, force: true });
});

async function versionsOf(name: string): Promise<readonly number[]> {
  await using t = await testHost();
  const registry = await openRegistry(`file:${disk}/registry`, t.host, { allowEphemeral: false });
  return (await registry.versions(name)).map(({ version }) => version);
}

describe("a model that was made on one machine and is registered on another", () => {
  test("is not proven while its evidence is not fetched", () => {
    expect(run.step("use", "empty-handed")).toMatchObject({
      exitCode: 1,
      outputs: { verdict: "inconclusive", status: "PENDING" },
    });
  });

  test("is registered with the reports that the first machine uploaded by default", () => {
    const step = run.step("use", "genuine");
    expect(step).toMatchObject({ exitCode: 0, outputs: { version: "1", status: "PASSED", "alias-after": "1" } });
    expect(run.step("make", "evaluate").outputs.decision).toBe("unbaselined-pass");
    for (const gate of ["evaluate-vs-champion", "train", "validate-data"]) {
      expect(step.summary).toMatch(new RegExp(`\\| ${gate} \\| (pass|warn) \\|`));
    }
  });

  test("has a report for each step, also where a step of the job had the same name before", () => {
    expect([...run.artifacts.keys()]).toEqual([
      "model",
      "titleholder-flights-evaluate-vs-champion-make-1",
      "titleholder-flights-evaluate-vs-champion-make-1-2",
      "titleholder-flights-train-make-1",
      "titleholder-flights-train-make-1-2",
      "titleholder-flights-validate-data-make-1",
    ]);
  });

  test("is the same version when it is registered again", async () => {
    expect(run.step("use", "again").outputs).toMatchObject({ version: "1", status: "PASSED" });
    expect(await versionsOf("flights")).toEqual([1]);
  });

  test("may name its evidence by the digest that the first job gave out", () => {
    expect(run.step("use", "pinned")).toMatchObject({ exitCode: 0, outputs: { status: "PASSED" } });
    const mispinned = run.step("use", "mispinned");
    expect(mispinned.exitCode).toBe(2);
    expect(mispinned.annotations).toMatchObject([{ properties: { title: "TH_EVIDENCE_PIN", file: EVALUATION } }]);
  });
});

describe("what is refused", () => {
  test("evidence about another model: a verdict against it, and no alias", async () => {
    const step = run.step("use", "other-evidence");
    expect(step).toMatchObject({ exitCode: 1, outputs: { verdict: "fail" } });
    expect(step.outputs["alias-after"]).toBeUndefined();
    expect(step.annotations).toContainEqual({
      level: "error",
      message: expect.stringMatching(/report that was named is about sha256:[0-9a-f]{64}, not about sha256:/),
      properties: { title: "named-evidence" },
    });
  });

  test("evidence with an edited letter: an error that names the file, and nothing is written", async () => {
    const step = run.step("use", "altered");
    expect(step.exitCode).toBe(2);
    expect(step.annotations).toMatchObject([
      { level: "error", properties: { title: "TH_EVIDENCE_ALTERED", file: "altered/report.json" } },
    ]);
    expect(await versionsOf("altered")).toEqual([]);
  });

  test("a model with a byte more than the one that was evaluated", () => {
    const step = run.step("use", "altered-model");
    expect(step).toMatchObject({ exitCode: 1, outputs: { verdict: "fail" } });
    expect(step.outputs["alias-after"]).toBeUndefined();
    expect(step.outputs.digest).not.toBe(run.step("use", "genuine").outputs.digest);
  });
});
