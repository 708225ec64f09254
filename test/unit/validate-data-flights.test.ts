import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

const source = join(fileURLToPath(new URL("../data/", import.meta.resolve("vega-datasets"))), "flights-3m.parquet");
const contract = `apiVersion: v3.1.0
kind: DataContract
id: flights
version: 1.0.0
status: active
schema:
  - name: flights
    properties:
      - { name: flight, logicalType: integer, primaryKey: true }
`;

/** Every 20th flight of a month of 2001, as it was recorded. */
function month(number: number): string {
  return `SELECT file_row_number AS flight, date AS departed_at, hour(date) AS hour, origin, destination, distance, delay,
    delay > 15 AS late FROM read_parquet('${source.replaceAll("'", "''")}', file_row_number = true)
    WHERE month(date) = ${number} AND year(date) = 2001 AND file_row_number % 20 = 0`;
}

test("three months of real flights raise no alarm but the one that is true: the delay gives the label away", async () => {
  await using t = await testHost({ files: { "c.yaml": contract } });
  const path = (number: number) => join(t.cwd, `${number}.parquet`);
  for (const number of [1, 2, 3]) await writeParquet(t.host, path(number), month(number));
  const given = command.inputs.parse({
    data: [1, 2, 3].map(path),
    contract: join(t.cwd, "c.yaml"),
    split: { train: path(1), validation: path(2), test: path(3) },
    label: "late",
    time: "departed_at",
  });
  const { findings } = await command.run(given, t.host, t.project);
  const alarms = findings.checks.filter(({ verdict }) => verdict !== "pass").map(({ id, verdict }) => [id, verdict]);
  expect(alarms).toEqual([
    ["columns", "warn"],
    ["label.giveaway.delay", "fail"],
  ]);
  expect(findings.checks.find(({ id }) => id === "label.giveaway.delay")?.message).toMatch(
    /^delay alone tells late: AUC 1 in/,
  );
});
