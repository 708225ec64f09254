import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DataSource, DatasetGroup, Likeness } from "../../src/dataset/dataset.ts";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

interface Row {
  readonly who: string | null;
  readonly x: number | null;
  readonly n: number | null;
  readonly label: string | null;
}

const names = ["train", "validation", "test"] as const;
type Name = (typeof names)[number];
type Tables = Readonly<Record<Name, readonly Row[]>>;

const row: fc.Arbitrary<Row> = fc.record({
  who: fc.constantFrom(null, "Ada L", "ada l", " ada   L ", "bob", "'; DROP"),
  x: fc.constantFrom(null, 0, 1.23412, 1.23448, 1.2357, -9.99961e-7, -9.99962e-7, 12345678, 12345679, 1e300),
  n: fc.constantFrom(null, 0, 1, 100_001, 100_002),
  label: fc.constantFrom(null, "yes", "no"),
});
const table = fc.array(row, { minLength: 1, maxLength: 12 });
const tables: fc.Arbitrary<Tables> = fc.record({ train: table, validation: table, test: table });
const likeness: fc.Arbitrary<Likeness> = fc.record(
  {
    columns: fc.subarray(["who", "x", "n"], { minLength: 1 }),
    by: fc.constantFrom("exact", "near"),
    present: fc.boolean(),
  },
  { requiredKeys: ["columns", "by"] },
);

/** What a likeness makes of a row, written a second time without an engine; undefined for a row that takes no part. */
function keyOf(one: Row, { columns, by, present }: Likeness): string | undefined {
  const cells = columns.map((name) => {
    const cell = one[name as keyof Row];
    if (by === "exact" || cell === null) return cell;
    if (typeof cell === "string") return cell.toLowerCase().replace(/\s+/g, " ").trim();
    return Number.isInteger(cell) ? cell : Number(cell.toPrecision(4));
  });
  return present === true && cells.includes(null) ? undefined : JSON.stringify(cells);
}

/** Every row of every table held against every other. */
function bruteForce(all: Tables, like: Likeness) {
  const keyed = names.flatMap((set) =>
    all[set].flatMap((one, at) => {
      const key = keyOf(one, like);
      return key === undefined ? [] : [{ set, at, key, label: one.label }];
    }),
  );
  const of = (set: Name) => keyed.filter((one) => one.set === set);
  const clash = (a: string | null, b: string | null) => a !== null && b !== null && a !== b;
  const sets = names.map((set) => {
    const mine = of(set);
    const kinds = new Set(mine.map(({ key }) => key));
    const conflicts = (one: (typeof mine)[number]) =>
      keyed.some((a) => a.key === one.key && keyed.some((b) => b.key === one.key && clash(a.label, b.label)));
    return [
      set,
      {
        rows: mine.length,
        repeated: mine.length - kinds.size,
        single: mine.filter((one) => mine.filter(({ key }) => key === one.key).length === 1).length,
        conflicting: mine.filter(conflicts).length,
      },
    ];
  });
  const shared = names.map((a) => [
    a,
    Object.fromEntries(
      names.map((b) => {
        const rows = of(a).filter((one) => of(b).some(({ key }) => key === one.key));
        return [b, { rows: rows.length, kinds: new Set(rows.map(({ key }) => key)).size }];
      }),
    ),
  ]);
  return { sets: Object.fromEntries(sets), shared: Object.fromEntries(shared) };
}

/** The pairs of row numbers that `alike` must name. */
function pairsByHand(all: Tables, of: Name, to: Name, like: Likeness, byLabel: boolean, limit: number) {
  const takesPart = (one: Row) => keyOf(one, like) !== undefined && (!byLabel || one.label !== null);
  const pairs = all[of].flatMap((one, at) => {
    const first = all[to].findIndex((other) => takesPart(other) && keyOf(other, like) === keyOf(one, like));
    const isPair =
      takesPart(one) && first !== -1 && (of !== to || first < at) && (!byLabel || all[to][first]?.label !== one.label);
    return isPair ? [[at + 1, first + 1]] : [];
  });
  return pairs.slice(0, limit);
}

async function openTables(t: TestHost, all: Tables, format: DataSource["format"]): Promise<DatasetGroup<Name>> {
  const sources: Partial<Record<Name, DataSource>> = {};
  for (const name of names) {
    const path = join(t.cwd, `${name}.${format}`);
    if (format === "csv") await t.write(`${name}.csv`, csvOf(all[name]));
    else await writeParquet(t.host, path, selectOf(all[name]));
    sources[name] = { kind: "files", files: [path], format, declared };
  }
  const spill = join(t.host.scratch, "spill");
  await t.host.files.makeDirectory(spill);
  const limits = { memoryBytes: 2 ** 29, spill, signal: t.host.signal };
  return implementation.create({}, t.host).openGroup(sources as Record<Name, DataSource>, limits);
}

const declared = [
  { name: "who", kind: "string" },
  { name: "x", kind: "number" },
  { name: "n", kind: "integer" },
  { name: "label", kind: "string" },
] as const;

function csvOf(rows: readonly Row[]): string {
  const cell = (value: Row[keyof Row]) => (value === null ? "" : typeof value === "string" ? `"${value}"` : `${value}`);
  return `who,x,n,label\n${rows.map(({ who, x, n, label }) => [who, x, n, label].map(cell).join(",")).join("\n")}\n`;
}

function selectOf(rows: readonly Row[]): string {
  const cell = (value: Row[keyof Row], type: string) =>
    `${value === null ? "NULL" : `'${String(value).replaceAll("'", "''")}'`}::${type}`;
  const values = rows.map(
    ({ who, x, n, label }) =>
      `(${cell(who, "VARCHAR")}, ${cell(x, "DOUBLE")}, ${cell(n, "INTEGER")}, ${cell(label, "VARCHAR")})`,
  );
  return `SELECT * FROM (VALUES ${values.join(", ")}) t(who, x, n, label)`;
}

describe.each(["csv", "parquet"] as const)("rows of several %s data sets", (format) => {
  test("are alike exactly where a comparison of each with each says so", async () => {
    await fc.assert(
      fc.asyncProperty(tables, likeness, async (all, like) => {
        await using t = await testHost();
        await using group = await openTables(t, all, format);
        expect(await group.overlap(like, "label")).toEqual(bruteForce(all, like));
      }),
      { numRuns: 25 },
    );
  });

  test("are named in source order, each with the first that is like it", async () => {
    const name = fc.constantFrom(...names);
    await fc.assert(
      fc.asyncProperty(
        tables,
        likeness,
        name,
        name,
        fc.boolean(),
        fc.nat(6),
        async (all, like, of, to, byLabel, limit) => {
          await using t = await testHost();
          await using group = await openTables(t, all, format);
          const options = { limit, shown: ["x"], ...(byLabel ? { differing: ["label"] } : {}) };
          const found = await group.alike(of, to, like, options);
          expect(found.map((pair) => [pair.row.row, pair.like.row])).toEqual(
            pairsByHand(all, of, to, like, byLabel, limit),
          );
          for (const pair of found) {
            expect(pair.row.file).toBe(join(t.cwd, `${of}.${format}`));
            expect(pair.row.cells).toEqual({ x: all[of][pair.row.row - 1]?.x });
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
