import { describe, expect, test } from "vitest";
import type { EvaluationDetails } from "../../src/commands/evaluate-vs-champion.ts";
import { evaluate, machine, pullRequest, rows } from "../support/evaluation.ts";

/** Rows with an amount in money beside them. */
const priced = (count: number, seed: number) =>
  rows(count, seed)
    .split("\n")
    .map((line, at) => {
      if (at === 0) return `${line},amount`;
      return line === "" ? line : `${line},${(at % 7) + 0.25}`;
    })
    .join("\n");

/** What `good.onnx` or `dull.onnx` earns in a row, by its weights. */
function profits(csv: string, weights: Readonly<Record<string, number>>): readonly number[] {
  const [, ...lines] = csv.trim().split("\n");
  return lines.map((line) => {
    const [, x, z, y, amount] = line.split(",").map(Number) as [number, number, number, number, number];
    const score = 1 / (1 + Math.exp(-((weights.x ?? 0) * x + (weights.z ?? 0) * z)));
    if (score <= 0.5) return 0;
    return y === 1 ? amount : -amount;
  });
}

const detailsOf = ({ findings }: Awaited<ReturnType<typeof evaluate>>) => findings.details as EvaluationDetails;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const profit = {
  name: "profit",
  sql: "CASE WHEN prediction = 1 THEN CASE WHEN label = 1 THEN amount ELSE -amount END ELSE 0 END -- in euros",
  better: "higher",
} as const;

