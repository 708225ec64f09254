import { describe, expect, test } from "vitest";
import { type ContractChange, isLoosening } from "../../src/contract/change.ts";
import { contractChanges } from "../../src/contract/changes.ts";
import type { Rule } from "../../src/contract/contract.ts";
import { parseContract } from "../../src/contract/odcs.ts";
import { compareRules, implies } from "../../src/contract/strictness.ts";
import { versionStep } from "../../src/contract/version-step.ts";
import type { Predicate } from "../../src/dataset/dataset.ts";
import { contractTable as table } from "../support/contracts.ts";

const parse = (body: string) => parseContract(table(body), "c.yaml");
const changes = (before: string, after: string) => contractChanges(parse(before), parse(after));
const column = (...keys: readonly string[]) => `properties:\n  - { name: x, ${keys.join(", ")} }`;
const facts = ({ id, gate, breaking, old, new: now }: ContractChange) => ({ id, gate, breaking, old, new: now });

describe("changes of a contract's columns", () => {
  const ab =
    "properties:\n  - { name: a, logicalType: integer, required: true }\n  - { name: bee, logicalType: string }";

  test("a column that goes takes its rules with it: one change, which breaks and loosens", () => {
    const [change, ...others] = changes(ab, "properties: [{ name: bee, logicalType: string }]");
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      id: "a",
      old: "integer with 1 rule",
      new: null,
      gate: "looser",
      breaking: true,
      oldPlace: { line: 9 },
      asked: { old: ["a.present", "a.type", "a.required"], new: [] },
    });
  });

  test("a column that comes breaks nobody and stops more", () => {
    const [change, ...others] = changes("properties: [{ name: bee, logicalType: string }]", ab);
    expect(others).toEqual([]);
    expect(change).toMatchObject({ id: "a", old: null, gate: "tighter", breaking: false, place: { line: 9 } });
  });

  test("one that is like a column which is gone was renamed, its rules with it", () => {
    const [change, ...others] = changes(ab, ab.replace("name: bee", "name: beet"));
    expect(others).toEqual([]);
    expect(change).toMatchObject({ id: "beet.name", old: "bee", new: "beet", gate: "same", breaking: true });
  });

  test("one that differs in kind was not", () => {
    const found = changes(ab, ab.replace("name: bee, logicalType: string", "name: beet, logicalType: date"));
    expect(found.map(({ id }) => id)).toEqual(["bee", "beet"]);
  });

  test("rows of columns in another order are the same", () => {
    const reversed =
      "properties:\n  - { name: bee, logicalType: string }\n  - { name: a, logicalType: integer, required: true }";
    expect(changes(ab, reversed)).toEqual([]);
  });

  test.each([
    ["integer", "number", "looser", true],
    ["number", "integer", "tighter", false],
    ["integer", "string", "different", true],
  ])("type %s to %s", (old, now, gate, breaking) => {
    expect(changes(column(`logicalType: ${old}`), column(`logicalType: ${now}`)).map(facts)).toEqual([
      { id: "x.type", gate, breaking, old, new: now },
    ]);
  });

  test("a type that is no longer declared", () => {
    expect(changes(column("logicalType: date"), "properties: [{ name: x }]").map(facts)).toEqual([
      { id: "x.type", gate: "looser", breaking: true, old: "date", new: "any" },
    ]);
  });

  test.each([
    ["classification: restricted", "classification: public", "looser"],
    ["classification: restricted", "tags: [a]", "looser"],
    ["tags: [a]", "customProperties: [{ property: showValues, value: true }]", "looser"],
    ["tags: [a]", "classification: restricted", "tighter"],
    ["classification: restricted", "classification: internal", "same"],
  ])("masking: %s to %s is %s", (old, now, gate) => {
    expect(changes(column(old), column(now))).toMatchObject([{ id: "x.classification", gate, breaking: false }]);
  });
});

