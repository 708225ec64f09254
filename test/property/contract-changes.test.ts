import fc from "fast-check";
import { expect, test } from "vitest";
import type { ContractChange } from "../../src/contract/change.ts";
import { contractChanges } from "../../src/contract/changes.ts";
import type { Contract, Rule } from "../../src/contract/contract.ts";
import { judge, planContract } from "../../src/contract/evaluation.ts";
import { parseContract } from "../../src/contract/odcs.ts";
import { compareRules, type Strictness } from "../../src/contract/strictness.ts";
import { contractHead } from "../support/contracts.ts";

interface Column {
  name: string;
  logicalType: string;
  required?: boolean;
  unique?: boolean;
  classification?: string;
  logicalTypeOptions?: Record<string, number | string>;
  quality?: Record<string, unknown>[];
}

const parse = (columns: readonly Column[]): Contract =>
  parseContract(`${contractHead}    properties: ${JSON.stringify(columns)}\n`, "c.yaml");

const options = fc.option(
  fc.record({ minimum: fc.integer({ min: -50, max: 0 }), maximum: fc.integer({ min: 1, max: 50 }) }),
  { nil: undefined },
);
const nulls = fc.record({
  metric: fc.constant("nullValues"),
  mustBeLessThan: fc.integer({ min: 2, max: 90 }),
  unit: fc.constantFrom("rows", "percent"),
  severity: fc.constantFrom("error", "warning", "info"),
});
const valid = fc.record({
  metric: fc.constant("invalidValues"),
  arguments: fc.record({ validValues: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 5 }) }),
  mustBeLessOrEqualTo: fc.integer({ min: 0, max: 9 }),
});
const column = (name: string): fc.Arbitrary<Column> =>
  fc
    .record({
      name: fc.constant(name),
      logicalType: fc.constantFrom("integer", "number"),
      required: fc.boolean(),
      unique: fc.boolean(),
      classification: fc.constantFrom(undefined, "public", "internal"),
      logicalTypeOptions: options,
      quality: fc.tuple(nulls, valid).map((both) => [...both]),
    })
    .map((all) => JSON.parse(JSON.stringify(all)) as Column);
const columns = fc.tuple(column("alpha"), column("bravo"), column("charlie"));

const reversed: Readonly<Record<Strictness, Strictness>> = {
  same: "same",
  looser: "tighter",
  tighter: "looser",
  different: "different",
};

/** An edit of the second column, what it is called, and what it does to the gate; undefined where it cannot be made. */
type Edit = (column: Column) => readonly [id: string, gate: Strictness] | undefined;
const edits: Readonly<Record<string, Edit>> = {
  "not required": (c) => {
    if (c.required !== true) return undefined;
    c.required = false;
    return ["bravo.required", "looser"];
  },
  unique: (c) => {
    if (c.unique === true) return undefined;
    c.unique = true;
    return ["bravo.unique", "tighter"];
  },
  wider: (c) => {
    if (c.logicalTypeOptions === undefined) return undefined;
    c.logicalTypeOptions.maximum = 1000;
    return ["bravo.range", "looser"];
  },
  shifted: (c) => {
    if (c.logicalTypeOptions === undefined) return undefined;
    c.logicalTypeOptions = { minimum: 200, maximum: 1000 };
    return ["bravo.range", "different"];
  },
  "another type": (c) => {
    const [was, gate] = c.logicalType === "integer" ? ["number", "looser"] : ["integer", "tighter"];
    c.logicalType = was ?? "";
    return ["bravo.type", gate as Strictness];
  },
  "more nulls": (c) => {
    const rule = c.quality?.[0];
    if (rule === undefined) return undefined;
    rule.mustBeLessThan = 95;
    return ["bravo.nullValues", "looser"];
  },
  "fewer valid values": (c) => {
    const rule = c.quality?.[1] as { arguments: { validValues: number[] } };
    rule.arguments.validValues = rule.arguments.validValues.slice(1);
    return ["bravo.invalidValues", "tighter"];
  },
  "no such rule": (c) => {
    c.quality = c.quality?.slice(0, 1) ?? [];
    return ["bravo.invalidValues", "looser"];
  },
  "less severe": (c) => {
    const rule = c.quality?.[0];
    if (rule?.severity !== "error") return undefined;
    rule.severity = "warning";
    return ["bravo.nullValues.severity", "looser"];
  },
  unmasked: (c) => {
    if (c.classification !== "internal") return undefined;
    c.classification = "public";
    return ["bravo.classification", "looser"];
  },
};

