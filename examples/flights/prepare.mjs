// Turns three million real flight records (npm `vega-datasets`, January to June 2001) into the monthly files of this
// project. Run: node prepare.mjs [--data DIRECTORY] [--rows ROWS-A-MONTH]. The same input gives the same bytes.
//
// The question of the model: when an aircraft leaves its gate, will it arrive more than 15 minutes late? Hence every
// feature is known at that moment. The source's `date` is the actual departure in the airport's local time, and its
// `delay` is the delay at arrival: the label is made from it, and the column itself is left out, as it is not known yet.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { corrupt } from "./corrupt.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const packageData = fileURLToPath(new URL("../data/", import.meta.resolve("vega-datasets")));
const { values: options } = parseArgs({
  options: { data: { type: "string", default: join(here, "data") }, rows: { type: "string", default: "40000" } },
});
const rowsPerMonth = Number(options.rows);
if (!Number.isInteger(rowsPerMonth) || rowsPerMonth < 1000 || rowsPerMonth > 400_000) {
  console.error(`--rows is ${JSON.stringify(options.rows)}: write a whole number from 1000 to 400000.`);
  process.exit(2);
}

const text = (value) => `'${value.replaceAll("'", "''")}'`;
const file = (name) => join(options.data, name);
const started = performance.now();
mkdirSync(options.data, { recursive: true });
const instance = await DuckDBInstance.create(":memory:");
const database = await instance.connect();

// A flight's outcome counts as known one hour plus its distance at 400 miles an hour after departure: later than nearly
// all really land, so that no feature looks into the future. The hash is arithmetic only: no engine version changes it.
await database.run(`CREATE TABLE flights AS
  SELECT file_row_number + 1 AS flight_id, date AS departed_at, origin, destination, distance, delay > 15 AS late,
    date + to_minutes(60 + CAST(distance * 60 / 400 AS BIGINT)) AS known_at,
    ((file_row_number + 1) * 2654435761) % 4294967296 / 4294967296 AS lot
  FROM read_parquet(${text(join(packageData, "flights-3m.parquet"))}, file_row_number = true)
  WHERE date < TIMESTAMP '2001-07-01'`);

// What the airport and the route have lately seen, over all flights: whole clock hours and whole days that have ended.
await database.run(`CREATE TABLE airport_outcomes AS
  SELECT origin, date_trunc('hour', known_at) AS hour, count(*) AS landed, count(*) FILTER (late) AS late
  FROM flights GROUP BY ALL`);
await database.run(`CREATE TABLE airport_departures AS
  SELECT origin, date_trunc('hour', departed_at) AS hour, count(*) AS departures FROM flights GROUP BY ALL`);
await database.run(`CREATE TABLE route_outcomes AS
  SELECT origin, destination, date_trunc('day', known_at) AS day, count(*) AS landed, count(*) FILTER (late) AS late
  FROM flights GROUP BY ALL`);
await database.run(`CREATE TABLE airport_weeks AS
  WITH days AS (SELECT origin, CAST(hour AS DATE) AS day, sum(landed) AS landed, sum(late) AS late
    FROM airport_outcomes GROUP BY ALL)
  SELECT o.origin, d.day, sum(w.landed) AS landed, sum(w.late) AS late
  FROM (SELECT DISTINCT origin FROM days) o CROSS JOIN (SELECT DISTINCT day FROM days) d
  JOIN days w ON w.origin = o.origin AND w.day BETWEEN d.day - 6 AND d.day GROUP BY ALL`);

