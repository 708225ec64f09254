import fc from "fast-check";
import { expect, test } from "vitest";
import { locateData, openData } from "../../src/commands/data.ts";
import { testHost } from "../support/host.ts";

test("repeated values are counted alike, whether the values ascend or not", async () => {
  await using t = await testHost();
  const values = fc.array(fc.option(fc.integer({ min: -3, max: 12 }), { freq: 8, nil: undefined }), {
    minLength: 1,
    maxLength: 12,
  });
  const ascending = values.map((list) => list.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
  await fc.assert(
    fc.asyncProperty(fc.oneof(values, ascending), async (list) => {
      const path = await t.write("a.csv", `x,y\n${list.map((value) => `${value ?? ""},1\n`).join("")}`);
      const { source } = await locateData([path], t.host, "data", { declared: [{ name: "x", kind: "integer" }] });
      await using dataset = await openData(source, t.host);
      const known = list.filter((value) => value !== undefined);
      const { n } = await dataset.aggregate({ n: { fn: "duplicates", columns: ["x"] } });
      expect(n).toBe(known.length - new Set(known).size);
    }),
    { numRuns: 60 },
  );
});
