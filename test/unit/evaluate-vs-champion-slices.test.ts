import { describe, expect, test } from "vitest";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { statementOf } from "../../src/lineage/evidence.ts";
import { makeReport, serializeReport } from "../../src/report/report.ts";
import { evaluate, good } from "../support/evaluation.ts";
import { modelSource } from "../support/models.ts";
import { slicedMachine, slicedRows } from "../support/slices.ts";

const metrics = ["accuracy"];
const near = { challenger: "near.onnx", champion: "good.onnx", metrics };
const awry = { challenger: "awry.onnx", champion: "good.onnx", metrics: [{ name: "accuracy", margin: 0.2 }] };

/** Evaluates and gives the rows of each slice by its name. */
async function slicesOf(at: Awaited<ReturnType<typeof slicedMachine>>, given: Record<string, unknown>) {
  const result = await evaluate(at, { ...near, ...given });
  const { slices } = result.findings.details as unknown as {
    slices: { compared: { slice: string; rows: number; state: string }[]; tests: number; gone: string[] };
  };
  return { ...result, slices, rows: Object.fromEntries(slices.compared.map(({ slice, rows }) => [slice, rows])) };
}

describe("a slice that is worse", () => {
  test("blocks a challenger that passes over all rows, and is named with its loss", async () => {
    await using at = await slicedMachine();
    const given = { ...awry, slices: [{ by: "country", margin: 0.01 }] };
    const { decision, findings, check } = await evaluate(at, given);
    expect(decision).toBe("non-inferior");
    expect(findings.verdict).toBe("fail");
    expect(check("metric-accuracy")?.verdict).toBe("pass");
    expect(check("slices")).toMatchObject({
      verdict: "fail",
      observed: 1,
      n: 4,
      message: expect.stringMatching(/^1 of 4 slices are worse .* not blocked is not safe/),
    });
    const poland = check("slice.country = PL.accuracy");
    expect(poland).toMatchObject({ verdict: "fail", n: 500, effect: expect.any(Number), p: expect.any(Number) });
    expect(poland?.effect).toBeLessThan(-0.05);
    const table = findings.tables.find(({ title }) => title.startsWith("Slices"));
    expect(table?.rows[0]?.slice(0, 3)).toEqual(["country = PL", "accuracy", 500]);
    expect(table?.rows[0]?.at(-1)).toBe("rejected");
    // Elsewhere both answer alike.
    expect(table?.rows.slice(1).map((row) => row.at(-1))).toEqual(["unchanged", "unchanged", "unchanged"]);
  });

  test("is judged by the metric's own margin where it has none, and by a margin for each metric", async () => {
    await using at = await slicedMachine();
    expect((await evaluate(at, { ...awry, slices: ["country"] })).check("slices")?.verdict).toBe("pass");
    const slices = [{ by: "country", margin: { accuracy: 0 } }];
    const { check } = await evaluate(at, {
      ...awry,
      metrics: [...awry.metrics, { name: "brier", margin: 0.5 }],
      slices,
    });
    expect(check("slice.country = PL.accuracy")?.message).toContain("at all");
    expect(check("slice.country = PL.brier")).toBeUndefined();
  });

  test("of a challenger of which superiority is asked may not be worse at all", async () => {
    await using at = await slicedMachine();
    const asked = { ...awry, metrics: [{ name: "log-loss", test: "superiority" }], slices: ["country"] };
    expect((await evaluate(at, asked)).check("slice.country = PL.log-loss")).toMatchObject({ verdict: "fail" });
  });
});

describe("slices part the rows", () => {
  test("by values, quantiles and conditions, crossed, with the missing ones by themselves", async () => {
    await using at = await slicedMachine();
    const slices = [
      "country",
      { by: "age", bins: 3 },
      { name: "night", where: "hour >= 22 -- late" },
      { name: "old or nobody knows", where: "coalesce(age, 99) > 60" },
      { by: ["country", { column: "hour", bins: 2 }] },
    ];
    const { rows, slices: found } = await slicesOf(at, { slices });
    expect(found.tests).toBe(found.compared.length);
    expect(rows).toMatchObject({ "country = DE": 500, "country = PL": 500, "age missing": 200, night: 166 });
    const ages = Object.entries(rows).filter(([name]) => name.includes("age"));
    expect(ages.map(([name]) => name).sort()).toEqual(["37 < age ≤ 53", "age > 53", "age missing", "age ≤ 37"]);
    expect(ages.reduce((sum, [, count]) => sum + count, 0)).toBe(2000);
    const crossed = Object.entries(rows).filter(([name]) => name.includes(", "));
    expect(crossed.map(([name]) => name)).toContain("country = DE, hour ≤ 11");
    expect(crossed.reduce((sum, [, count]) => sum + count, 0)).toBe(2000);
    const old = slicedRows(2000, 11)
      .split("\n")
      .slice(1, -1)
      .filter((line) => line.split(",")[5] === "" || Number(line.split(",")[5]) > 60);
    expect(rows["old or nobody knows"]).toBe(old.length);
  });

  test("and of a column of many values the largest are slices, the others one together", async () => {
    await using at = await slicedMachine();
    const { rows } = await slicesOf(at, { slices: ["id"], sliceMinRows: 2 });
    const names = Object.keys(rows);
    expect(names).toHaveLength(51);
    const others = names.find((name) => name.startsWith("id: 1950 others (")) ?? "";
    expect(rows[others]).toBe(1950);
  });

  test("the same with sample weights", async () => {
    await using at = await slicedMachine();
    const weighted = await slicesOf(at, { slices: ["country"], weight: "hour" });
    expect(weighted.rows).toEqual((await slicesOf(at, { slices: ["country"] })).rows);
  });
});

