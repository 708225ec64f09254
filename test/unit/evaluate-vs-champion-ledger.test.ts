import { describe, expect, test } from "vitest";
import { readLooks } from "../../src/commands/holdout-ledger.ts";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { intentSchema } from "../../src/evaluation/ledger.ts";
import { isJsonObject, type Json } from "../../src/kernel/json.ts";
import { createRandom } from "../../src/stats/random.ts";
import { evaluate, machine, pullRequest, rows } from "../support/evaluation.ts";
import type { TestHost } from "../support/host.ts";
import { logisticRegression } from "../support/onnx-models.ts";
import { writeParquet } from "../support/parquet.ts";

const kept = { registry: "file:.titleholder/registry", champion: "good.onnx" };
const looksOf = async (at: TestHost) =>
  readLooks(await openRegistry(kept.registry, at.host, { allowEphemeral: false }));
const ledgerIn = (findings: { readonly details: Json }) =>
  isJsonObject(findings.details) ? findings.details.ledger : undefined;
/** A model a little off the good one, and another for each number. */
const variant = (number: number) => logisticRegression({ weights: { x: 1.5 + number / 500, z: -1 } });

describe("the budget of a holdout", () => {
  test("a promotion is tested at its share of alpha, and the report says which look it was", async () => {
    await using at = await machine();
    const { findings, check } = await evaluate(at, { ...kept, challenger: "refactored.onnx" });
    expect(check("holdout-ledger")).toMatchObject({
      verdict: "pass",
      observed: 1,
      message: expect.stringContaining(
        "look 1 of 20 at test.csv, tested at alpha 0.0025 of 0.05 for all of them; 19 left",
      ),
    });
    expect(ledgerIn(findings)).toMatchObject({
      holdout: "test.csv",
      look: 1,
      left: 19,
      alpha: 0.0025,
      total: 0.05,
      state: "counted",
    });
    expect(findings.details).toMatchObject({ alpha: 0.0025 });
    expect(findings.summary).toContain("99.75% bounds");
    // Fewer errors are bought by a larger difference that these rows can find.
    const plain = await evaluate(at, { challenger: "refactored.onnx", champion: "good.onnx" });
    const detectable = (text: string | undefined) =>
      Number(/find a difference of ([\d.]+) with 80% power/.exec(text ?? "")?.[1]);
    expect(detectable(check("metric-roc-auc")?.message)).toBeGreaterThan(
      detectable(plain.check("metric-roc-auc")?.message),
    );
    expect((await looksOf(at)).map(({ alpha }) => alpha)).toEqual([0.0025]);
  });

  test("the same look again is free and finds the same; another challenger is another look", async () => {
    await using at = await machine();
    const one = await evaluate(at, { ...kept, challenger: "refactored.onnx" });
    const other = await evaluate(at, { ...kept, challenger: "dull.onnx" });
    const again = await evaluate(at, { ...kept, challenger: "refactored.onnx" });
    const { timings: _first, ...findings } = one.findings;
    const { timings: _second, ...repeated } = again.findings;
    expect(repeated).toEqual(findings);
    expect(at.logs).toContain("info look 1 at test.csv was counted before, and costs nothing again");
    expect(ledgerIn(other.findings)).toMatchObject({ look: 2, left: 18 });
    const asked = await evaluate(at, { ...kept, challenger: "refactored.onnx", metrics: ["accuracy"] });
    expect(ledgerIn(asked.findings)).toMatchObject({ look: 3 });
    expect(await looksOf(at)).toHaveLength(3);
  });

  test("the same digest and the same answers cost nothing, and neither does a screen", async () => {
    await using at = await machine({
      "twin.onnx": logisticRegression({ weights: { x: 1.5, z: -1 }, metadata: { by: "another" } }),
    });
    expect((await evaluate(at, { ...kept, challenger: "good.onnx" })).decision).toBe("unchanged");
    const twin = await evaluate(at, { ...kept, challenger: "twin.onnx" });
    expect(twin.decision).toBe("unchanged");
    expect(twin.check("holdout-ledger")?.message).toContain("nothing of the holdout's budget is spent");
    const screen = await evaluate(at, { ...kept, challenger: "dull.onnx", purpose: "screen" });
    expect(screen.findings.details).toMatchObject({ alpha: 0.05, ledger: null });
    expect(await looksOf(at)).toEqual([]);
  });

  test("a spent holdout decides nothing, but what it decided before it says again", async () => {
    await using at = await machine({ "other.csv": rows(1500, 2) });
    const given = { ...kept, holdoutBudget: 2 };
    await evaluate(at, { ...given, challenger: "refactored.onnx" });
    const last = await evaluate(at, { ...given, challenger: "dull.onnx" });
    expect(last.check("holdout-ledger")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("rotate it"),
    });
    const more = { ...given, challenger: "useless.onnx" };
    await expect(evaluate(at, more)).rejects.toMatchObject({
      code: "TH_HOLDOUT_SPENT",
      message: expect.stringContaining("test.csv has decided 2 of 2 promotions"),
      fix: expect.stringContaining("rotate it"),
    });
    await expect(evaluate(at, { ...more, holdoutBudget: 100 })).rejects.toMatchObject({ code: "TH_HOLDOUT_SPENT" });
    await expect(evaluate(at, { ...more, holdout: "new" })).rejects.toMatchObject({ code: "TH_HOLDOUT_SPENT" });
    expect((await evaluate(at, { ...given, challenger: "dull.onnx" })).decision).toBe("rejected");
    // Other rows under a new name are a new holdout; under the old name they are not.
    await expect(evaluate(at, { ...more, data: "other.csv", holdout: "test.csv" })).rejects.toMatchObject({
      code: "TH_HOLDOUT_SPENT",
    });
    expect((await evaluate(at, { ...more, data: "other.csv", holdout: "fresh" })).decision).toBe("rejected");
  }, 180_000);

  test("a decreasing budget gives each look less, and never ends at a number", async () => {
    await using at = await machine();
    const given = { ...kept, holdoutBudget: "decreasing" };
    const one = await evaluate(at, { ...given, challenger: "refactored.onnx" });
    const two = await evaluate(at, { ...given, challenger: "dull.onnx" });
    expect(ledgerIn(one.findings)).toMatchObject({ alpha: expect.closeTo(0.0304, 4), left: null });
    expect(ledgerIn(two.findings)).toMatchObject({ alpha: expect.closeTo(0.0076, 4) });
    expect(two.check("holdout-ledger")?.message).toContain("each further one gets less");
    await expect(evaluate(at, { ...kept, challenger: "dull.onnx", holdoutBudget: 60_000 })).rejects.toMatchObject({
      code: "TH_HOLDOUT_BUDGET",
    });
  });

  test("without a registry nobody counts, which is a warning", async () => {
    await using at = await machine();
    const { findings, decision, check } = await evaluate(at, { challenger: "refactored.onnx", champion: "good.onnx" });
    expect(check("holdout-ledger")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("Name a registry"),
    });
    expect({ decision, verdict: findings.verdict }).toEqual({ decision: "non-inferior", verdict: "warn" });
    expect(findings.details).toMatchObject({ alpha: 0.05, ledger: null });
  });

  test("an entry of a newer program is no entry to pass over", async () => {
    await using at = await machine();
    const registry = await openRegistry(kept.registry, at.host, { allowEphemeral: false });
    await registry.append("holdout/ledger", 0, { format: "titleholder/holdout-look/v2" });
    await expect(evaluate(at, { ...kept, challenger: "dull.onnx" })).rejects.toMatchObject({
      code: "TH_LEDGER_FORMAT",
    });
  });
});