// 1.09: about one flight in twelve is dropped below, for want of an airport's record.
const share = (rowsPerMonth * 1.09 * 6) / 3_000_000;
await database.run(`CREATE TABLE sampled AS
  SELECT f.*,
    coalesce(d.departures, 0) AS origin_departures_1h,
    coalesce(a.landed, 0) + coalesce(b.landed, 0) + coalesce(c.landed, 0) AS origin_landed_3h,
    coalesce(a.late, 0) + coalesce(b.late, 0) + coalesce(c.late, 0) AS origin_late_3h,
    coalesce(r.landed, 0) AS route_landed_1d, coalesce(r.late, 0) AS route_late_1d,
    round((coalesce(w.late, 0) + 1) / (coalesce(w.landed, 0) + 5), 4) AS origin_late_share_7d
  FROM flights f
  LEFT JOIN airport_departures d ON d.origin = f.origin AND d.hour = date_trunc('hour', departed_at) - INTERVAL 1 HOUR
  LEFT JOIN airport_outcomes a ON a.origin = f.origin AND a.hour = date_trunc('hour', departed_at) - INTERVAL 1 HOUR
  LEFT JOIN airport_outcomes b ON b.origin = f.origin AND b.hour = date_trunc('hour', departed_at) - INTERVAL 2 HOUR
  LEFT JOIN airport_outcomes c ON c.origin = f.origin AND c.hour = date_trunc('hour', departed_at) - INTERVAL 3 HOUR
  LEFT JOIN route_outcomes r ON r.origin = f.origin AND r.destination = f.destination
    AND r.day = date_trunc('day', departed_at) - INTERVAL 1 DAY
  LEFT JOIN airport_weeks w ON w.origin = f.origin AND w.day = CAST(departed_at AS DATE) - 1
  WHERE departed_at >= TIMESTAMP '2001-01-02'
    AND (lot < ${share} OR (lot >= 0.9 AND lot < 0.925 AND month(departed_at) = 3))`);

const columns = `flight_id, departed_at,
  CAST(hour(departed_at) AS INTEGER) AS hour, CAST(minute(departed_at) AS INTEGER) AS minute,
  CAST(isodow(departed_at) AS INTEGER) AS weekday, origin, destination, CAST(distance AS INTEGER) AS distance,
  CAST(origin_departures_1h AS INTEGER) AS origin_departures_1h,
  CAST(origin_landed_3h AS INTEGER) AS origin_landed_3h, CAST(origin_late_3h AS INTEGER) AS origin_late_3h,
  CAST(route_landed_1d AS INTEGER) AS route_landed_1d, CAST(route_late_1d AS INTEGER) AS route_late_1d, origin_late_share_7d`;
// The extract joins flights with the airport's record of the last three hours, so flights without one drop out of it.
// The live service is asked about them all the same: the traffic below keeps them. See README.md.
const extract = `SELECT ${columns}, CAST(late AS INTEGER) AS delayed FROM sampled WHERE lot < ${share} AND origin_landed_3h > 0`;

async function write(name, query, format, order = "flight_id") {
  const rows = await database.run(`COPY (${query} ORDER BY ${order}) TO ${text(file(name))} (${format})`);
  console.log(`${name}: ${rows.rowsChanged} flights`);
}

const parquet = "FORMAT parquet, COMPRESSION zstd";
for (let month = 1; month <= 6; month += 1) {
  await write(`2001-0${month}.parquet`, `${extract} AND month(departed_at) = ${month}`, parquet);
}
// February again, in two parts that no training sees: pull requests are compared on the first, promotions on the second.
await write("screen.parquet", `${extract} AND month(departed_at) = 2 AND day(departed_at) <= 10`, parquet);
await write("holdout.parquet", `${extract} AND month(departed_at) = 2 AND day(departed_at) > 10`, parquet);
// Requests of March to replay, in random order: every minute of the replay sees the month's mix.
await write("traffic.jsonl", `SELECT ${columns} FROM sampled WHERE lot >= 0.9`, "FORMAT json", "lot");
const faults = await corrupt(database, file("2001-01.parquet"), file("2001-01-corrupted.csv"));
console.log(
  `2001-01-corrupted.csv: ${Object.entries(faults)
    .map(([name, rows]) => `${rows} × ${name}`)
    .join(", ")}`,
);
console.log(`prepared in ${((performance.now() - started) / 1000).toFixed(1)} s`);
database.closeSync();