describe("what slices cannot tell", () => {
  test("a slice with too few rows or discordant rows is named as untestable", async () => {
    await using at = await slicedMachine({ "test.csv": slicedRows(2000, 11, 9) });
    const { check, slices, findings } = await slicesOf(at, { slices: ["country"] });
    const states = Object.fromEntries(slices.compared.map(({ slice, state }) => [slice, state]));
    expect(states["country = MT"]).toBe("untestable");
    expect(check("slices.untestable")).toMatchObject({ verdict: "unchecked" });
    expect(check("slices.untestable")?.message).toContain("country = MT (accuracy: fewer than 30 rows)");
    expect(check("slices.untestable")?.message).toMatch(/country = DE \(accuracy: only \d discordant rows/);
    expect(findings.verdict).toBe("inconclusive");
  });

  test("a value that is gone from the data fails by name, and so does a condition of which no row is true", async () => {
    await using at = await slicedMachine();
    const slices = [
      { by: "country", values: ["DE", "UK"] },
      { by: "s", expected: [0, 1, 2] },
      { name: "tomorrow", where: "hour > 24" },
    ];
    const { check, rows, findings } = await slicesOf(at, { slices });
    expect(Object.keys(rows).sort()).toEqual(["country = DE", "s = 0", "s = 1"]);
    for (const name of ["country = UK", "s = 2", "tomorrow"]) {
      expect(check(`slice.${name}`)).toMatchObject({ verdict: "fail", message: expect.stringContaining(name) });
    }
    expect(findings.verdict).toBe("fail");
  });

  test("a value that was there when the champion was evaluated fails by name when it is gone", async () => {
    await using at = await slicedMachine({ "before.csv": slicedRows(2000, 3, 40) });
    const before = await evaluate(at, { challenger: "good.onnx", data: "before.csv", metrics, slices: ["country"] });
    const moment = at.host.now().toISOString();
    const run = { version: "0", started: moment, finished: moment, timings: {} };
    const report = makeReport({ command: "evaluate-vs-champion", model: "m", config: {}, run }, before.findings);
    const { bytes, digest } = serializeReport(report);
    const registry = await openRegistry(undefined, at.host, { allowEphemeral: false });
    const version = await registry.register("m", modelSource({ "model.onnx": good }));
    const move = { alias: "champion", from: null, to: version.version, at: moment, actor: "ada", reason: "first" };
    await registry.moveAlias("m", move);
    await registry.attach(version, statementOf(report, digest), bytes);
    const now = { ...near, champion: "registry:m@champion" };
    const gone = await evaluate(at, { ...now, slices: ["country"] });
    expect(gone.check("slice.country = MT")).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("the champion's own evaluation had it"),
    });
    expect(gone.findings.details).toMatchObject({ slices: { gone: ["country = MT"] } });
    const listed = await evaluate(at, { ...now, slices: [{ by: "country", values: ["DE", "FR", "IT", "PL"] }] });
    expect(listed.check("slice.country = MT")).toBeUndefined();
  });

  test("a condition that fails on the data is unchecked, and no value is repeated", async () => {
    await using at = await slicedMachine();
    const slices = ["country", { name: "cast", where: "country::INTEGER > 3" }];
    const { check } = await slicesOf(at, { slices });
    expect(check("slice.cast")).toMatchObject({ verdict: "unchecked", message: expect.stringContaining("TRY_CAST") });
    expect(check("slice.cast")?.message).not.toContain("DE");
  });

  test("without champion and baseline nothing is compared, but what is gone still fails", async () => {
    await using at = await slicedMachine();
    const given = { challenger: "good.onnx", baseline: "none", slices: [{ by: "country", values: ["DE", "UK"] }] };
    const { check } = await evaluate(at, given);
    expect(check("slices")?.verdict).toBe("unchecked");
    expect(check("slice.country = UK")?.verdict).toBe("fail");
  });
});

describe("a declaration is refused", () => {
  test.each([
    ["a column that is not there", ["contry"], "TH_EVALUATION_SLICES", 'did you mean "country"?'],
    ["quantiles of a text", [{ by: "country", bins: 3 }], "TH_EVALUATION_SLICES", "leave `bins` out"],
    ["one that stands twice", ["country", { by: "country" }], "TH_EVALUATION_SLICES", "once"],
    ["values of bins", [{ by: "age", bins: 3, values: [3] }], "TH_EVALUATION_SLICES", "one column alone"],
    ["bins of several columns", [{ by: ["age", "country"], bins: 3 }], "TH_EVALUATION_SLICES", "column: NAME"],
    ["a margin of another metric", [{ by: "country", margin: { f1: 0.1 } }], "TH_EVALUATION_SLICES", "accuracy"],
  ])("%s", async (_, slices, code, fix) => {
    await using at = await slicedMachine();
    await expect(evaluate(at, { ...near, slices })).rejects.toMatchObject({
      kind: "configuration",
      code,
      fix: expect.stringContaining(fix),
      place: { input: "slices" },
    });
  });

  test("a condition that cannot run, with the line of what is wrong in it", async () => {
    await using at = await slicedMachine();
    const where = "hour > 3 AND\n  hours < 5";
    await expect(evaluate(at, { ...near, slices: [{ name: "odd", where }] })).rejects.toMatchObject({
      kind: "configuration",
      code: "TH_EVALUATION_SLICE_SQL",
      message: expect.stringMatching(
        /^the condition of the slice odd cannot run: .*hours.*\(line 2, column 3 of it\)$/,
      ),
      place: { input: "slices" },
    });
  });
});