describe("a metric of the user's own, as an expression", () => {
  test("is the mean over the rows of what each model's answers make of them, and is tested as any mean", async () => {
    const csv = priced(1500, 1);
    await using at = await machine({ "test.csv": csv });
    const found = await evaluate(at, {
      challenger: "good.onnx",
      champion: "dull.onnx",
      metrics: [{ ...profit, test: "superiority", threshold: 0.5 }],
      slices: [{ by: "amount", bins: 2, margin: 0.5 }],
    });
    const [own, champion] = [profits(csv, { x: 1.5, z: -1 }), profits(csv, { x: 0.4 })];
    expect(found.decision).toBe("superior");
    const [metric] = detailsOf(found).metrics;
    expect(metric).toMatchObject({ name: "profit", metric: "sql", test: "superiority", state: "superior" });
    expect(metric?.challenger).toBeCloseTo(mean(own), 9);
    expect(metric?.champion).toBeCloseTo(mean(champion), 9);
    expect(metric?.method).toBe("paired t test on the rows' gains, corrected for skewness");
    expect(found.check("threshold-profit")?.verdict).toBe("pass");
    expect(detailsOf(found).slices?.compared.map(({ metric: name, rows: n }) => [name, n > 100])).toEqual([
      ["profit", true],
      ["profit", true],
    ]);
  });

  test("counts rows by their weights, and lower may be better", async () => {
    const csv = priced(600, 2);
    await using at = await machine({ "test.csv": csv });
    const found = await evaluate(at, {
      challenger: "dull.onnx",
      champion: "good.onnx",
      metrics: [{ name: "misses", sql: "prediction <> label", better: "lower", margin: 0.01 }, "accuracy"],
      weight: "amount",
    });
    const [misses, accuracy] = detailsOf(found).metrics;
    expect(misses?.challenger).toBeCloseTo(1 - (accuracy?.challenger ?? 0), 9);
    expect(misses).toMatchObject({ state: "rejected" });
    expect(misses?.effect).toBeCloseTo(accuracy?.effect ?? 0, 9);
  });

  test("reads a file row by row beside the answers, however many files and rows there are", async () => {
    const parts = [priced(30_000, 3), priced(20_000, 4), priced(7, 5)];
    const files = Object.fromEntries(parts.map((part, at) => [`parts/${at}.csv`, part]));
    await using at = await machine(files);
    const found = await evaluate(at, {
      data: "parts/*.csv",
      challenger: "good.onnx",
      champion: "dull.onnx",
      metrics: [
        { ...profit, test: "superiority" },
        { name: "strays", sql: "label <> y", better: "lower", margin: 0.1 },
        { name: "unlike", sql: "(score > 0.5) <> (1.5 * x - z > 0)", better: "lower", margin: 1 },
      ],
    });
    const [first, strays, unlike] = detailsOf(found).metrics;
    const own = parts.flatMap((part) => profits(part, { x: 1.5, z: -1 }));
    expect(detailsOf(found).rows).toBe(own.length);
    expect(first?.challenger).toBeCloseTo(mean(own), 9);
    expect(strays).toMatchObject({ challenger: 0, champion: 0 });
    expect(unlike?.challenger).toBeLessThan(0.001);
    expect(unlike?.champion).toBeGreaterThan(0.1);
  });

  test("of numbers, of rankings and of scores sees what they have", async () => {
    const lines = Array.from({ length: 60 }, (_, row) => `${row},${row % 4},${row % 3},${row % 5},q${row % 12}`);
    await using at = await machine({
      "test.csv": `id,y,one,other,q\n${lines.join("\n")}\n`,
      "one.csv": `id,prediction\n${lines.map((_, row) => `${row},${row % 3}`).join("\n")}\n`,
      "other.csv": `id,prediction\n${lines.map((_, row) => `${row},${row % 5}`).join("\n")}\n`,
    });
    const given = { challenger: "one.csv", champion: "other.csv", key: ["id"] };
    const short = { name: "short", sql: "greatest(label - prediction, 0) * 2.5", better: "lower", margin: 1 };
    const expected = mean(lines.map((_, row) => Math.max((row % 4) - (row % 3), 0) * 2.5));
    const tasks = [{ task: "regression" }, { task: "ranking", query: "q" }];
    for (const task of tasks) {
      const found = await evaluate(at, { ...given, ...task, metrics: [short] });
      expect(detailsOf(found).metrics[0]?.challenger).toBeCloseTo(expected, 9);
    }
    const scored = { task: "score", label: undefined, score: "one", championScore: "other" };
    const found = await evaluate(at, {
      ...given,
      ...scored,
      key: undefined,
      metrics: [{ name: "twos", sql: "score = 2", better: "higher", margin: 1 }],
    });
    expect(detailsOf(found).metrics[0]).toMatchObject({ challenger: 1 / 3, champion: 1 / 5 });
  });

  test("knows classes by their own names, and holds against a baseline too", async () => {
    const csv = rows(400, 6, (one) => (one ? "yes" : "no"));
    await using at = await machine({ "test.csv": csv });
    const hits = {
      name: "hits",
      sql: "CASE WHEN prediction <> label THEN 0 WHEN label = 'yes' THEN 1 ELSE 0.5 END",
      better: "higher",
      margin: 0.1,
    };
    const predictions = csv
      .trim()
      .split("\n")
      .map((line, row) => (row === 0 ? "id,prediction" : line.replace(/,.*,/, ",")))
      .join("\n");
    await at.host.files.replace(`${at.cwd}/right.csv`, chunks(predictions));
    const given = { challenger: "right.csv", key: ["id"], positive: "yes", metrics: [hits] };
    const found = await evaluate(at, given);
    const share = (1 + (csv.match(/yes/g)?.length ?? 0) / 400) / 2;
    expect(found.decision).toBe("unbaselined-pass");
    expect(detailsOf(found).metrics[0]).toMatchObject({ challenger: share });
    const alone = await evaluate(at, { ...given, baseline: "none" });
    expect(alone.findings.tables?.[0]?.rows).toEqual([["hits", share]]);
  });

  test("that gives some row no number, no number at all or may not run is refused with what would do", async () => {
    const csv = priced(60, 1).replace("amount", "Score");
    const answers = csv.replace(/^id.*/, "id,score").replaceAll(/^(\d+),.*/gm, "$1,0.5");
    await using at = await machine({ "test.csv": csv, "one.csv": answers, "other.csv": answers.replace("0.5", "0.6") });
    const models = { challenger: "one.csv", champion: "other.csv", key: ["id"] };
    const cases = [
      ["CASE WHEN id = 16 THEN NULL ELSE 1 END", "no value (NULL, NaN or infinity) in row 17", "coalesce"],
      ["CASE WHEN id IN (3, 16) THEN 'NaN'::DOUBLE ELSE x END", "row 4, the first of 2 such rows", "coalesce"],
      ["y::VARCHAR || 'x'", "gives a text", "a number for one row"],
      ["sum(x)", "cannot run", "one expression"],
      ["(SELECT 1)", "looks at more than its row", "one expression"],
      ["1 FROM read_csv('/etc/passwd') --", "cannot run", "one expression"],
      ["1), (2", "not one expression", "one expression"],
      ["getenv('HOME')", "getenv", "one expression"],
      ["predicton = 1", "predicton", "one expression"],
      ["score > 0.5", 'speaks of "Score"', "another name"],
      ["(y::VARCHAR || 'a')::INTEGER", "failed on a value", "TRY_CAST"],
    ] as const;
    for (const [sql, message, fix] of cases) {
      const metrics = [{ name: "own", sql, better: "higher", margin: 1 }];
      const given = { ...models, metrics };
      await expect(evaluate(at, given), sql).rejects.toMatchObject({
        code: "TH_EVALUATION_METRICS",
        message: expect.stringContaining(message),
        fix: expect.stringContaining(fix),
        place: { input: "metrics" },
      });
    }
    const written = [
      [{ ...profit, name: "accuracy" }, "a metric already"],
      [profit, "no margin fits all"],
    ] as const;
    for (const [metric, message] of written) {
      const given = { ...models, metrics: [metric] };
      await expect(evaluate(at, given)).rejects.toMatchObject({ message: expect.stringContaining(message) });
    }
  });
});

