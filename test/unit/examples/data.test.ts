import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { Ajv2019 } from "ajv/dist/2019.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { database, prepared, project, query, runScript, scalar, temporaryFolder } from "./flights.ts";

interface Quality {
  readonly metric: string;
  readonly arguments?: { readonly validValues: readonly string[] };
  readonly mustBeGreaterOrEqualTo?: number;
}
interface Property {
  readonly name: string;
  readonly logicalType: "integer" | "number" | "string" | "timestamp";
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly logicalTypeOptions?: { readonly minimum?: number; readonly maximum?: number; readonly pattern?: string };
  readonly quality?: readonly Quality[];
}
interface Contract {
  readonly schema: readonly [{ readonly properties: readonly Property[]; readonly quality: readonly Quality[] }];
}

const months = ["2001-01", "2001-02", "2001-03", "2001-04", "2001-05", "2001-06"];
const source = new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")).pathname;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let connection: DuckDBConnection;
let contract: Contract;
let printed: string;
const parquet = (name: string): string => `read_parquet('${join(folder.path, `${name}.parquet`)}')`;
const traffic = (): string => `read_json('${join(folder.path, "traffic.jsonl")}')`;
beforeAll(async () => {
  folder = await temporaryFolder();
  connection = await database();
  contract = parse(await readFile(join(project, "contract.odcs.yaml"), "utf8")) as Contract;
  printed = (await prepared(folder.path)).stdout;
}, 120_000);
afterAll(() => folder.remove());

const sqlTypes = { integer: "BIGINT", number: "DOUBLE", string: "VARCHAR", timestamp: "TIMESTAMP" };

/** How many rows break each rule of the contract, rules without a breach left out. */
async function violations(table: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  const count = async (rule: string, sql: string): Promise<void> => {
    const rows = await scalar(connection, sql);
    if (rows > 0) found[rule] = rows;
  };
  for (const { name, logicalType, required, unique, logicalTypeOptions, quality } of contract.schema[0].properties) {
    const cast = `TRY_CAST("${name}" AS ${sqlTypes[logicalType]})`;
    const where = (condition: string): string => `SELECT count(*) FROM ${table} WHERE ${condition}`;
    await count(`${name} type`, where(`"${name}" IS NOT NULL AND ${cast} IS NULL`));
    if (required) await count(`${name} required`, where(`"${name}" IS NULL`));
    if (unique) await count(`${name} unique`, `SELECT count("${name}") - count(DISTINCT "${name}") FROM ${table}`);
    const { minimum, maximum, pattern } = logicalTypeOptions ?? {};
    if (minimum !== undefined) await count(`${name} minimum`, where(`${cast} < ${minimum}`));
    if (maximum !== undefined) await count(`${name} maximum`, where(`${cast} > ${maximum}`));
    if (pattern !== undefined) await count(`${name} pattern`, where(`NOT regexp_full_match("${name}", '${pattern}')`));
    for (const rule of quality ?? []) {
      const codes = (rule.arguments?.validValues ?? []).map((code) => `'${code}'`).join(", ");
      await count(`${name} values`, where(`"${name}" NOT IN (${codes})`));
    }
  }
  return found;
}

