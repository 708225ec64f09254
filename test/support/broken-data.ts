import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import type { Texts } from "./bad-inputs.ts";
import { type Change, edited, rebuiltJson, rebuiltYaml } from "./bad-inputs-content.ts";
import { contractHead } from "./contracts.ts";

/** Data files and contracts that fit each other, and what is done to them until they don't. */

const people = [
  {
    id: 1,
    name: "Ada",
    age: 36,
    score: 0.5,
    joined: "2026-01-01",
    seen: "2026-01-01T10:00:00Z",
    vip: true,
    plan: "free",
  },
  {
    id: 2,
    name: 'Bob "B"',
    age: 41,
    score: -2.25,
    joined: "2026-01-02",
    seen: "2026-01-02T10:00:00Z",
    vip: false,
    plan: "paid",
  },
  {
    id: 3,
    name: "Żółw, the\nthird",
    age: 0,
    score: 1e9,
    joined: "2026-02-28",
    seen: "2026-02-28T23:59:59Z",
    vip: true,
    plan: "paid",
  },
  { id: 4, name: "", age: 120, score: 0, joined: "2026-03-01", seen: "2026-03-01T00:00:00Z", vip: false, plan: "free" },
] as const;
const nested = people.map(({ id, name, age }) => ({
  id,
  address: { city: name, zip: String(age).padStart(5, "0"), geo: { lat: age / 2, lon: -age } },
  tags: ["a", name, "c"].slice(0, id % 4),
  visits: [{ at: "2026-01-01", pages: age }],
}));

function separated(delimiter: string, ending: string): string {
  const cell = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
  const lines = people.map((row) => Object.values(row).map(cell).join(delimiter));
  return [Object.keys(people[0]).join(delimiter), ...lines, ""].join(ending);
}

const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** Files by their path; `people` and `nested` tell the contract that fits. */
const texts: Readonly<Record<string, string | Uint8Array>> = {
  "people.csv": separated(",", "\n"),
  "people-crlf.csv": separated(";", "\r\n"),
  "people.tsv": separated("\t", "\n"),
  "people-bom.csv": `\ufeff${separated(",", "\n")}`,
  "people-wide.csv": Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(separated(",", "\n"), "utf16le")]),
  "people.csv.gz": gzipSync(separated(",", "\n")),
  "people.csv.zst": zstdCompressSync(separated("|", "\n")),
  "people.json": JSON.stringify(people),
  "people.jsonl": lines(people),
  "people.jsonl.gz": gzipSync(lines(people)),
  "nested.json": JSON.stringify(nested, null, 2),
  "nested.jsonl": lines(nested),
  "nested.ndjson.zst": zstdCompressSync(lines(nested)),
  "people-parts/plan=free/a.csv": separated(",", "\n"),
};