describe("a metric of the user's own, as a program", () => {
  const program = (number: string) =>
    [
      "import csv, json, os",
      "rows = [json.loads(line) for line in open(os.environ['TITLEHOLDER_ROWS_PATH'])]",
      "assert not any(name.startswith('INPUT_') for name in os.environ)",
      "with open(os.environ['TITLEHOLDER_OUTPUT_DIR'] + '/predictions.csv', 'w') as out:",
      "    writer = csv.writer(out)",
      "    writer.writerow(['titleholder_row', 'score'])",
      `    for row in reversed(rows): writer.writerow([row['titleholder_row'], ${number}])`,
    ].join("\n");
  const earned = "(row['amount'] if row['label'] == 1 else -row['amount']) if row['prediction'] == 1 else 0";

  test("comes to the same as its expression", async () => {
    await using at = await machine({ "test.csv": priced(600, 1), "metric.py": program(earned) });
    const own = { name: "earned", command: ["python3", `${at.cwd}/metric.py`], better: "higher", margin: 0.5 };
    const given = { challenger: "good.onnx", predictorFormat: "jsonl", metrics: [{ ...profit, margin: 0.5 }, own] };
    const found = await evaluate(at, { ...given, champion: "dull.onnx" });
    const [sql, command] = detailsOf(found).metrics;
    expect(command).toMatchObject({ name: "earned", metric: "command" });
    expect(command?.challenger).toBeCloseTo(mean(profits(priced(600, 1), { x: 1.5, z: -1 })), 9);
    expect({ ...command, name: "profit", metric: "sql" }).toEqual(sql);
  });

  test("is none of a fork's, and is refused with what it left out or said last", async () => {
    const files = {
      "test.csv": priced(60, 1),
      "null.py": program("'' if row['id'] == 7 else 1"),
      "end.py": "exit('no')",
    };
    const given = (cwd: string, script: string) => ({
      challenger: "good.onnx",
      champion: "dull.onnx",
      predictorFormat: "jsonl",
      metrics: [{ name: "own", command: ["python3", `${cwd}/${script}`], better: "lower", margin: 1 }],
    });
    await using at = await machine(files);
    await expect(evaluate(at, given(at.cwd, "null.py"))).rejects.toMatchObject({
      message: "the program of the metric own gives the challenger no finite number in row 8",
      place: { input: "metrics" },
    });
    await expect(evaluate(at, given(at.cwd, "end.py"))).rejects.toMatchObject({
      code: "TH_PREDICTOR_EXIT",
      message: expect.stringMatching(/^the program of the metric own .* for the challenger .*its last words: no$/),
      place: { input: "metrics" },
    });
    await using forked = await machine(files, { ...pullRequest, fromFork: true });
    await expect(evaluate(forked, given(forked.cwd, "end.py"))).rejects.toMatchObject({ code: "TH_PREDICTOR_FORK" });
  });
});

