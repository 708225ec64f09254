import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import type { WritePlan } from "../../src/dataset/writing.ts";
import { testHost } from "../support/host.ts";
import { readParquet } from "../support/parquet.ts";

/** A row as it stands in the file, and what is known of it. */
const row = fc.oneof(
  fc.record({ key: fc.integer({ min: 0, max: 6 }), x: fc.option(fc.integer({ min: -3, max: 9 })) }),
  fc.constantFrom("1", "1,2,3", '"a"b,1'),
  fc.constant({ key: 1, x: "misfit" }),
);

const plan: WritePlan = {
  flaws: new Map([
    ["x.type", { misfit: "x" }],
    ["x.range", { where: { op: "range", column: "x", min: 6 } }],
    ["key", { repeats: ["key"] }],
  ]),
  unreadable: (code) => code,
  missing: [{ column: "x", drop: true }],
  show: () => "a.csv",
  notes: { aside: "{}", kept: "{}" },
};

test("every row of any file is kept, dropped or set aside, once, with the reasons that a reader by hand finds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
      const lines = rows.map((item) => (typeof item === "string" ? item : `${item.key},${item.x ?? ""}`));
      await using t = await testHost({ files: { "a.csv": `key,x\n${lines.join("\n")}\n` } });
      const written = join(t.host.scratch, "written");
      await t.host.files.makeDirectory(written);
      const limits = { memoryBytes: 2 ** 28, spill: t.host.scratch, written, signal: t.host.signal };
      const declared = ["key", "x"].map((name) => ({ name, kind: "integer" as const }));
      const source = { kind: "files", files: [join(t.cwd, "a.csv")] as const, format: "csv", declared } as const;
      await using dataset = await implementation.create({}, t.host).open(source, limits);
      const result = await dataset.write(plan);
      const seen = new Set<number>();
      const kept: unknown[] = [];
      const aside: unknown[] = [];
      let dropped = 0;
      for (const [at, item] of rows.entries()) {
        if (typeof item === "string") {
          aside.push([at + 1, 1]);
          continue;
        }
        const reasons = [
          ...(item.x === "misfit" ? ["x.type"] : []),
          ...(typeof item.x === "number" && item.x >= 6 ? ["x.range"] : []),
          ...(seen.has(item.key) ? ["key"] : []),
        ];
        seen.add(item.key);
        if (reasons.length > 0) aside.push([at + 1, reasons.length]);
        else if (item.x === null) dropped += 1;
        else kept.push([item.key, item.x]);
      }
      expect(await readParquet(t.host, result.files.kept ?? "", "key, x")).toEqual(kept);
      expect(await readParquet(t.host, result.files.aside ?? "", "_row, len(_reasons)")).toEqual(aside);
      expect(result).toMatchObject({ kept: kept.length, aside: aside.length, dropped });
      expect(result.read + result.unreadable).toBe(rows.length);
    }),
    { numRuns: 40 },
  );
}, 120_000);
