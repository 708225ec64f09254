import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { createRandom } from "../../src/stats/random.ts";
import { testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

const contract = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    properties:
      - { name: id, logicalType: integer, primaryKey: true }
      - { name: income, logicalType: number, classification: restricted }
`;

type Row = Readonly<Record<string, string | number>>;

/** Rows of clean columns of every weight of tail, with what is put in their place. */
function rowsOf(count: number, change: (row: number) => Row = () => ({}), seed = 1): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, row) => ({
    id: row + 1,
    height: (170 + 10 * random.normal()).toFixed(6),
    income: Math.exp(10 + random.normal()).toFixed(6),
    claims: random.uniform() < 0.6 ? 0 : Math.exp(random.normal()).toFixed(6),
    visits: random.integer(40),
    born: new Date(Date.UTC(1950, 0, 1) + random.integer(15_000) * 86_400_000).toISOString().slice(0, 10),
    rare: random.uniform() < 0.01 ? "yes" : "no",
    city: `city ${random.integer(30)}`,
    ...change(row),
  }));
}

async function validate(
  rows: readonly Row[],
  given: Readonly<Record<string, unknown>> = {},
  format: "csv" | "parquet" = "csv",
) {
  await using t = await testHost({ files: { "c.yaml": contract } });
  const names = Object.keys(rows[0] ?? {});
  const csv = `${names.join(",")}\n${rows.map((row) => names.map((name) => row[name]).join(",")).join("\n")}\n`;
  const path = await t.write("a.csv", csv);
  if (format === "parquet") await writeParquet(t.host, join(t.cwd, "a.parquet"), `SELECT * FROM read_csv('${path}')`);
  const parsed = command.inputs.parse({
    data: [join(t.cwd, `a.${format}`)],
    contract: join(t.cwd, "c.yaml"),
    ...given,
  });
  const { findings } = await command.run(parsed, t.host, t.project);
  const found = findings.checks.filter(({ id }) => id.startsWith("columns."));
  return { findings, found, byId: new Map(found.map((check) => [check.id, check])) };
}

describe.each(["csv", "parquet"] as const)("columns of %s", (format) => {
  test("that are clean raise no alarm, heavy tails and many zeros among them", async () => {
    for (const seed of [1, 2, 3]) {
      const { found } = await validate(rowsOf(3000, undefined, seed), {}, format);
      expect(found.map(({ id, verdict }) => [id, verdict])).toEqual([
        ["columns.empty", "pass"],
        ["columns.constant", "pass"],
        ["columns.nearly-constant", "pass"],
        ["columns.identifiers", "pass"],
        ["columns.outliers", "pass"],
      ]);
    }
  });

  test("that are empty, constant, nearly so, or identifiers are named", async () => {
    const rows = rowsOf(2000, (row) => ({ nothing: "", one: 7, most: row === 3 ? "b" : "a", code: `c-${row * 7919}` }));
    const { byId } = await validate(rows, { label: "rare" }, format);
    expect(byId.get("columns.empty")).toMatchObject({
      verdict: "warn",
      observed: 1,
      message: expect.stringContaining("nothing"),
    });
    expect(byId.get("columns.constant")?.message).toContain(": one");
    expect(byId.get("columns.nearly-constant")?.message).toContain(": most");
    expect(byId.get("columns.identifiers")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining(": code;"),
    });
    const unlearnt = (await validate(rows, {}, format)).byId.get("columns.identifiers");
    expect(unlearnt).toMatchObject({ verdict: "pass", observed: 1 });
    expect(
      (await validate(rows, { label: "rare", ignore: ["code"] }, format)).byId.get("columns.identifiers")?.verdict,
    ).toBe("pass");
  });

  test("with values far beyond all others name the rows", async () => {
    const rows = rowsOf(3000, (row) =>
      row === 41
        ? { height: 1.7e9 }
        : row === 77
          ? { claims: -9999 }
          : row === 88
            ? { income: 1e15 }
            : row === 99
              ? { born: "9999-12-31" }
              : {},
    );
    const { byId, findings } = await validate(rows, {}, format);
    expect(byId.get("columns.outliers.height")).toMatchObject({
      verdict: "warn",
      observed: 1,
      message: expect.stringContaining("row 42"),
    });
    expect(byId.get("columns.outliers.born")).toMatchObject({ verdict: "warn", observed: 1 });
    expect(byId.get("columns.outliers.claims")).toMatchObject({ verdict: "warn", observed: 1 });
    const table = findings.tables.find(({ title }) => title === "Outliers of income");
    expect(table?.rows).toEqual([[`a.${format}`, 89, "89", "(masked)"]]);
    expect(byId.get("columns.outliers.income")?.message).not.toMatch(/above/);
  });
});

describe("the look at columns", () => {
  test("says the same with a profile, which knows the range, as without", async () => {
    // Each column has its outliers where only a count over all rows can find them: beyond the sample's, or infinite.
    const rows = rowsOf(60_000, (row) => ({
      height: row === 777 ? 17_000 : 150 + (row % 400) / 10,
      claims: row === 41 ? "inf" : row % 3 === 0 ? "" : 1 + (row % 97),
      flag: row === 59_999 ? 1 : 0,
      blank: row === 5 ? "x" : "",
    }));
    const [with_, without] = [
      await validate(rows, {}, "parquet"),
      await validate(rows, { skipProfile: true }, "parquet"),
    ];
    expect(with_.found).toEqual(without.found);
    expect(with_.byId.get("columns.outliers.height")).toMatchObject({ verdict: "warn", observed: 1 });
    expect(with_.byId.get("columns.outliers.claims")).toMatchObject({ verdict: "warn", observed: 1 });
    expect(with_.byId.get("columns.nearly-constant")?.message).toMatch(/flag.*blank|blank.*flag/);
  });

  test("is left out of few rows, and where it is turned off", async () => {
    expect((await validate(rowsOf(499, () => ({ one: 1 })))).found).toEqual([]);
    expect(
      (
        await validate(
          rowsOf(800, () => ({ one: 1 })),
          { columnChecks: false },
        )
      ).found,
    ).toEqual([]);
  });
});
