import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import type { Check } from "../../src/kernel/command.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

const contract = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - { name: order, logicalType: string, primaryKey: true }
      - { name: "unit price", logicalType: number, required: true, logicalTypeOptions: { minimum: 0 } }
      - { name: state, logicalType: string, quality: [{ metric: invalidValues, arguments: { validValues: [new, sent] }, mustBe: 0 }] }
      - { name: at, logicalType: date, logicalTypeOptions: { minimum: "2024-01-01" } }
`;
const header = "order,unit price,state,at";
const lines = ["001,1.5,new,2024-05-01", "01,-2,sent,2023-12-31", "1,,it's,2024-01-01", "01,3,new,2022-01-01"];

async function validate(t: TestHost, given: Readonly<Record<string, unknown>> = {}) {
  const parsed = command.inputs.parse({ data: [join(t.cwd, "data.csv")], contract: join(t.cwd, "c.yaml"), ...given });
  return command.run(parsed, t.host, t.project);
}

/** What DuckDB's own shell would answer in that folder. */
async function countOf(t: TestHost, query: string): Promise<number> {
  const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
  const instance = await native.DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const inFolder = query.replace("['", `['${t.cwd}/`);
    return (await connection.runAndReadAll(inFolder)).getRows().length;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe("the query for all rows that break a rule", () => {
  const files = { "data.csv": `${[header, ...lines].join("\n")}\n`, "c.yaml": contract };
  const select = `SELECT * FROM (VALUES ${lines
    .map(
      (line) =>
        `(${line
          .split(",")
          .map((cell) => (cell === "" ? "NULL" : `'${cell.replace("'", "''")}'`))
          .join(",")})`,
    )
    .join(",")}) AS t("order", p, state, d)`;

  test.each(["csv", "json", "parquet"])("lists as many rows of %s as the report counts", async (format) => {
    await using t = await testHost({ files });
    const path = join(t.cwd, `data.${format}`);
    if (format === "parquet")
      await writeParquet(
        t.host,
        path,
        `SELECT "order", p::DOUBLE AS "unit price", state, d::DATE AS at FROM (${select})`,
      );
    const rows = lines
      .map((line) => line.split(","))
      .map(([order, price, state, at]) => {
        return JSON.stringify({ order, "unit price": price === "" ? null : Number(price), state, at });
      });
    if (format === "json") await t.write("data.json", `[${rows.join(",\n")}]`);
    const { findings } = await validate(t, { data: [path] });
    const broken = findings.checks.filter((check) => check.verdict === "fail");
    expect(broken.map((check) => [check.id, check.observed])).toEqual([
      ["primary-key", 1],
      ["unit price.required", 1],
      ["unit price.range", 1],
      ["state.invalidValues", 1],
      ["at.range", 2],
    ]);
    for (const check of broken) {
      const table = findings.tables.find(({ title }) => title.startsWith(`${check.id}:`));
      // The query for a key lists every row that shares it, the first one too.
      const expected = check.id === "primary-key" ? 2 : Number(check.observed);
      expect([check.id, await countOf(t, table?.query ?? "")]).toEqual([check.id, expected]);
    }
  });

  const text = `${[header, ...lines, "é,4,new,2024-01-01"].join("\n")}\n`;
  test.each([
    ["data.csv.gz", gzipSync(text), "auto"],
    ["data.csv", gzipSync(text), "auto"],
    ["data.csv.zst", zstdCompressSync(text), "auto"],
    ["data.csv", Buffer.from(`\ufeff${text}`, "utf16le"), "auto"],
    ["data.csv", Buffer.from(text, "latin1"), "latin-1"],
    ["data.tsv", Buffer.from(text.replaceAll(",", "\t")), "auto"],
  ] as const)("reads files as they are: %s, %#", async (name, bytes, encoding) => {
    await using t = await testHost({ files: { [name]: bytes, "c.yaml": contract } });
    const { findings } = await validate(t, { data: [join(t.cwd, name)], encoding });
    const table = findings.tables.find(({ title }) => title.startsWith("at.range:"));
    expect(await countOf(t, table?.query ?? "")).toBe(2);
  });

  test.each([
    ["utf-16be", Buffer.from(`\ufeff${text}`, "utf16le").swap16(), "auto"],
    ["windows-1252", Buffer.from(text, "latin1"), "windows-1252"],
  ] as const)("is left out where DuckDB alone does not read the file: %s", async (_name, bytes, encoding) => {
    await using t = await testHost({ files: { "data.csv": bytes, "c.yaml": contract } });
    const { findings } = await validate(t, { encoding });
    const table = findings.tables.find(({ title }) => title.startsWith("at.range:"));
    expect(table?.rows).toHaveLength(2);
    expect(table?.query).toBeUndefined();
  });

  test("is left out where the files are too many to be listed", async () => {
    await using t = await testHost({ files: { "c.yaml": contract } });
    await mkdir(join(t.cwd, "many"));
    for (let at = 0; at < 51; at += 1) await writeFile(join(t.cwd, "many", `${at}.csv`), `${header}\n${at},-1,new,\n`);
    const { findings } = await validate(t, { data: [join(t.cwd, "many")] });
    const table = findings.tables.find(({ title }) => title.startsWith("unit price.range"));
    expect(table?.rows).toHaveLength(10);
    expect(table?.query).toBeUndefined();
  });
});

describe("a failing rule of a text file", () => {
  test("points at the first lines of the data, of Parquet at none", async () => {
    await using t = await testHost({ files: { "data.csv": `${[header, ...lines].join("\n")}\n`, "c.yaml": contract } });
    const related = (checks: readonly Check[]) => checks.find(({ id }) => id === "at.range")?.related;
    expect(related((await validate(t)).findings.checks)).toEqual([
      { file: "data.csv", line: 3 },
      { file: "data.csv", line: 5 },
    ]);
    const path = join(t.cwd, "data.parquet");
    await writeParquet(
      t.host,
      path,
      `SELECT 'a' AS "order", 1.0::DOUBLE AS "unit price", 'new' AS state, DATE '2020-01-01' AS at`,
    );
    expect(related((await validate(t, { data: [path] })).findings.checks)).toBeUndefined();
  });
});

describe("values of columns without a classification", () => {
  test.each([
    [{}, "-2"],
    [{ CI: "false" }, "-2"],
    [{ CI: "true" }, "(masked)"],
    [{ TF_BUILD: "True" }, "(masked)"],
    [{ JENKINS_URL: "https://ci.example" }, "(masked)"],
  ])("are masked wherever a service runs the command: %j", async (env, shown) => {
    await using t = await testHost({
      files: { "data.csv": `${[header, ...lines].join("\n")}\n`, "c.yaml": contract },
      env,
    });
    const table = (await validate(t)).findings.tables.find(({ title }) => title.startsWith("unit price.range"));
    expect(table?.rows).toEqual([["data.csv", 2, shown === "(masked)" ? shown : "01", shown]]);
  });
});

describe("a rule that is broken for too few rows", () => {
  test("says nothing of single rows, and is worth nothing", async () => {
    const wanting = (most: string) =>
      contract.replace("required: true,", `quality: [{ metric: nullValues, dimension: timeliness, ${most} }],`);
    await using t = await testHost({ files: { "data.csv": `${[header, ...lines].join("\n")}\n` } });
    for (const [bound, score] of [
      ["mustBe: 2", 0],
      ["mustBe: 0", 75],
      ["mustBeGreaterThan: 1", 0],
    ] as const) {
      await t.write("c.yaml", wanting(bound));
      const { findings } = await validate(t);
      const table = findings.tables.find(({ title }) => title.startsWith("Quality score"));
      expect([bound, table?.rows.find(([name]) => name === "timeliness")?.[1]]).toEqual([bound, score]);
    }
  });
});

describe("the history of quality scores", () => {
  const csv = (price: string) => `${header}\n1,${price},new,2024-02-01\n2,1,new,2024-02-01\n`;
  const history = (findings: { series: readonly { title: string; lines: unknown }[] }) =>
    findings.series.find(({ title }) => title.startsWith("Quality score"))?.lines;

  test("grows by one entry for each data set, and a second run shows what the first one did", async () => {
    await using t = await testHost({ files: { "data.csv": csv("1"), "c.yaml": contract } });
    const registry = `file:${join(t.cwd, "registry")}`;
    const first = await validate(t, { registry });
    expect(history(first.findings)).toBeUndefined();
    await writeFile(join(t.cwd, "data.csv"), csv("-1"));
    const second = await validate(t, { registry });
    const again = await validate(t, { registry });
    expect(history(second.findings)).toMatchObject({ score: [100, second.outputs.qualityScore] });
    expect(second.outputs.qualityScore).toBeLessThan(100);
    expect(history(again.findings)).toEqual(history(second.findings));
    await writeFile(join(t.cwd, "data.csv"), csv("2"));
    expect(history((await validate(t, { registry, dryRun: true })).findings)).toMatchObject({
      score: [100, second.outputs.qualityScore, 100],
    });
    expect(history((await validate(t, { registry })).findings)).toMatchObject({ score: { length: 3 } });
  });

  test("is nowhere written when no registry is named", async () => {
    await using t = await testHost({ files: { "data.csv": csv("1"), "c.yaml": contract } });
    await validate(t);
    expect(await t.host.files.facts(join(t.cwd, ".titleholder/registry"))).toBeUndefined();
  });
});