describe("an expression in place of a champion", () => {
  const expressions = (count: number, seed: number) => machine({ "test.csv": rows(count, seed) });

  test("gives a class, or a score where it gives fractions", async () => {
    await using at = await expressions(1500, 1);
    const rule = { challenger: "good.onnx", metrics: ["accuracy"] };
    const found = await evaluate(at, { ...rule, baseline: { sql: "CASE WHEN x > 1 THEN 1 ELSE 0 END" } });
    expect(found).toMatchObject({ decision: "unbaselined-pass", findings: { verdict: "warn" } });
    expect(found.check("champion")?.message).toContain("the expression `CASE WHEN x > 1");
    const truths = rows(1500, 1).trim().split("\n").slice(1);
    const right = truths.filter((line) => (Number(line.split(",")[1]) > 1 ? "1" : "0") === line.split(",")[3]);
    expect(detailsOf(found).metrics[0]?.champion).toBeCloseTo(right.length / 1500, 9);
    const boolean = await evaluate(at, { ...rule, baseline: { sql: "x > 1" } });
    expect(boolean.metrics).toBe(found.metrics);
    const score = { baseline: { sql: "1 / (1 + exp(-1.5 * x + z))" }, metrics: ["roc-auc"] };
    const same = await evaluate(at, { challenger: "useless.onnx", ...score });
    expect(same).toMatchObject({ decision: "unbaselined-fail" });
  });

  test("gives a number, or one of several classes by its name", async () => {
    const lines = Array.from({ length: 120 }, (_, row) => `${row},${row % 10},${["a", "b", "c"][row % 3]}`);
    await using at = await machine({
      "test.csv": `id,x,kind\n${lines.join("\n")}\n`,
      "right.csv": `id,prediction\n${lines.map((line) => line.replace(/,.*,/, ",")).join("\n")}\n`,
      "near.csv": `id,prediction\n${lines.map((_, row) => `${row},${(row % 10) + 0.1}`).join("\n")}\n`,
    });
    const classes = { task: "multiclass", label: "kind", metrics: ["accuracy"], challenger: "right.csv", key: ["id"] };
    const byClass = await evaluate(at, { ...classes, baseline: { sql: "['a', 'b'][1 + id % 2]" } });
    expect(detailsOf(byClass).metrics[0]).toMatchObject({ challenger: 1, champion: 1 / 3 });
    const numbers = { task: "regression", label: "x", metrics: [{ name: "mae", margin: 1 }], key: ["id"] };
    const given = { ...numbers, challenger: "near.csv", baseline: { sql: "id % 5 + 1" } };
    const byNumber = await evaluate(at, given);
    expect(detailsOf(byNumber).metrics[0]?.champion).toBeCloseTo(2.5, 9);
    expect(byNumber.decision).toBe("unbaselined-pass");
  });

  test("does not see the label, and is refused where it gives no answer", async () => {
    await using at = await expressions(60, 1);
    const cases = [
      ["y", "y"],
      ["CASE WHEN id <> 5 THEN x > 0 END", "no value (NULL, NaN or infinity) in row 6"],
      ["[x]", "cannot run: it gives a value of type"],
      ["random()", "random"],
    ] as const;
    for (const [sql, message] of cases) {
      const given = { challenger: "good.onnx", baseline: { sql }, metrics: ["accuracy"] };
      await expect(evaluate(at, given), sql).rejects.toMatchObject({
        code: "TH_EVALUATION_BASELINE",
        message: expect.stringContaining(message),
        place: { input: "baseline" },
      });
    }
    const text = { challenger: "good.onnx", baseline: { sql: "'a'" }, task: "regression", label: "x", metrics: ["r2"] };
    await expect(evaluate(at, text)).rejects.toMatchObject({ message: expect.stringContaining("gives a text") });
  });
});

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