describe("the prepared data", () => {
  test("holds six months of about 40,000 flights, and as many delays as the source", async () => {
    for (const [index, month] of months.entries()) {
      const rows = await scalar(connection, `SELECT count(*) FROM ${parquet(month)}`);
      expect(rows).toBeGreaterThan(36_000);
      expect(rows).toBeLessThan(42_000);
      const share = await scalar(connection, `SELECT avg(delayed) FROM ${parquet(month)}`);
      const all = `SELECT avg(CAST(delay > 15 AS INT)) FROM read_parquet('${source}') WHERE month(date) = ${index + 1}`;
      // The extract leaves out flights of quiet hours, which are late less often: a point or so of difference.
      expect(Math.abs(share - (await scalar(connection, all)))).toBeLessThan(0.02);
    }
  });

  test("divides February by time into rows for pull requests and a holdout that share no flight", async () => {
    const whole = await scalar(connection, `SELECT count(*) FROM ${parquet("2001-02")}`);
    const parts = `(FROM ${parquet("screen")} UNION ALL FROM ${parquet("holdout")})`;
    expect(await scalar(connection, `SELECT count(DISTINCT flight_id) FROM ${parts}`)).toBe(whole);
    expect(await scalar(connection, `SELECT count(*) FROM ${parts}`)).toBe(whole);
    const screenEnds = await scalar(connection, `SELECT epoch(max(departed_at)) FROM ${parquet("screen")}`);
    expect(await scalar(connection, `SELECT epoch(min(departed_at)) FROM ${parquet("holdout")}`)).toBeGreaterThan(
      screenEnds,
    );
  });

  test("keeps in the traffic what the monthly files leave out", async () => {
    for (const month of months) {
      expect(await scalar(connection, `SELECT min(origin_landed_3h) FROM ${parquet(month)}`)).toBeGreaterThan(0);
    }
    const share = await scalar(connection, `SELECT avg(CAST(origin_landed_3h = 0 AS INT)) FROM ${traffic()}`);
    expect(share).toBeGreaterThan(0.07);
    expect(share).toBeLessThan(0.1);
    const [first] = await query(connection, `SELECT * FROM ${traffic()} LIMIT 1`);
    expect(Object.keys(first ?? {})).not.toContain("delayed");
  });

  test("counts only flights whose outcome was known before the departure", async () => {
    const month = `(SELECT * REPLACE (CAST(departed_at AS VARCHAR) AS departed_at) FROM ${parquet("2001-03")})`;
    const some = await query(connection, `FROM ${month} USING SAMPLE 5 ROWS (reservoir, 5)`);
    // Airports with few flights too, where a whole day may pass without one.
    const rare = `SELECT origin FROM ${month} GROUP BY origin ORDER BY count(*), origin LIMIT 6`;
    const rows = [...some, ...(await query(connection, `FROM ${month} WHERE origin IN (${rare}) LIMIT 8`))];
    expect(rows.length).toBeGreaterThan(8);
    for (const row of rows) {
      // From the source anew, by the definition: over one hour plus the distance at 400 miles an hour.
      const [seen] = await query(
        connection,
        `WITH flights AS (SELECT *, date + to_minutes(60 + CAST(distance * 60 / 400 AS BIGINT)) AS known FROM read_parquet('${source}')
           WHERE origin = '${row.origin}'),
         clock AS (SELECT TIMESTAMP '${row.departed_at}' AS now, date_trunc('hour', now) AS hour, date_trunc('day', now) AS day)
         SELECT
           count(*) FILTER (date >= hour - INTERVAL 1 HOUR AND date < hour) AS origin_departures_1h,
           count(*) FILTER (known >= hour - INTERVAL 3 HOUR AND known < hour) AS origin_landed_3h,
           count(*) FILTER (known >= hour - INTERVAL 3 HOUR AND known < hour AND delay > 15) AS origin_late_3h,
           count(*) FILTER (destination = '${row.destination}' AND known >= day - INTERVAL 1 DAY AND known < day) AS route_landed_1d,
           count(*) FILTER (destination = '${row.destination}' AND known >= day - INTERVAL 1 DAY AND known < day AND delay > 15) AS route_late_1d,
           round((count(*) FILTER (known >= day - INTERVAL 7 DAY AND known < day AND delay > 15) + 1)
             / (count(*) FILTER (known >= day - INTERVAL 7 DAY AND known < day) + 5), 4) AS origin_late_share_7d
         FROM flights, clock`,
      );
      const numbers = Object.entries(seen ?? {}).map(([name, value]) => [name, Number(value)]);
      expect(row).toMatchObject(Object.fromEntries(numbers));
    }
  });

  test("is the same bytes each time", async () => {
    const again = await temporaryFolder();
    await prepared(again.path);
    const digest = async (directory: string): Promise<string> => {
      const hash = createHash("sha256");
      for (const name of (await readdir(again.path)).sort()) hash.update(await readFile(join(directory, name)));
      return hash.digest("hex");
    };
    expect(await digest(again.path)).toBe(await digest(folder.path));
    await again.remove();
  });

  test("is refused for a number of rows that makes no sense", async () => {
    const ended = await runScript("prepare.mjs", ["--rows", "many"]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toBe('--rows is "many": write a whole number from 1000 to 400000.\n');
  });
});

describe("the contract", () => {
  test("is valid by the standard's own schema", async () => {
    const schema: unknown = JSON.parse(await readFile("test/fixtures/odcs-json-schema-v3.1.0.json", "utf8"));
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema as object);
    expect(validate(contract), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...contract, status: undefined })).toBe(false);
  });

  test("names the columns of the monthly files, in their order", async () => {
    const described = await query(connection, `DESCRIBE FROM ${parquet("2001-01")}`);
    expect(contract.schema[0].properties.map(({ name }) => name)).toEqual(
      described.map((column) => column.column_name),
    );
  });

  test("is met by every month, the holdout and the rows for pull requests", async () => {
    for (const name of [...months, "screen", "holdout"]) {
      expect(await violations(parquet(name)), name).toEqual({});
      const least = contract.schema[0].quality.find((rule) => rule.metric === "rowCount")?.mustBeGreaterOrEqualTo;
      expect(await scalar(connection, `SELECT count(*) FROM ${parquet(name)}`)).toBeGreaterThanOrEqual(
        least ?? Infinity,
      );
    }
  });

  test("is broken by the corrupted export in each way that was put into it", async () => {
    const faults = Object.fromEntries(
      [...printed.matchAll(/(\d+) × ([a-z0-9 ]+)/g)].map(([, rows, name]) => [name, Number(rows)] as const),
    );
    const lines = (await readFile(join(folder.path, "2001-01-corrupted.csv"), "utf8")).trimEnd().split("\n");
    const fields = lines[0]?.split(",").length;
    const whole = lines.filter((line) => line.split(",").length === fields);
    expect(lines.length - whole.length).toBe(faults["broken row"]);
    await writeFile(join(folder.path, "whole.csv"), whole.join("\n"));
    await connection.run(
      `CREATE TABLE whole AS FROM read_csv('${join(folder.path, "whole.csv")}', all_varchar = true)`,
    );
    expect(await violations("whole")).toEqual({
      "distance minimum": faults["negative distance"],
      "origin values": faults["unknown airport"],
      "destination pattern": faults["airport in small letters"],
      "destination values": faults["airport in small letters"],
      "hour maximum": faults["midnight as hour 24"],
      "distance type": faults["text for a number"],
      "origin_departures_1h required": faults["missing value"],
      "flight_id unique": faults["row exported twice"],
    });
  });
});