describe("changes of a contract's rules", () => {
  const range = (min: number, max: number) =>
    column("logicalType: integer", `logicalTypeOptions: { minimum: ${min}, maximum: ${max} }`);

  test.each([
    [range(0, 120), range(0, 130), "looser"],
    [range(0, 120), range(1, 119), "tighter"],
    [range(0, 120), range(10, 130), "different"],
    [range(0, 120), column("logicalType: integer", "logicalTypeOptions: { minimum: 0 }"), "looser"],
    [
      range(0, 120),
      column("logicalType: integer", "logicalTypeOptions: { exclusiveMinimum: 0, maximum: 120 }"),
      "tighter",
    ],
  ])("range %#", (before, after, gate) => {
    expect(changes(before, after)).toMatchObject([{ id: "x.range", gate, breaking: gate !== "tighter" }]);
  });

  const quality = (text: string) => column("logicalType: string", `quality: [{ ${text} }]`);
  const values = (list: string) => `metric: invalidValues, arguments: { validValues: [${list}] }, mustBe: 0`;
  test.each([
    ["a value more", quality(values("a, b")), quality(values("a, b, c")), "looser"],
    ["a value fewer", quality(values("a, b")), quality(values("a")), "tighter"],
    ["the same in another order", quality(values("a, b")), quality(values("b, a")), undefined],
    [
      "some nulls",
      quality("metric: nullValues, mustBe: 0"),
      quality("metric: nullValues, mustBeLessThan: 5, unit: percent"),
      "looser",
    ],
    [
      "none, said otherwise",
      quality("metric: nullValues, mustBe: 0"),
      quality("metric: nullValues, mustBeLessThan: 1"),
      undefined,
    ],
    [
      "required, said by a metric",
      column("required: true"),
      column("quality: [{ metric: nullValues, mustBe: 0 }]"),
      undefined,
    ],
    [
      "rows and percent",
      quality("metric: nullValues, mustBeLessThan: 5"),
      quality("metric: nullValues, mustBeLessThan: 5, unit: percent"),
      "different",
    ],
    [
      "a text may be longer",
      column("logicalType: string", "logicalTypeOptions: { maxLength: 3 }"),
      column("logicalType: string", "logicalTypeOptions: { maxLength: 4 }"),
      "looser",
    ],
    [
      "another pattern",
      column("logicalType: string", "logicalTypeOptions: { pattern: ^a }"),
      column("logicalType: string", "logicalTypeOptions: { pattern: ^b }"),
      "different",
    ],
    [
      "fewer rows",
      "quality: [{ metric: rowCount, mustBeGreaterThan: 10 }]\nproperties: [{ name: x }]",
      "quality: [{ metric: rowCount, mustBeGreaterOrEqualTo: 10 }]\nproperties: [{ name: x }]",
      "looser",
    ],
  ])("%s", (_name, before, after, gate) => {
    const found = changes(before, after).filter(({ id }) => !id.endsWith("dimension"));
    expect(found.map((change) => change.gate)).toEqual(gate === undefined ? [] : [gate]);
  });

  test("a rule that is gone, with its place in the earlier contract", () => {
    const [change, ...others] = changes(column("logicalType: string", "required: true"), column("logicalType: string"));
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      id: "x.required",
      old: "x must not be missing",
      new: null,
      gate: "looser",
      breaking: true,
      oldPlace: { line: 9 },
      place: { file: "c.yaml", line: 9 },
    });
  });

  test("what is asked for under another name, or in another order, is no change", () => {
    const rules = (...items: readonly string[]) => column("logicalType: integer", `quality: [${items.join(", ")}]`);
    const [few, none] = ["{ metric: nullValues, mustBeLessThan: 9 }", "{ metric: duplicateValues, mustBe: 0 }"];
    expect(changes(rules(few, none), rules(none, few))).toEqual([]);
    expect(changes(rules(few), rules("{ name: hardly-any, metric: nullValues, mustBeLessThan: 9 }"))).toEqual([]);
  });

  test("a lower severity loosens, and breaks no promise; two words for the same are none", () => {
    const severe = (word: string) => quality(`metric: nullValues, mustBe: 0, severity: ${word}`);
    expect(changes(severe("error"), severe("warning")).map(facts)).toEqual([
      { id: "x.nullValues.severity", gate: "looser", breaking: false, old: "error", new: "warning" },
    ]);
    expect(changes(severe("info"), severe("error"))).toMatchObject([{ gate: "tighter" }]);
    expect(changes(severe("error"), severe("critical"))).toMatchObject([{ gate: "same" }]);
  });

  test("a key of more columns stops less", () => {
    const key = (...names: readonly string[]) =>
      `properties:\n${["a", "b"].map((name) => `  - { name: ${name}, required: true${names.includes(name) ? ", primaryKey: true" : ""} }`).join("\n")}`;
    expect(changes(key("a"), key("a", "b"))).toMatchObject([{ id: "primary-key", gate: "looser", breaking: true }]);
    expect(changes(key("a", "b"), key("a"))).toMatchObject([{ id: "primary-key", gate: "tighter" }]);
  });

  test("what is not checked stops nothing, and is told", () => {
    const text = (words: string) => quality(`name: r, type: text, description: ${words}`);
    expect(changes(text("a"), text("b"))).toMatchObject([{ id: "x.r.unchecked", gate: "same", breaking: false }]);
    expect(changes(text("a"), column("logicalType: string"))).toMatchObject([
      { id: "x.r.unchecked", gate: "same", breaking: false },
    ]);
  });

  test("rules in SQL are known by their queries", () => {
    const rule = (name: string, query: string, bound: string) =>
      `quality: [{ name: ${name}, type: sql, query: "${query}", ${bound} }]\nproperties: [{ name: x }]`;
    const one = rule("a", "SELECT 1", "mustBeLessThan: 2.5");
    expect(changes(one, rule("b", "SELECT 1", "mustBeLessThan: 2.5"))).toEqual([]);
    expect(changes(one, rule("a", "SELECT 1", "mustBeLessThan: 2.6"))).toMatchObject([{ id: "a", gate: "looser" }]);
    expect(changes(one, rule("a", "SELECT 1", "mustBeBetween: [-1, 2]"))).toMatchObject([{ gate: "tighter" }]);
    expect(changes(one, rule("a", "SELECT 2", "mustBeLessThan: 2.5"))).toMatchObject([
      { gate: "different", breaking: true },
    ]);
    expect(changes(one, "properties: [{ name: x }]")).toMatchObject([{ id: "a", gate: "looser", new: null }]);
  });

  test("what a contract says besides is told whatever it is", () => {
    const contract = parse("properties: [{ name: x }]");
    const [column] = contract.columns;
    if (column === undefined) throw new Error("no column");
    const later = { ...contract, freshness: { hours: 4, place: { line: 3 } }, columns: [{ ...column, width: 3 }] };
    expect(contractChanges(contract, later).map(facts)).toEqual([
      { id: "freshness", gate: "different", breaking: true, old: null, new: '{"hours":4}' },
      { id: "x.width", gate: "different", breaking: true, old: null, new: "3" },
    ]);
    expect(contractChanges(later, structuredClone(later))).toEqual([]);
  });

  test("what breaks stands first, then what loosens", () => {
    const before =
      "properties:\n  - { name: a, logicalType: integer, required: true, quality: [{ metric: nullValues, mustBeLessThan: 3, severity: error }] }\n  - { name: b }";
    const after =
      "properties:\n  - { name: a, logicalType: integer, required: true, quality: [{ metric: nullValues, mustBeLessThan: 2, severity: info }] }";
    expect(changes(before, after).map(({ id }) => id)).toEqual(["b", "a.nullValues.severity", "a.nullValues"]);
  });
});

