import { describe, expect, test } from "vitest";
import { locateData, openData } from "../../src/commands/data.ts";
import { createRandom } from "../../src/stats/random.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

const random = createRandom(5);
const lines = Array.from({ length: 3000 }, (_, row) => {
  const x = random.normal();
  return `${row % 2},${x.toFixed(4)},${row % 7 === 0 ? "" : `Town ${row % 90}`},2026-01-${String((row % 28) + 1).padStart(2, "0")}`;
});
const csv = (rows: readonly string[]) => `y,x,town,day\n${rows.join("\n")}\n`;
const columns = ["y", "day", "town", "x"];

async function sketchOf(t: TestHost, file: string, names = columns, size = 256) {
  const { source } = await locateData([`${t.cwd}/${file}`], t.host, "data");
  await using dataset = await openData(source, t.host);
  return await dataset.sketch(names, size);
}

describe("a sketch of rows", () => {
  test("has the lowest hashes, ascending, each once, and counts all rows", async () => {
    await using t = await testHost({ files: { "a.csv": csv(lines), "few.csv": csv(lines.slice(0, 40)) } });
    const sketch = await sketchOf(t, "a.csv");
    expect(sketch.rows).toBe(3000);
    expect(sketch.hashes).toHaveLength(256);
    expect([...sketch.hashes]).toEqual([...new Set(sketch.hashes)].sort((a, b) => (a < b ? -1 : 1)));
    const all = await sketchOf(t, "a.csv", columns, 10_000);
    expect([...sketch.hashes]).toEqual([...all.hashes.slice(0, 256)]);
    const few = await sketchOf(t, "few.csv");
    expect(few.hashes).toHaveLength(40);
    expect([...few.hashes].every((hash) => all.hashes.includes(hash))).toBe(true);
  });

  test("is the same for rows in another order, columns in another order, further columns, and repeated rows", async () => {
    const shuffled = createRandom(1).shuffle(lines);
    const turned = lines.map((line) => line.split(",").reverse().join(","));
    await using t = await testHost({
      files: {
        "a.csv": csv(lines),
        "shuffled.csv": csv(shuffled),
        "turned.csv": `day,town,x,y\n${turned.join("\n")}\n`,
        "wider.csv": `id,y,x,town,day\n${lines.map((line, at) => `${at},${line}`).join("\n")}\n`,
        "twice.csv": csv([...lines, ...lines]),
      },
    });
    const { hashes } = await sketchOf(t, "a.csv");
    for (const file of ["shuffled.csv", "turned.csv", "wider.csv", "twice.csv"]) {
      expect((await sketchOf(t, file)).hashes, file).toEqual(hashes);
    }
    expect((await sketchOf(t, "twice.csv")).rows).toBe(6000);
  });

  test("is the same in Parquet with floats, decimals, booleans, smaller integers and timestamps", async () => {
    await using t = await testHost({ files: { "a.csv": csv(lines) } });
    const from = `read_csv('${t.cwd}/a.csv', header = true)`;
    const typed = {
      "float.parquet": `SELECT y::TINYINT AS y, x::FLOAT AS x, town, day::TIMESTAMP AS day FROM ${from}`,
      "decimal.parquet": `SELECT y = 1 AS y, x::DECIMAL(9, 4) AS x, upper(town) || ' ' AS town, day FROM ${from}`,
    };
    const { hashes } = await sketchOf(t, "a.csv");
    for (const [file, select] of Object.entries(typed)) {
      await writeParquet(t.host, `${t.cwd}/${file}`, select);
      expect((await sketchOf(t, file)).hashes, file).toEqual(hashes);
    }
  });

  test("has nothing in common with other rows, and a value that changed changes its row alone", async () => {
    const other = lines.map((line) => line.replace("Town", "Village"));
    const one = [...lines.slice(1), `${lines[0]}`.replace(/^0/, "1")];
    await using t = await testHost({ files: { "a.csv": csv(lines), "other.csv": csv(other), "one.csv": csv(one) } });
    const size = 10_000;
    const known = new Set((await sketchOf(t, "a.csv", columns, size)).hashes);
    const shared = async (file: string) =>
      (await sketchOf(t, file, columns, size)).hashes.filter((hash) => known.has(hash)).length;
    // Every seventh row has no town.
    expect(await shared("other.csv")).toBe(new Set(lines.filter((line) => line.includes(",,"))).size);
    expect(await shared("one.csv")).toBe(new Set(lines.slice(1)).size);
  });
});