const peopleContract = `${contractHead}    customProperties:
      - property: features
        value: [{ name: age_squared, version: 1.0.0, sources: [age], description: of age }]
    quality:
      - { metric: rowCount, mustBeGreaterThan: 1 }
      - { metric: duplicateValues, arguments: { properties: [name, age] }, mustBeLessThan: 50, unit: percent }
    properties:
      - { name: id, logicalType: integer, primaryKey: true, primaryKeyPosition: 1 }
      - name: name
        logicalType: string
        classification: restricted
        logicalTypeOptions: { maxLength: 40, pattern: "^[^<]*$" }
      - name: age
        logicalType: integer
        required: true
        logicalTypeOptions: { minimum: 0, maximum: 120, multipleOf: 1 }
        quality:
          - { metric: nullValues, mustBeLessThan: 5, unit: percent, severity: warning, dimension: completeness }
      - name: score
        logicalType: number
        physicalType: DOUBLE
        logicalTypeOptions: { exclusiveMinimum: -1e6, exclusiveMaximum: 1e12 }
        customProperties: [{ property: missingValueStrategy, value: median }]
      - { name: joined, logicalType: date, logicalTypeOptions: { minimum: "2020-01-01" } }
      - { name: seen, logicalType: timestamp, unique: true }
      - { name: vip, logicalType: boolean }
      - name: plan
        logicalType: string
        classification: public
        quality:
          - { name: plans, metric: invalidValues, arguments: { validValues: [free, paid] }, mustBe: 0 }
          - { metric: missingValues, arguments: { missingValues: ["", NA] }, mustBe: 0 }
slaProperties:
  - { property: freshness, value: 50, unit: y, element: t.seen }
  - { property: retention, value: 60, unit: y, element: t.joined }
`;
const nestedContract = `${contractHead}    properties:
      - { name: id, logicalType: integer, required: true, unique: true }
      - name: address
        logicalType: object
        properties:
          - { name: city, logicalType: string, logicalTypeOptions: { maxLength: 60 } }
          - { name: zip, logicalType: string, required: true, logicalTypeOptions: { pattern: "^[0-9]{5}$" } }
          - name: geo
            logicalType: object
            properties:
              - { name: lat, logicalType: number, logicalTypeOptions: { minimum: -90, maximum: 90 } }
              - { name: lon, logicalType: number }
      - name: tags
        logicalType: array
        logicalTypeOptions: { maxItems: 5, uniqueItems: true }
        items: { name: tag, logicalType: string, logicalTypeOptions: { maxLength: 20 } }
      - name: visits
        logicalType: array
        items:
          name: visit
          logicalType: object
          properties:
            - { name: at, logicalType: date }
            - { name: pages, logicalType: integer, logicalTypeOptions: { minimum: 0 } }
`;
/** Two tables, of which the second may have no data, and rules in SQL. */
const tablesContract = `${contractHead}    properties:
      - name: id
        logicalType: integer
        primaryKey: true
        relationships: [{ to: plans.id }]
      - { name: age, logicalType: integer }
      - { name: plan, logicalType: string, relationships: [{ type: foreignKey, to: plans.plan }] }
    quality:
      - { name: ages, type: sql, query: "SELECT count(*) FROM {object} WHERE age > 200", mustBe: 0 }
      - { name: plans, type: sql, query: "SELECT avg(age) FROM t JOIN plans USING (plan)", mustBeLessThan: 99 }
  - name: plans
    properties:
      - { name: id, logicalType: integer }
      - { name: plan, logicalType: string, required: true }
`;
const tableSchema = JSON.stringify({
  fields: [
    { name: "id", type: "integer", constraints: { required: true, unique: true } },
    { name: "name", type: "string", constraints: { maxLength: 40 } },
    { name: "age", type: "integer", constraints: { minimum: 0, maximum: 120 } },
    { name: "score", type: "number" },
    { name: "joined", type: "date", format: "default" },
    { name: "seen", type: "datetime", format: "any" },
    { name: "vip", type: "boolean", trueValues: ["true"], falseValues: ["false"] },
    { name: "plan", type: "string", constraints: { enum: ["free", "paid"] } },
  ],
  primaryKey: ["id"],
  missingValues: ["", "NA"],
});

const contracts = {
  "people.odcs.yaml": { text: peopleContract, changes: rebuiltYaml },
  "nested.odcs.yaml": { text: nestedContract, changes: rebuiltYaml },
  "tables.odcs.yaml": { text: tablesContract, changes: rebuiltYaml },
  "people.schema.json": { text: tableSchema, changes: rebuiltJson },
} as const;

/** Writes every file as it should be. */
export async function prepareData(folder: string): Promise<void> {
  const files = { ...texts, ...Object.fromEntries(Object.entries(contracts).map(([name, { text }]) => [name, text])) };
  for (const [name, content] of Object.entries({ ...files, ...(await parquetFiles()) })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

let parquet: Readonly<Record<string, Uint8Array>> | undefined;

async function parquetFiles(): Promise<Readonly<Record<string, Uint8Array>>> {
  if (parquet !== undefined) return parquet;
  const { mkdtemp, readFile, rm } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const folder = await mkdtemp(join(tmpdir(), "titleholder-parquet-"));
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const found: Record<string, Uint8Array> = {};
  for (const [name, rows] of Object.entries({ people, nested })) {
    await writeFile(join(folder, "rows.jsonl"), lines(rows));
    await connection.run(
      `COPY (FROM read_json('${folder}/rows.jsonl')) TO '${folder}/${name}.parquet' (FORMAT parquet)`,
    );
    found[`${name}.parquet`] = await readFile(join(folder, `${name}.parquet`));
  }
  connection.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true, force: true });
  parquet = found;
  return found;
}

