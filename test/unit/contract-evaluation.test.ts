import { describe, expect, test } from "vitest";
import { describeBound, holds } from "../../src/contract/bounds.ts";
import type { Bound, Contract } from "../../src/contract/contract.ts";
import { judge, planContract } from "../../src/contract/evaluation.ts";
import { mismatch, parseContract } from "../../src/contract/odcs.ts";
import type { Column } from "../../src/dataset/dataset.ts";
import { contractColumn as column, contractTable as table } from "../support/contracts.ts";

describe("bounds", () => {
  const bounds: readonly (readonly [Bound, readonly boolean[], string])[] = [
    [{ op: "=", value: 2 }, [false, true, false], "exactly 2 rows"],
    [{ op: "≠", value: 2 }, [true, false, true], "any number but 2 rows"],
    [{ op: ">", value: 2 }, [false, false, true], "more than 2 rows"],
    [{ op: "≥", value: 2 }, [false, true, true], "at least 2 rows"],
    [{ op: "<", value: 2 }, [true, false, false], "fewer than 2 rows"],
    [{ op: "≤", value: 2 }, [true, true, false], "at most 2 rows"],
    [{ op: "between", low: 2, high: 3 }, [false, true, true], "from 2 to 3 rows"],
    [{ op: "not between", low: 2, high: 2 }, [true, false, true], "fewer than 2 or more than 2 rows"],
  ];
  test.each(bounds)("%j", (bound, expected, words) => {
    expect([1, 2, 3].map((value) => holds(bound, value))).toEqual(expected);
    expect(describeBound(bound, "rows")).toBe(words);
  });
});

describe("a contract against columns", () => {
  const contract = (text: string): Contract => parseContract(text, "c.yaml");
  const columns = (kinds: Readonly<Record<string, Column["kind"]>>): readonly Column[] =>
    Object.entries(kinds).map(([name, kind]) => ({ name, kind, native: kind.toUpperCase(), nullable: true }));

  test("one plan of counts answers all rules", () => {
    const plan = planContract(
      contract(
        table(
          "quality: [{ metric: rowCount, mustBeGreaterThan: 3 }]\n" +
            "properties:\n  - { name: x, primaryKey: true, logicalType: integer, quality: [{ metric: nullValues, mustBeLessThan: 50, unit: percent }] }",
        ),
      ),
      columns({ x: "integer" }),
    );
    expect(plan.aggregates).toEqual({
      "(rows)": { fn: "count" },
      "primary-key": { fn: "duplicates", columns: ["x"] },
      "x.required": { fn: "count", where: { op: "null", column: "x" } },
      "x.nullValues": { fn: "count", where: { op: "null", column: "x" } },
    });
    const { rows, outcomes } = judge(plan, { "(rows)": 4, "primary-key": 1, "x.required": 2, "x.nullValues": 2 });
    expect(rows).toBe(4);
    expect(outcomes.map(({ rule, count, share, holds }) => [rule.id, count, share, holds])).toEqual([
      ["row-count", 4, 1, true],
      ["primary-key", 1, 0.25, false],
      ["x.required", 2, 0.5, false],
      ["x.nullValues", 2, 0.5, false],
    ]);
  });

  test("columns that are missing, more, or of another kind are told, and their rules not asked", () => {
    const text = table(
      "properties:\n" +
        "  - { name: gone, required: true }\n" +
        "  - { name: s, logicalType: number, required: true, logicalTypeOptions: { minimum: 1 } }\n" +
        "  - { name: w, logicalType: number }\n" +
        "  - { name: f, logicalType: integer }",
    );
    const plan = planContract(contract(text), columns({ s: "string", w: "integer", f: "number", extra: "string" }));
    expect(plan.missing.map(({ name }) => name)).toEqual(["gone"]);
    expect(plan.extra).toEqual(["extra"]);
    expect(plan.mistyped.map(({ column }) => column.name)).toEqual(["s", "f"]);
    expect(plan.rules.map(({ id }) => id)).toEqual(["s.required"]);
    expect(plan.idle.map(({ rule, why }) => [rule.id, why])).toEqual([
      ["gone.required", "the data has no column gone"],
      ["s.range", "s holds values of kind string"],
    ]);
  });

  test("a contract of other data is refused with both lists of columns", () => {
    expect(mismatch(contract(column("required: true")), "c.yaml", ["a", "b"])).toMatchObject({
      code: "TH_CONTRACT_MISMATCH",
      message: "the contract describes x, and the data has a, b: they have no column in common",
      place: { file: "c.yaml" },
    });
  });
});