describe("changes of what the types of the data must be", () => {
  const nested = (...parts: readonly string[]) =>
    `properties:\n  - name: home\n    logicalType: object\n    properties:\n${["street: string", ...parts]
      .map((part) => part.split(": "))
      .map(([name, type]) => `      - { name: ${name}, logicalType: ${type} }`)
      .join("\n")}`;

  test.each([
    ["a stored type that is gone", "physicalType: DATE", "tags: []", "x.stored-type", "looser", "DATE", "any"],
    ["one that has come", "tags: []", "physicalType: DATE", "x.stored-type", "tighter", "any", "DATE"],
    ["another one", "physicalType: DATE", "physicalType: TIMESTAMP", "x.stored-type", "different", "DATE", "TIMESTAMP"],
    [
      "an open zone",
      "physicalType: TIMESTAMPTZ",
      "physicalType: TIMESTAMP",
      "x.stored-type",
      "looser",
      "TIMESTAMPTZ",
      "TIMESTAMP",
    ],
    ["a set width", "physicalType: FLOAT", "physicalType: REAL", "x.stored-type", "tighter", "FLOAT", "REAL"],
  ])("%s", (_name, old, now, id, gate, before, after) => {
    const found = changes(column(old), column(now)).filter((change) => change.id.endsWith("stored-type"));
    expect(found.map(facts)).toEqual([{ id, gate, breaking: true, old: before, new: after }]);
  });

  test("wider decimals loosen, narrower ones do not; two words for one type are the same", () => {
    const stored = (type: string) => column(`physicalType: "${type}"`);
    const gates = (old: string, now: string) =>
      changes(stored(old), stored(now))
        .filter(({ id }) => id === "x.stored-type")
        .map(({ gate }) => gate);
    expect(gates("DECIMAL(8,2)", "NUMERIC(10,2)")).toEqual(["looser"]);
    expect(gates("DECIMAL(8,2)", "DECIMAL(6,2)")).toEqual(["tighter"]);
    expect(gates("DECIMAL(8,2)", "DECIMAL(8,3)")).toEqual(["different"]);
    expect(gates("DECIMAL(8,2)", "DECIMAL")).toEqual(["looser"]);
    expect(changes(stored("VARCHAR(3)"), stored("NVARCHAR(3)")).map(({ id }) => id)).toEqual([]);
  });

  test("a time zone that need not be kept any more", () => {
    const zoned = (value: string) => column("logicalType: timestamp", `logicalTypeOptions: { timezone: ${value} }`);
    expect(
      changes(zoned("true"), zoned("false"))
        .filter(({ id }) => id === "x.timezone")
        .map(facts),
    ).toEqual([{ id: "x.timezone", gate: "different", breaking: true, old: "kept", new: "not kept" }]);
    const [dropped] = changes(zoned("true"), column("logicalType: timestamp")).filter(({ id }) => id === "x.timezone");
    expect(dropped).toMatchObject({
      what: "the time zone of x",
      gate: "looser",
      old: "kept",
      new: "any",
      place: { file: "c.yaml", line: 9 },
      oldPlace: { line: 9 },
      asked: { old: ["x.timezone"], new: [] },
    });
  });

  test("a part that goes takes along what is asked of it, and stands where its column stands", () => {
    const [change, ...others] = changes(nested("city: string"), nested());
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      id: "home.city",
      what: "part home.city was removed",
      old: "string",
      new: null,
      gate: "looser",
      breaking: true,
      place: { file: "c.yaml", line: 9 },
      oldPlace: { line: 13 },
      asked: { old: ["home.city.present", "home.city.type"], new: [] },
    });
    expect(changes(nested(), nested("city: string"))).toMatchObject([
      { id: "home.city", what: "part home.city was added", gate: "tighter", breaking: true, place: { line: 13 } },
    ]);
  });

  test("the type of a part, and a list in place of a structure", () => {
    expect(changes(nested("no: integer"), nested("no: number")).map(facts)).toEqual([
      { id: "home.no.type", gate: "looser", breaking: true, old: "integer", new: "number" },
    ]);
    const found = changes(nested(), "properties: [{ name: home, logicalType: array }]");
    expect(found.map(facts)).toEqual([
      { id: "home.street", gate: "looser", breaking: true, old: "string", new: null },
      { id: "home.list", gate: "different", breaking: true, old: "structure", new: "list" },
    ]);
  });

  test("what is asked of a column goes, comes and is renamed with it", () => {
    const before = nested("city: string");
    expect(changes(before, before.replace("home", "house"))).toMatchObject([
      { id: "house.name", asked: { old: expect.arrayContaining(["home.city.type"]) } },
    ]);
    expect(changes(`${before}\n  - { name: b }`, "properties: [{ name: b }]")).toMatchObject([
      { id: "home", asked: { old: expect.arrayContaining(["home.present", "home.structure", "home.city.present"]) } },
    ]);
    expect(changes("properties: [{ name: b }]", `${before}\n  - { name: b }`).map(({ id }) => id)).toEqual(["home"]);
  });
});