const dataNames = [...Object.keys(texts), "people.parquet", "nested.parquet"];

/** A run on files of which some are broken. */
export interface BrokenRun {
  readonly given: Texts;
  /** What becomes of a file's bytes, by its path. */
  readonly changes: Readonly<Record<string, Change>>;
}

/** Inputs beside data and contract, each in some of the runs. */
export const beside: readonly Texts[] = [
  { "sample-failures": "0" },
  { "skip-profile": "true" },
  { encoding: "latin-1" },
  { encoding: "utf-16" },
  { "dry-run": "true" },
  { mode: "report-only" },
  { delimiter: ";", quote: "'" },
  { header: "false" },
  { "skip-lines": "1" },
  { quarantine: "q.parquet", clean: "c.parquet" },
  { quarantine: "out/q.parquet", reference: "people.csv" },
  { "infer-contract": "inferred.odcs.yaml" },
  { reference: "people.jsonl\npeople.csv", "reference-severity": "fail" },
  { split: "{ train: people.csv, test: people.parquet }", label: "plan", time: "seen" },
  { split: "{ train: people.csv, test: people-crlf.csv }", group: "id", ignore: "name" },
  { tables: "{ plans: [people.csv] }" },
  { base: "people.odcs.yaml" },
];

/** Broken data, a broken contract, or both; now and then a contract of other data. */
export const brokenRuns: fc.Arbitrary<BrokenRun> = fc
  .record({
    data: fc.constantFrom(...dataNames),
    more: fc.option(fc.constantFrom(...dataNames), { freq: 25, nil: undefined }),
    fits: fc.integer({ min: 0, max: 9 }),
    contract: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("people.odcs.yaml", "nested.odcs.yaml", "people.schema.json") },
      // Its rules in SQL start a process each time.
      { weight: 1, arbitrary: fc.constant("tables.odcs.yaml") },
    ),
    // Many an input is refused beside data of another form, and then nothing else is looked at.
    inputs: fc.oneof(
      { weight: 3, arbitrary: fc.constant<readonly Texts[]>([]) },
      { weight: 2, arbitrary: fc.subarray([...beside], { minLength: 1, maxLength: 2 }) },
    ),
    broken: fc.oneof(
      { weight: 6, arbitrary: fc.constant("data") },
      { weight: 3, arbitrary: fc.constant("contract") },
      { weight: 1, arbitrary: fc.constant("both") },
    ),
    dataChange: edited,
    contractEdit: edited,
    yaml: rebuiltYaml,
    json: rebuiltJson,
    bytes: fc.integer({ min: 0, max: 3 }).map((at) => at === 0),
  })
  .map(({ data, more, fits, contract, inputs, broken, dataChange, contractEdit, yaml, json, bytes }) => {
    const kin = data.startsWith("nested")
      ? "nested.odcs.yaml"
      : contract === "nested.odcs.yaml"
        ? "people.odcs.yaml"
        : contract;
    const chosen = fits === 0 ? contract : kin;
    const contractChange = bytes ? contractEdit : chosen.endsWith(".json") ? json : yaml;
    return {
      given: {
        data: more === undefined ? data : `${data}\n${more}`,
        contract: chosen,
        ...Object.assign({}, ...inputs),
      } as Texts,
      changes: {
        ...(broken === "contract" ? {} : { [data]: dataChange }),
        ...(broken === "data" ? {} : { [chosen]: contractChange }),
      },
    };
  });
