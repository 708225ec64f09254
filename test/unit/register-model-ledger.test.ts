import { describe, expect, test } from "vitest";
import { readLooks } from "../../src/commands/holdout-ledger.ts";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { command } from "../../src/commands/register-model.ts";
import { intentSchema, type LookIntent } from "../../src/evaluation/ledger.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { Json } from "../../src/kernel/json.ts";
import { makeReport, serializeReport } from "../../src/report/report.ts";
import { evaluationReport, fileOf } from "../support/chain-reports.ts";
import { evaluate, machine, refactored } from "../support/evaluation.ts";
import { type TestHost, testHost } from "../support/host.ts";

const model = digestOf("weights");
const holdout = { model: "churn", name: "test.csv" };

function intent(name: string, more: Partial<LookIntent> = {}): LookIntent {
  return intentSchema.parse({
    format: "titleholder/holdout-look/v1",
    key: digestOf(name),
    holdout,
    alike: [],
    challenger: model,
    champion: null,
    rule: digestOf("rule"),
    alpha: 0.0025,
    total: 0.05,
    budget: 20,
    protected: false,
    sketches: [{ columns: ["x"], key: [], rows: 0, digest: digestOf("") }],
    ...more,
  });
}
const reportWith = (look: LookIntent, challenger = model) =>
  fileOf(
    evaluationReport(
      challenger,
      {},
      { ledger: { state: "intended", total: look.total, intent: look } as unknown as Json },
    ),
  );

const start = (reports: Readonly<Record<string, string>>) =>
  testHost({ files: { "out/model.onnx": "weights", ...reports }, model: "churn" });
const registryOf = (t: TestHost) => openRegistry(undefined, t.host, { allowEphemeral: false });
const looksOf = async (t: TestHost) => readLooks(await registryOf(t));

async function register(t: TestHost, inputs: Record<string, unknown> = {}) {
  const given = { modelPath: `${t.cwd}/out/model.onnx`, evidence: [`${t.cwd}/*.json`], ...inputs };
  const { findings, outputs } = await command.run(command.inputs.parse(given), t.host, t.project);
  return { findings, outputs, check: findings.checks.find(({ id }) => id === "holdout-ledger") };
}

/** Looks that others took meanwhile. */
async function spend(t: TestHost, looks: readonly LookIntent[]): Promise<void> {
  const registry = await registryOf(t);
  for (const [at, look] of looks.entries()) {
    const entry = { ...look, at: "2026-01-31T12:00:00.000Z", actor: "mona" };
    expect((await registry.append("holdout/ledger", at, entry as unknown as Json)).ok).toBe(true);
  }
}

describe("a look that an evaluation could not count", () => {
  test("is counted once by the job that may write, and a rerun says the same", async () => {
    await using t = await start({ "evaluation.json": reportWith(intent("one")) });
    const { check, outputs } = await register(t);
    expect(check).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("is counted: look 1, at alpha 0.0025"),
    });
    expect(outputs.aliasAfter).toBe(1);
    expect((await register(t)).check).toEqual(check);
    expect(await looksOf(t)).toMatchObject([{ key: digestOf("one"), holdout, actor: t.host.actor }]);
  });

  test("is counted once by several jobs at once, and by two reports of it", async () => {
    const reports = { "evaluation.json": reportWith(intent("one")) };
    await using t = await start(reports);
    await t.write(
      "again.json",
      fileOf(
        evaluationReport(
          model,
          {},
          { ledger: { total: 0.05, intent: intent("one") } as unknown as Json, finished: "2026-02-01T12:00:00.000Z" },
        ),
      ),
    );
    await Promise.all(Array.from({ length: 8 }, () => register(t)));
    expect(await looksOf(t)).toHaveLength(1);
  });

  test("is counted whichever model it was about, and told for this one alone", async () => {
    const other = reportWith(intent("other", { challenger: digestOf("another") }), digestOf("another"));
    await using t = await start({ "evaluation.json": reportWith(intent("one")), "other.json": other });
    const { findings } = await register(t);
    expect(findings.checks.filter(({ id }) => id === "holdout-ledger")).toHaveLength(1);
    expect((await looksOf(t)).map(({ key }) => key).sort()).toEqual([digestOf("one"), digestOf("other")].sort());
  });

  test("is told and not counted in a dry run", async () => {
    await using t = await start({ "evaluation.json": reportWith(intent("one")) });
    expect((await register(t, { dryRun: true })).check?.message).toContain("would be counted: look 1");
    expect(await looksOf(t)).toEqual([]);
  });

  test("moves no alias when others have spent what it was tested at", async () => {
    await using t = await start({ "evaluation.json": reportWith(intent("one")) });
    await spend(
      t,
      Array.from({ length: 20 }, (_, at) => intent(`earlier ${at}`)),
    );
    const { check, outputs, findings } = await register(t);
    expect(check).toMatchObject({ verdict: "fail", message: expect.stringContaining("Evaluate again") });
    expect({ after: outputs.aliasAfter, verdict: findings.verdict }).toEqual({ after: undefined, verdict: "fail" });
    expect(await looksOf(t)).toHaveLength(20);
  });

  test("is refused where a decreasing budget has gone on without it", async () => {
    const first = 0.05 * (6 / Math.PI ** 2);
    const decreasing = (name: string, alpha: number) => intent(name, { alpha, budget: "decreasing" });
    await using t = await start({ "evaluation.json": reportWith(decreasing("one", first)) });
    await spend(t, [decreasing("earlier", first)]);
    expect((await register(t)).check?.verdict).toBe("fail");
  });

  test("of a real evaluation is the look that a later one takes again for nothing", async () => {
    await using at = await machine({ "out/model.onnx": refactored });
    const given = { challenger: "refactored.onnx", champion: "good.onnx", registry: "file:.titleholder/registry" };
    const { findings } = await evaluate(at, { ...given, dryRun: true });
    const run = {
      version: "0.1.0",
      started: "2026-01-31T12:00:00.000Z",
      finished: "2026-01-31T12:00:00.000Z",
      timings: {},
    };
    const report = makeReport({ command: "evaluate-vs-champion", model: "default", config: {}, run }, findings);
    await at.write("evaluation.json", new TextDecoder().decode(serializeReport(report).bytes));
    const { check } = await register(at, { name: "churn", evidence: [`${at.cwd}/evaluation.json`] });
    expect(check?.message).toContain("is counted: look 1");
    const again = await evaluate(at, given);
    expect(again.findings.details).toMatchObject({ ledger: { state: "counted", look: 1 } });
    expect(await looksOf(at)).toHaveLength(1);
    const copied = await evaluate(at, { ...given, challenger: "dull.onnx", holdout: "a new name" });
    expect(copied.findings.details).toMatchObject({ ledger: { look: 2, alike: ["test.csv"] } });
  });
});
