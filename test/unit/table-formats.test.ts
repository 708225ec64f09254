import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { locateData } from "../../src/commands/data.ts";
import { tableFormatOf } from "../../src/dataset/table-formats.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { type TestHost, testHost } from "../support/host.ts";

async function refusal(t: TestHost, ...patterns: string[]): Promise<string> {
  const paths = patterns.map((pattern) => join(t.cwd, pattern));
  const error = await locateData(paths, t.host, "data").then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TitleholderError)) throw new Error(`expected a refusal, got ${String(error)}`);
  expect(error.kind).toBe("configuration");
  expect(error.fix).not.toBe("");
  return `${error.code} ${error.message}`;
}

describe("the folder of a lakehouse table", () => {
  const csv = "a\n1\n";
  test.each([
    ["Delta Lake", "sales/_delta_log/00000000000000000000.json"],
    ["Apache Iceberg", "sales/metadata/00000-1.metadata.json"],
    ["Apache Hudi", "sales/.hoodie/hoodie.properties"],
  ])("of %s is refused by name, as a folder, a glob, one file or a part of it", async (name, marker) => {
    await using t = await testHost({
      files: { [marker]: "{}", "sales/day=1/part-0.csv": csv, "sales/part-1.csv": csv },
    });
    for (const pattern of ["sales", "sales/*.csv", "sales/part-1.csv", "sales/day=1", "**/*.csv"])
      expect([pattern, await refusal(t, pattern)]).toEqual([
        pattern,
        expect.stringContaining(`TH_DATA_TABLE sales is a table of ${name}`),
      ]);
  });

  test("does not stop other folders beside it, nor those with a folder that is only called metadata", async () => {
    await using t = await testHost({
      files: { "sales/_delta_log/0.json": "{}", "plain/part.csv": csv, "plain/metadata/notes.txt": "hello" },
    });
    const { source } = await locateData([join(t.cwd, "plain")], t.host, "data");
    expect(source.files).toEqual([join(t.cwd, "plain/part.csv")]);
  });

  test("is told by what lies in it", () => {
    expect(tableFormatOf(["_delta_log", "a.parquet"], [])?.name).toBe("Delta Lake");
    expect(tableFormatOf(["metadata"], ["v1.metadata.json.gz"])?.name).toBe("Apache Iceberg");
    expect(tableFormatOf(["metadata"], ["table.json"])).toBeUndefined();
  });
});
