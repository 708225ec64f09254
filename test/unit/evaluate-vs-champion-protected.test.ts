import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/evaluate-vs-champion.ts";
import { renderHtml } from "../../src/report/html.ts";
import { renderSummary } from "../../src/report/markdown.ts";
import { makeReport } from "../../src/report/report.ts";
import { evaluate, machine, rows } from "../support/evaluation.ts";
import { writeParquet } from "../support/parquet.ts";

const kept = { registry: "file:.titleholder/registry", champion: "dull.onnx", challenger: "good.onnx", key: ["id"] };
const asked = { metrics: [{ name: "roc-auc", test: "superiority" }, "log-loss", "accuracy"] };

type Evaluated = Awaited<ReturnType<typeof evaluate>>;
interface Metric {
  readonly [name: string]: unknown;
}
const metricsOf = ({ metrics }: Evaluated) => JSON.parse(metrics) as readonly Metric[];

/** Every way in which a report shows a number. */
function shown(value: number): readonly string[] {
  const size = Math.abs(value);
  return [3, 4, 6, 17].map((digits) => String(Number(size.toPrecision(digits)))).filter((text) => text.length >= 4);
}

/** What leaves the run, in any form. */
function everything(evaluated: Evaluated, logs: readonly string[]): string {
  const run = {
    version: "0.1.0",
    started: "2026-01-31T12:00:00.000Z",
    finished: "2026-01-31T12:00:00.000Z",
    timings: {},
  };
  const report = makeReport({ command: command.name, model: "default", config: {}, run }, evaluated.findings);
  const pages = [renderHtml(report), renderSummary(report)];
  return JSON.stringify([report, pages, evaluated.findings.timings ?? {}, evaluated.decision, evaluated.metrics, logs]);
}

describe("a protected holdout", () => {
  test("gives the same verdict, and none of the numbers that led to it", async () => {
    await using open = await machine();
    await using hidden = await machine();
    const one = await evaluate(open, { ...kept, ...asked });
    const other = await evaluate(hidden, { ...kept, ...asked, protected: true });
    expect({ decision: other.decision, verdict: other.findings.verdict }).toEqual({
      decision: one.decision,
      verdict: one.findings.verdict,
    });
    expect(other.decision).toBe("superior");
    const found = ["challenger", "champion", "effect", "lower", "upper", "p", "detectable", "rowsNeeded"];
    const numbers = metricsOf(one).flatMap((metric) =>
      found.map((name) => metric[name]).filter((value) => typeof value === "number"),
    );
    expect(numbers.length).toBeGreaterThan(18);
    const [seen, text] = [everything(one, open.logs), everything(other, hidden.logs)];
    const forms = numbers.flatMap(shown);
    // Nearly all of them stand in the open report, so that this would find them.
    expect(forms.filter((form) => seen.includes(form)).length).toBeGreaterThan(numbers.length);
    expect(forms.filter((form) => text.includes(form))).toEqual([]);
    expect(other.findings.series).toEqual([]);
    expect(other.findings.tables.map(({ title }) => title)).toEqual(["Looks at the holdout"]);
    expect(
      other.findings.checks.every((check) => ["effect", "interval", "p"].every((field) => !(field in check))),
    ).toBe(true);
    expect(other.check("decision")).toMatchObject({
      verdict: "pass",
      message: expect.stringMatching(/^superior; the holdout is protected/),
    });
    for (const metric of ["roc-auc", "log-loss", "accuracy"]) expect(other.check(`metric-${metric}`)).toBeUndefined();
  });

  test("keeps what was asked, and the same of every metric whatever came of it", async () => {
    await using at = await machine();
    const passing = await evaluate(at, { ...kept, ...asked, protected: true });
    const failing = await evaluate(at, { ...kept, ...asked, challenger: "useless.onnx", protected: true });
    expect(failing.decision).toBe("rejected");
    expect(failing.findings.verdict).toBe("fail");
    expect(failing.metrics).toBe(passing.metrics);
    expect(metricsOf(passing)).toMatchObject([
      { name: "roc-auc", test: "superiority", margin: null, state: "hidden", effect: null },
      { name: "log-loss", test: "non-inferiority", margin: 0.01, state: "hidden", lower: null },
      { name: "accuracy", state: "hidden", p: null },
    ]);
  });

  test("stays protected when a later run does not say so, under a new name, and in a screen", async () => {
    await using at = await machine({ "copy.csv": rows(1500, 1), "fresh.csv": rows(1500, 2) });
    await evaluate(at, { ...kept, protected: true });
    const isHidden = ({ check }: Evaluated) => check("decision") !== undefined;
    expect(isHidden(await evaluate(at, kept))).toBe(true);
    expect(isHidden(await evaluate(at, { ...kept, challenger: "refactored.onnx" }))).toBe(true);
    expect(isHidden(await evaluate(at, { ...kept, data: "copy.csv", holdout: "other" }))).toBe(true);
    expect(isHidden(await evaluate(at, { ...kept, purpose: "screen" }))).toBe(true);
    expect(isHidden(await evaluate(at, { ...kept, purpose: "screen", screenData: "copy.csv" }))).toBe(true);
    expect(isHidden(await evaluate(at, { ...kept, purpose: "screen", screenData: "fresh.csv" }))).toBe(false);
  }, 180_000);

  test("is so without a registry too, and shows that answers are the same", async () => {
    await using at = await machine();
    const { check, findings } = await evaluate(at, { ...kept, registry: undefined, protected: true });
    expect(check("decision")).toBeDefined();
    expect(findings.series).toEqual([]);
    const same = await evaluate(at, { ...kept, challenger: "dull.onnx", protected: true });
    expect(same.decision).toBe("unchanged");
  });
});

describe("a holdout beside what is served now", () => {
  const profile = async (shift: number) => {
    const at = await machine();
    const from = `read_csv('${at.cwd}/test.csv', header = true)`;
    await writeParquet(at.host, `${at.cwd}/served.parquet`, `SELECT x + ${shift} AS x, z FROM ${from}`);
    return at;
  };
  const given = (at: { readonly cwd: string }) => ({
    challenger: "good.onnx",
    champion: "dull.onnx",
    servingProfile: `${at.cwd}/served.parquet`,
  });

  test("is a warning where it drifted, with the columns and how far", async () => {
    await using at = await profile(1);
    const { check, findings } = await evaluate(at, given(at));
    expect(check("representative")).toMatchObject({
      verdict: "warn",
      observed: 1,
      message: expect.stringMatching(/^the holdout is unlike what is served now in x \(PSI [\d.]+\)$/),
    });
    expect(findings.materials.map(({ name }) => name)).toContain("served.parquet");
  });

  test("passes where it did not, and is told where it cannot be", async () => {
    await using at = await profile(0);
    expect((await evaluate(at, given(at))).check("representative")).toMatchObject({
      verdict: "pass",
      message: "the holdout is like what is served now in 2 features",
    });
    await at.write("few.csv", rows(30, 3).replace("id,x,z,y", "id,x,other,y"));
    const few = await evaluate(at, { ...given(at), servingProfile: `${at.cwd}/few.csv` });
    expect(few.check("representative")).toMatchObject({
      verdict: "warn",
      message: expect.stringMatching(/z is missing from the reference; not decided for x: the reference has 30 rows/),
    });
    await expect(evaluate(at, { ...given(at), servingProfile: `${at.cwd}/none.json` })).rejects.toMatchObject({
      code: "TH_REFERENCE_MISSING",
      place: { input: "serving-profile" },
    });
  });
});