describe("evaluations at the same time", () => {
  test("count one look each, and the same evaluation twice counts one", async () => {
    const models = Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`v${at}.onnx`, variant(at + 1)]));
    await using at = await machine({ "test.csv": rows(300, 1), ...models });
    const runs = Object.keys(models).flatMap((challenger) => [challenger, challenger]);
    const found = await Promise.all(runs.map((challenger) => evaluate(at, { ...kept, challenger })));
    const looks = await looksOf(at);
    expect(looks).toHaveLength(6);
    expect(new Set(looks.map(({ key }) => key)).size).toBe(6);
    const numbers = found.map(({ findings }) => (ledgerIn(findings) as { look: number }).look);
    for (let run = 0; run < runs.length; run += 2) expect(numbers[run]).toBe(numbers[run + 1]);
    expect([...new Set(numbers)].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  }, 120_000);
});

describe("a holdout that is to look new", () => {
  const text = rows(1500, 1);
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const csv = (some: readonly string[]) => `${header}\n${some.join("\n")}\n`;
  const turned = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(",").reverse().join(","))
    .join("\n");
  const copies: Readonly<Record<string, string>> = {
    "renamed.csv": text,
    "shuffled.csv": csv(createRandom(3).shuffle(lines)),
    "thinner.csv": csv(lines.slice(1)),
    "half.csv": csv(lines.filter((_, at) => at % 2 === 0)),
    "twice.csv": csv([...lines, ...lines]),
    "turned.csv": `${turned}\n`,
    "wider.csv": csv(lines.map((line) => `${line},${line.length}`)).replace("id,x,z,y", "id,x,z,y,extra"),
    "narrower.csv": text
      .split("\n")
      .map((line) => line.replace(/^[^,]*,/, ""))
      .join("\n"),
    "other-numbers.csv": csv(
      lines.map((line) => line.replace(/,(-?\d\.\d+),/, (_, x: string) => `,${Number(x) * (1 + 1e-7)},`)),
    ),
    "diluted.csv": csv([...lines, ...rows(3000, 9).trimEnd().split("\n").slice(1)]),
  };

  test.each(Object.keys(copies))("is known by its rows: %s", async (name) => {
    await using at = await machine({ [name]: copies[name] ?? "" });
    await evaluate(at, { ...kept, challenger: "refactored.onnx" });
    const { check, findings } = await evaluate(at, {
      ...kept,
      challenger: "dull.onnx",
      data: name,
      holdout: "all new",
    });
    expect(check("holdout-rows")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("all new has rows of test.csv"),
    });
    expect(ledgerIn(findings)).toMatchObject({ look: 2, alike: ["test.csv"] });
  });

  test("is known in another format, to a challenger that reads other columns, and under a model's new name", async () => {
    await using at = await machine();
    await evaluate(at, { ...kept, challenger: "refactored.onnx" });
    const from = `read_csv('${at.cwd}/test.csv', header = true)`;
    await writeParquet(
      at.host,
      `${at.cwd}/test.parquet`,
      `SELECT y = 1 AS y, z::FLOAT AS z, x::FLOAT AS x, x AS w FROM ${from}`,
    );
    await at.write("more.onnx", logisticRegression({ weights: { x: 1.5, z: -1, w: 0.01 } }));
    const renamed = { ...at, project: { ...at.project, model: "another" } };
    const { findings } = await evaluate(renamed, { ...kept, challenger: "more.onnx", data: "test.parquet" });
    expect(ledgerIn(findings)).toMatchObject({ holdout: "test.parquet", look: 2, alike: ["test.csv"] });
  });

  test("is new when its rows are", async () => {
    await using at = await machine({ "fresh.csv": rows(1500, 2) });
    await evaluate(at, { ...kept, challenger: "refactored.onnx" });
    const { findings, check } = await evaluate(at, { ...kept, challenger: "refactored.onnx", data: "fresh.csv" });
    expect(ledgerIn(findings)).toMatchObject({ look: 1, alike: [] });
    expect(check("holdout-rows")).toBeUndefined();
  });

  test("is named to a screen whose rows are part of it", async () => {
    await using at = await machine({ "part.csv": csv(lines.slice(0, 400)), "fresh.csv": rows(400, 2) });
    await evaluate(at, { ...kept, challenger: "refactored.onnx" });
    const screen = { ...kept, challenger: "dull.onnx", purpose: "screen" };
    const part = await evaluate(at, { ...screen, screenData: "part.csv" });
    expect(part.check("holdout-rows")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("100% of them are in test.csv"),
    });
    expect((await evaluate(at, { ...screen, screenData: "fresh.csv" })).check("holdout-rows")).toBeUndefined();
  });
});

describe("a job that may not write", () => {
  test("leaves the look as an intent in its report", async () => {
    await using at = await machine();
    const { findings, check } = await evaluate(at, { ...kept, challenger: "refactored.onnx", dryRun: true });
    const ledger = ledgerIn(findings) as { intent: unknown; state: string; look: number };
    expect(ledger).toMatchObject({ state: "intended", look: 1 });
    expect(intentSchema.parse(ledger.intent)).toMatchObject({ alpha: 0.0025, holdout: { name: "test.csv" } });
    expect(check("holdout-intent")?.verdict).toBe("warn");
    expect(await looksOf(at)).toEqual([]);
    await evaluate(at, { ...kept, challenger: "refactored.onnx" });
    const after = await evaluate(at, { ...kept, challenger: "refactored.onnx", dryRun: true });
    expect(ledgerIn(after.findings)).toMatchObject({ state: "counted", look: 1 });
  });

  test("is one of a fork, too", async () => {
    await using at = await machine({}, { ...pullRequest, fromFork: true });
    const { findings } = await evaluate(at, { ...kept, challenger: "refactored.onnx", purpose: "promote" });
    expect(ledgerIn(findings)).toMatchObject({ state: "intended" });
    expect(await looksOf(at)).toEqual([]);
  });
});