test("a contract is the same as itself, its columns and rules in any order", () => {
  fc.assert(
    fc.property(columns, (written) => {
      const turned = [...written].reverse().map((one) => ({ ...one, quality: [...(one.quality ?? [])].reverse() }));
      expect(contractChanges(parse(written), parse(written))).toEqual([]);
      expect(contractChanges(parse(written), parse(turned))).toEqual([]);
    }),
  );
});

test("each edit is found, alone, for what it is; from the other side it is its reverse", () => {
  fc.assert(
    fc.property(columns, fc.constantFrom(...Object.keys(edits)), (written, name) => {
      const edited = structuredClone(written);
      const expected = edits[name]?.(edited[1]);
      fc.pre(expected !== undefined);
      const [before, after] = [parse(written), parse(edited)];
      const facts = ({ id, gate }: ContractChange) => [id, gate];
      expect(contractChanges(before, after).map(facts)).toEqual([expected]);
      expect(contractChanges(after, before).map(facts)).toEqual([[expected?.[0], reversed[expected?.[1] ?? "same"]]]);
    }),
    { numRuns: 150 },
  );
});

test("several edits are found, each one", () => {
  fc.assert(
    fc.property(columns, fc.subarray(Object.keys(edits), { minLength: 2 }), (written, names) => {
      const edited = structuredClone(written);
      const made = new Set(names.flatMap((name) => edits[name]?.(edited[1])?.[0] ?? []));
      const found = new Set(contractChanges(parse(written), parse(edited)).map(({ id }) => id));
      expect([...made].filter((id) => !found.has(id) && !gone(id, names))).toEqual([]);
    }),
  );
});

/** An edit that a later one took back with its rule. */
function gone(id: string, names: readonly string[]): boolean {
  return names.includes("no such rule") && id === "bravo.invalidValues";
}

test("a rule called looser lets through all counts that the earlier one did, and one called tighter no others", () => {
  const side = fc.integer({ min: 0, max: 5 });
  const bound: fc.Arbitrary<Rule["bound"]> = fc.oneof(
    fc.record({ op: fc.constantFrom("=", "≠", "<", "≤", ">", "≥"), value: side }),
    fc
      .record({ op: fc.constantFrom("between", "not between"), low: side, high: side })
      .filter(({ low, high }) => low <= high),
  );
  const rule = (of: Rule["bound"], unit: Rule["unit"]): Rule => ({
    id: "r",
    columns: ["x"],
    measure: { kind: "rows", violated: { op: "null", column: "x" } },
    bound: of,
    unit,
    expectation: "",
    severity: "error",
    place: {},
  });
  const x = [{ name: "x", kind: "integer", native: "INTEGER", nullable: true }] as const;
  const empty = parse([{ name: "x", logicalType: "integer" }]);
  const passes = (one: Rule, count: number): boolean => {
    const contract = { ...empty, rules: [one] };
    const { outcomes } = judge(planContract(contract, x), { "(rows)": 100, r: count });
    return outcomes[0]?.holds === true;
  };
  fc.assert(
    fc.property(bound, bound, fc.constantFrom("rows", "percent"), (a, b, unit) => {
      const [earlier, later] = [rule(a, unit), rule(b, unit)];
      const counts = Array.from({ length: 8 }, (_, count) => count);
      const more = counts.some((count) => passes(later, count) && !passes(earlier, count));
      const fewer = counts.some((count) => !passes(later, count) && passes(earlier, count));
      const found = compareRules(earlier, later);
      if (more) expect(["looser", "different"]).toContain(found);
      if (fewer) expect(["tighter", "different"]).toContain(found);
      if (unit === "rows" && !more && !fewer) expect(found).toBe("same");
    }),
    { numRuns: 1000 },
  );
});