describe("one rule within another", () => {
  const set = (...values: readonly string[]): Predicate => ({ op: "in", column: "x", values });
  const not = (term: Predicate): Predicate => ({ op: "not", term });
  const range = (min: number, max: number): Predicate => ({ op: "range", column: "x", min, max });
  test.each<[Predicate, Predicate, boolean]>([
    [set("a"), set("a", "b"), true],
    [set("a", "b"), set("a"), false],
    [not(set("a", "b")), not(set("a")), true],
    [range(1, 2), range(0, 3), true],
    [{ op: "in", column: "x", values: [1, 2] }, range(1, 2), true],
    [{ op: "in", column: "x", values: [1, 3] }, range(1, 2), false],
    [set("a"), { op: "or", terms: [{ op: "null", column: "x" }, set("a", "b")] }, true],
    [{ op: "and", terms: [set("a", "b"), set("b")] }, set("b"), true],
    [set("a"), { op: "in", column: "y", values: ["a"] }, false],
    [{ op: "in", column: "x", values: [new Date(1)] }, { op: "in", column: "x", values: [1] }, false],
  ])("%j is within %j: %s", (a, b, expected) => {
    expect(implies(a, b)).toBe(expected);
  });

  test("a rule that lets everything through is looser than any", () => {
    const rule = (measure: Rule["measure"], low: number): Rule => ({
      id: "r",
      columns: ["x"],
      measure,
      bound: { op: "≥", value: low },
      unit: "rows",
      expectation: "",
      severity: "error",
      place: {},
    });
    expect(compareRules(rule({ kind: "duplicates" }, 3), rule({ kind: "row count" }, 0))).toBe("looser");
  });
});

