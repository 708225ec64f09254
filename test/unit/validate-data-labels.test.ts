import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import type { Check } from "../../src/kernel/command.ts";
import { createRandom } from "../../src/stats/random.ts";
import { testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

type Cell = string | number | null;
type Table = Readonly<Record<string, readonly Cell[]>>;

const contract = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    properties:
      - { name: id, logicalType: integer, primaryKey: true }
`;

function csvOf(table: Table): string {
  const names = Object.keys(table);
  const rows = (table.id ?? []).map((_, row) => names.map((name) => table[name]?.[row] ?? "").join(","));
  return `${names.join(",")}\n${rows.join("\n")}\n`;
}

/** The same table as a SELECT, numbers as doubles but for the id. */
function selectOf(table: Table): string {
  const cell = (value: Cell, name: string) => {
    if (value === null) return "NULL";
    return typeof value === "string" ? `'${value}'` : name === "id" ? `${value}::BIGINT` : `${value}::DOUBLE`;
  };
  const names = Object.keys(table);
  const rows = (table.id ?? []).map(
    (_, row) => `(${names.map((name) => cell(table[name]?.[row] ?? null, name)).join(", ")})`,
  );
  return `SELECT * FROM (VALUES ${rows.join(", ")}) t(${names.join(", ")})`;
}

/** Validates one table as the data, or several as splits; returns the checks by id. */
async function validate(
  tables: Table | Readonly<Record<"train" | "test", Table>>,
  given: Readonly<Record<string, unknown>>,
  format: "csv" | "parquet" = "csv",
) {
  await using t = await testHost({ files: { "c.yaml": contract } });
  const splits = "train" in tables ? (tables as Readonly<Record<string, Table>>) : { train: tables as Table };
  for (const [name, table] of Object.entries(splits)) {
    if (format === "csv") await t.write(`${name}.csv`, csvOf(table));
    else await writeParquet(t.host, join(t.cwd, `${name}.parquet`), selectOf(table));
  }
  const path = (name: string) => join(t.cwd, `${name}.${format}`);
  const split =
    "train" in tables ? { split: Object.fromEntries(Object.keys(splits).map((name) => [name, path(name)])) } : {};
  const parsed = command.inputs.parse({
    contract: join(t.cwd, "c.yaml"),
    ...split,
    ...given,
    data: [path("train")],
  });
  const { findings } = await command.run(parsed, t.host, t.project);
  const byId = new Map(findings.checks.map((check): [string, Check] => [check.id, check]));
  return { findings, byId };
}

/** Rows with features that say nothing of the label. */
function noise(rows: number, seed: number, from = 0): Table & { readonly label: readonly string[] } {
  const random = createRandom(seed);
  const column = <T>(draw: (row: number) => T) => Array.from({ length: rows }, (_, row) => draw(row));
  return {
    id: column((row) => from + row),
    amount: column(() => Math.round(1e6 * random.normal()) / 1e4 + 0.00003),
    city: column(() => `city ${random.integer(8)}`),
    customer: column(() => `c${from}-${random.integer(1e9)}`),
    label: column(() => (random.uniform() < 0.3 ? "yes" : "no")),
  };
}

describe.each(["csv", "parquet"] as const)("a label in %s", (format) => {
  test("that nothing gives away passes, identifiers among the columns", async () => {
    const { byId, findings } = await validate(noise(1500, 1), { label: "label" }, format);
    expect(byId.get("label.missing.the data")?.verdict).toBe("pass");
    expect(byId.get("label.balance")).toMatchObject({ verdict: "pass", n: 1500 });
    expect(byId.get("label.giveaway")).toMatchObject({ verdict: "pass", n: 3 });
    expect(findings.tables.map(({ title }) => title)).toEqual(
      expect.arrayContaining(["Balance of label", "What single columns tell of label"]),
    );
  });

  test.each<[string, (label: string, row: number) => Cell, RegExp]>([
    [
      "a number by its rank",
      (label, row) => (label === "yes" ? 5000 + row : -row),
      /^hint alone tells label: AUC 1 in/,
    ],
    [
      "a level",
      (label, row) => (label === "yes" ? `paid ${row % 4}` : `open ${row % 4}`),
      /^hint alone tells label by its levels/,
    ],
    [
      "codes without an order",
      (label, row) => (row % 8) * 2 + (label === "yes" ? 1 : 0),
      /^hint alone tells label by its levels/,
    ],
    [
      "being missing",
      (label, row) => (label === "yes" ? row + 0.5 : null),
      /^hint alone tells label by being missing: AUC 1 in/,
    ],
  ])("given away by %s fails", async (_name, hint, message) => {
    const table = noise(600, 2);
    const hinted = { ...table, hint: table.label.map(hint) };
    const { byId } = await validate(hinted, { label: "label" }, format);
    expect(byId.get("label.giveaway.hint")).toMatchObject({ verdict: "fail", message: expect.stringMatching(message) });
    const allowed = await validate(hinted, { label: "label", allowedPredictors: ["hint"] }, format);
    expect(allowed.byId.get("label.giveaway.hint")?.verdict).toBe("pass");
  });
});

describe("a column that gives the label away", () => {
  test("is found for a class of 40 rows in 20,000", async () => {
    const table = noise(20_000, 3);
    const label = table.label.map((_, row) => (row % 500 === 7 ? "fraud" : "fine"));
    const { byId } = await validate(
      { ...table, label, hint: label.map((one, row) => (one === "fraud" ? 9 : row % 8)) },
      { label: "label" },
    );
    expect(byId.get("label.giveaway.hint")?.verdict).toBe("fail");
  });

  test("only warns where it gives away one class of three", async () => {
    const table = noise(900, 4);
    const label = table.label.map((_, row) => ["a", "b", "c"][row % 3] as string);
    const { byId } = await validate(
      { ...table, label, hint: label.map((one, row) => (one === "a" ? 1e6 : 0) + (row % 7)) },
      { label: "label" },
    );
    expect(byId.get("label.giveaway.hint")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("the class a of label"),
    });
  });

  test("of numbers is one of nearly the same order", async () => {
    const table = noise(700, 5);
    const price = (table.amount as readonly number[]).map((amount) => Math.exp(amount / 100));
    const { byId } = await validate({ ...table, price }, { label: "price" });
    expect(byId.get("label.giveaway.amount")).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("absolute rank correlation 1"),
    });
    expect(byId.has("label.balance")).toBe(false);
  });

  test("is not looked for with fewer than 30 rows of a class", async () => {
    const table = noise(300, 6);
    const label = table.label.map((_, row) => (row < 20 ? "yes" : "no"));
    expect((await validate({ ...table, label }, { label: "label" })).byId.get("label.giveaway")?.verdict).toBe(
      "unchecked",
    );
  });
});

describe("classes", () => {
  const [train, later] = [noise(2000, 7), noise(600, 8, 5000)];

  test("spread alike in every split pass", async () => {
    const { byId } = await validate({ train, test: later }, { label: "label" });
    for (const id of ["label.classes.test", "label.shift.test", "split.shift.test", "label.missing.test"])
      expect(byId.get(id)?.verdict, id).toBe("pass");
  });

  test("that only the test has fail, that the test lacks warn", async () => {
    const fresh = { ...later, label: later.label.map((one, row) => (row < 3 ? "maybe" : one)) };
    expect((await validate({ train, test: fresh }, { label: "label" })).byId.get("label.classes.test")).toMatchObject({
      verdict: "fail",
      observed: 3,
    });
    const gone = { ...later, label: later.label.map(() => "no") };
    expect((await validate({ train, test: gone }, { label: "label" })).byId.get("label.classes.test")?.verdict).toBe(
      "warn",
    );
  });

  test("in other shares than in the first split warn, at any number of rows alike", async () => {
    const shifted = { ...later, label: later.label.map((one, row) => (row % 2 === 0 ? "yes" : one)) };
    const { byId } = await validate({ train, test: shifted }, { label: "label" });
    expect(byId.get("label.shift.test")).toMatchObject({ verdict: "warn", expected: "at most 0.05" });
  });

  test("a feature that moved is named in a note", async () => {
    const moved = { ...later, amount: (later.amount as readonly number[]).map((amount) => amount + 150) };
    const { byId } = await validate({ train, test: moved }, { label: "label" });
    expect(byId.get("split.shift.test")).toMatchObject({ verdict: "warn", message: expect.stringContaining("amount") });
  });

  test("of few rows warn, missing ones warn, and one alone fails", async () => {
    const rare = { ...train, label: train.label.map((one, row) => (row < 5 ? "odd" : row < 9 ? null : one)) };
    const { byId } = await validate(rare, { label: "label" });
    expect(byId.get("label.balance")).toMatchObject({ verdict: "warn", observed: 5 });
    expect(byId.get("label.missing.the data")).toMatchObject({ verdict: "warn", observed: 4 });
    const single = { ...train, label: train.label.map(() => "no") };
    expect((await validate(single, { label: "label" })).byId.get("label.classes")?.verdict).toBe("fail");
  });
});
