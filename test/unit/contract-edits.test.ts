import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EditableContract, type LineEdit, unifiedDiff } from "../../src/contract/edits.ts";
import { parseContract } from "../../src/contract/odcs.ts";
import { contractTable } from "../support/contracts.ts";
import { folder } from "../support/folder.ts";
import { TestRepository } from "../support/git.ts";

/** The contract's text and the place of one of its rules. */
const at = (text: string, id: string) => {
  const rule = parseContract(text, "c.yaml").rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return { editable: new EditableContract(text), place: rule.place };
};
/** The text with each edited line as it would read. */
const applied = (text: string, edits: readonly LineEdit[]) =>
  text
    .split("\n")
    .map((row, at) => edits.find(({ line }) => line === at + 1)?.new ?? row)
    .join("\n");
const block = contractTable(`properties:
  - name: age # years
    logicalType: integer
    logicalTypeOptions:
      minimum: 0
      maximum: 120 # nobody is older
    quality:
      - metric: nullValues
        mustBeLessThan: 5
        unit: percent
      - metric: invalidValues
        arguments:
          validValues:
            - 1
            - 2
        mustBe: 0`);
const flow = contractTable(`properties:
  - { name: plan, logicalType: string, quality: [{ metric: invalidValues, arguments: { validValues: [free, "a, b"] }, mustBe: 0 }] }`);

describe("an edit of a contract", () => {
  test("changes the value alone, and keeps the line's comment", () => {
    const { editable, place } = at(block, "age.range");
    const change = editable.set(place, ["maximum"], 140);
    expect(change && editable.lineEdits([change])).toMatchObject([
      { line: 13, old: "          maximum: 120 # nobody is older", new: "          maximum: 140 # nobody is older" },
    ]);
  });

  test("of a quality check is found by the check's place", () => {
    const { editable, place } = at(block, "age.nullValues");
    const change = editable.set(place, ["mustBeLessThan"], 7);
    expect(change && editable.lineEdits([change])).toMatchObject([{ line: 16, new: "            mustBeLessThan: 7" }]);
  });

  test.each([
    [
      "name: age # years\n    logicalType: integer",
      "name: age # years\n    quality:\n      - {a}\n      - {b}\n    logicalType: integer",
    ],
    [
      "name: age\n    quality:\n      - metric: nullValues",
      "name: age\n    quality:\n      - {a}\n      - {b}\n      - metric: nullValues",
    ],
    [
      "name: age\n    quality:\n    - metric: nullValues",
      "name: age\n    quality:\n    - {a}\n    - {b}\n    - metric: nullValues",
    ],
    ["name: age\n    quality: [{ metric: nullValues }]", "name: age\n    quality: [{a}, {b}, { metric: nullValues }]"],
    ["name: age\n    quality: []", "name: age\n    quality: [{a}, {b}]"],
    ["{ name: age, logicalType: integer }", "{ name: age, logicalType: integer, quality: [{a}, {b}] }"],
  ])("further rules stand where the column has, or would have, its others: %j", (old, now) => {
    const text = `properties:\n  - ${old}\n`;
    const editable = new EditableContract(text);
    const line = text.split("\n").findIndex((row) => row.includes("age")) + 1;
    const place = { line, column: (text.split("\n")[line - 1] ?? "").indexOf("age") + 1 };
    const change = editable.addRules(place, ["{a}", "{b}"]);
    expect(change && applied(text, editable.lineEdits([change]))).toBe(`properties:\n  - ${now}\n`);
  });

  test("adds no rule to JSON, nor where quality is no list", () => {
    const json = '{ "properties": [{ "name": "age" }] }';
    expect(new EditableContract(json).addRules({ line: 1, column: 28 }, ["{a}"])).toBeUndefined();
    const odd = new EditableContract("- name: age\n  quality: none\n");
    expect(odd.addRules({ line: 1, column: 9 }, ["{a}"])).toBeUndefined();
    expect(odd.addRules({ line: 7, column: 9 }, ["{a}"])).toBeUndefined();
  });

  test("extends a list as it is written, in a line of its own or within the line", () => {
    const rows = at(block, "age.invalidValues");
    const below = rows.editable.append(rows.place, ["arguments", "validValues"], [3, 4]);
    expect(below && rows.editable.lineEdits([below])).toMatchObject([
      { line: 22, old: "                - 2", new: "                - 2\n                - 3\n                - 4" },
    ]);
    const one = at(flow, "plan.invalidValues");
    const within = one.editable.append(one.place, ["arguments", "validValues"], ["gratis", "no", "x: y"]);
    expect(within && one.editable.lineEdits([within])?.[0]?.new).toContain('[free, "a, b", gratis, "no", "x: y"]');
  });

  test("what is edited reads back as it was meant", () => {
    const { editable, place } = at(flow, "plan.invalidValues");
    const odd = ["true", "null", "1", "- a", "#", "'", '"', "ü", "a: b", "]", "`", "\\", "~", "@x"];
    const change = editable.append(place, ["arguments", "validValues"], odd);
    const [edit] = (change && editable.lineEdits([change])) ?? [];
    const lines = flow.split("\n");
    lines[(edit?.line ?? 0) - 1] = edit?.new ?? "";
    const [rule] = parseContract(lines.join("\n"), "c.yaml").rules;
    expect(rule?.measure).toMatchObject({ violated: { term: { values: ["free", "a, b", ...odd] } } });
  });

  test("two in one line become one, and what is not there none", () => {
    const text = contractTable(
      "properties: [{ name: x, logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: 9 } }]",
    );
    const { editable, place } = at(text, "x.range");
    const both = [editable.set(place, ["minimum"], -5), editable.set(place, ["maximum"], 100)].flatMap(
      (one) => one ?? [],
    );
    expect(editable.lineEdits(both)).toMatchObject([{ new: expect.stringContaining("{ minimum: -5, maximum: 100 }") }]);
    expect(editable.set(place, ["multipleOf"], 1)).toBeUndefined();
    expect(editable.set({ line: 1, column: 3 }, ["maximum"], 1)).toBeUndefined();
    expect(editable.set({ line: 900, column: 1 }, ["maximum"], 1)).toBeUndefined();
    expect(editable.append(place, ["maximum"], [1])).toBeUndefined();
  });

  test("is a diff that git applies", async () => {
    await using work = await folder();
    const repository = new TestRepository(work.path);
    repository.commit({ "c.yaml": block });
    const [range, nulls, valid] = ["age.range", "age.nullValues", "age.invalidValues"].map((id) => at(block, id).place);
    const editable = new EditableContract(block);
    const all = [
      editable.append(valid ?? {}, ["arguments", "validValues"], [3, 4]),
      editable.set(range ?? {}, ["maximum"], 140),
      editable.set(nulls ?? {}, ["mustBeLessThan"], 7),
    ].flatMap((one) => one ?? []);
    repository.write({ "edit.diff": `${unifiedDiff("c.yaml", editable.lineEdits(all)).join("\n")}\n` });
    repository.git("apply", "--unidiff-zero", "edit.diff");
    const text = readFileSync(join(work.path, "c.yaml"), "utf8");
    expect(text).toBe(
      block
        .replace("maximum: 120", "maximum: 140")
        .replace("mustBeLessThan: 5", "mustBeLessThan: 7")
        .replace("- 2\n", "- 2\n                - 3\n                - 4\n"),
    );
  });
});