describe("the version that changes call for", () => {
  const change = (gate: ContractChange["gate"], breaking: boolean): ContractChange => ({
    id: "x",
    what: "",
    old: null,
    new: null,
    gate,
    breaking,
    place: {},
    asked: { old: [], new: [] },
  });
  test.each([
    ["1.2.3", "1.2.3", change("looser", true), { step: "major", suggested: "2.0.0", enough: false }],
    ["1.2.3", "2.0.0", change("looser", true), { step: "major", suggested: "2.0.0", enough: true }],
    ["0.2.3", "0.3.0", change("looser", true), { step: "major", suggested: "0.3.0", enough: true }],
    ["1.2.3", "1.3.0", change("tighter", false), { step: "minor", suggested: "1.3.0", enough: true }],
    ["1.2.3", "1.2.3", change("same", false), { step: "patch", suggested: "1.2.4", enough: false }],
    ["v1.2.3", "v1.10.0", change("tighter", false), { step: "minor", suggested: "1.3.0", enough: true }],
    ["2026-01", "2026-02", change("looser", true), undefined],
  ])("%s to %s", (old, now, made, expected) => {
    expect(versionStep(old, now, [made])).toEqual(expected);
  });

  test("loosening is what lets data pass that did not", () => {
    expect((["same", "looser", "tighter", "different"] as const).map((gate) => isLoosening({ gate }))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});
