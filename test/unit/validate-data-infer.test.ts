import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { command } from "../../src/commands/validate-data.ts";
import { inferContract } from "../../src/contract/infer.ts";
import { parseContract } from "../../src/contract/odcs.ts";
import type { ColumnProfile } from "../../src/profile/profile.ts";
import { createRandom } from "../../src/stats/random.ts";
import { type TestHost, testHost } from "../support/host.ts";

/** A clean table; `faulty` rows of a hundred get a value a thousand times as large and a level of their own. */
function csv(seed: string, rows: number, faulty = 0): string {
  const random = createRandom(seed);
  const lines = Array.from({ length: rows }, (_, at) => {
    const isFaulty = at % 100 < faulty;
    const height = (170 + 10 * random.normal()) * (isFaulty ? 1000 : 1);
    const plan = isFaulty ? "gratis" : ["free", "paid", "team"][random.integer(3)];
    const age = random.uniform() < 0.02 ? "" : Math.floor(18 + 60 * random.uniform());
    return `${7000 + at},2026-01-0${1 + random.integer(9)},${height.toFixed(2)},${plan},${age},${random.uniform() < 0.5}`;
  });
  return `user_id,day,height,plan,age,active\n${lines.join("\n")}\n`;
}

async function run(t: TestHost, given: Readonly<Record<string, unknown>>) {
  return command.run(command.inputs.parse({ data: [join(t.cwd, "a.csv")], ...given }), t.host, t.project);
}

/** The contract, as the standard's JSON Schema and the product's parser take it in whole. */
async function accepted(text: string) {
  const schema: unknown = JSON.parse(await readFile("test/fixtures/odcs-json-schema-v3.1.0.json", "utf8"));
  const accepts = new Ajv2019({ strict: false, validateFormats: false }).compile(schema as object);
  accepts(parse(text));
  expect(accepts.errors ?? []).toEqual([]);
  const contract = parseContract(text, "c.yaml");
  expect(contract.unsupported).toEqual([]);
  return contract;
}

/** Runs on `data` with the profiles as reference, and reads the contract that is inferred. */
async function inferFrom(t: TestHost, reference: readonly string[], data: string) {
  const path = join(t.cwd, "from-reference.yaml");
  const given = { data: [join(t.cwd, data)], reference, inferContract: path, skipProfile: true };
  const { findings } = await run(t, given);
  expect(command.details.parse(findings.details)).toEqual(findings.details);
  return { findings, path, text: await readFile(path, "utf8") };
}

/** The path of the profile of a data file. */
async function profileOf(t: TestHost, data: string, given: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const path = join(t.cwd, `${data}.profile.json`);
  await run(t, { data: [join(t.cwd, data)], inferContract: join(t.cwd, `${data}.yaml`), ...given, profile: path });
  return path;
}

const classified = `apiVersion: v3.1.0
kind: DataContract
id: x
version: 1.0.0
status: active
schema:
  - name: x
    properties:
      - { name: plan, logicalType: string, classification: restricted }
      - { name: height, logicalType: number, classification: confidential }
`;

const hostWith = (files: Readonly<Record<string, string>> = {}) =>
  testHost({ files: { "a.csv": csv("a", 2000), "b.csv": csv("b", 2000), "bad.csv": csv("c", 2000, 2), ...files } });

describe("an inferred contract", () => {
  test("is one by the standard's JSON Schema, and asks for what the data shows", async () => {
    await using t = await hostWith();
    const path = join(t.cwd, "c.yaml");
    const { findings } = await run(t, { inferContract: path });
    expect(findings.verdict).toBe("pass");
    expect(command.details.parse(findings.details)).toEqual(findings.details);
    const text = await readFile(path, "utf8");
    const contract = await accepted(text);
    expect(contract.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["user_id", "integer"],
      ["day", "date"],
      ["height", "number"],
      ["plan", "string"],
      ["age", "integer"],
      ["active", "boolean"],
    ]);
    expect(contract.key).toEqual(["user_id"]);
    expect(contract.rules.map(({ id }) => id).sort()).toEqual(
      [
        ...["row-count", "primary-key", "user_id.required", "day.missing", "height.missing", "height.range"],
        ...["plan.missing", "plan.levels", "age.missing", "age.range", "active.missing"],
      ].sort(),
    );
    expect(text).toContain("by BetaBin(1000, ");
  });

  test("is kept by another clean batch, and broken by a faulty one", async () => {
    await using t = await hostWith();
    const contract = join(t.cwd, "c.yaml");
    await run(t, { inferContract: contract });
    const clean = await run(t, { data: [join(t.cwd, "b.csv")], contract });
    expect(clean.findings.checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    const faulty = await run(t, { data: [join(t.cwd, "bad.csv")], contract });
    const failed = faulty.findings.checks.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
    expect(failed).toEqual(["height.range", "plan.levels"]);
  });

  test("is the same on a rerun, and is never written over what somebody edited, or over another file", async () => {
    await using t = await hostWith({ "mine.yaml": "a: 1\n" });
    const inferred = join(t.cwd, "c.yaml");
    await run(t, { inferContract: inferred });
    const first = await readFile(inferred, "utf8");
    await run(t, { inferContract: inferred });
    expect(await readFile(inferred, "utf8")).toBe(first);
    const edited = await t.write("edited.yaml", first.replace("status: draft", "status: active"));
    for (const path of [edited, join(t.cwd, "mine.yaml")]) {
      const before = await readFile(path, "utf8");
      await expect(run(t, { inferContract: path })).rejects.toMatchObject({
        code: "TH_OUTPUT_PATH",
        kind: "configuration",
      });
      expect(await readFile(path, "utf8")).toBe(before);
    }
  });

  test("holds no value of a column that is classified, and writes nothing in a dry run", async () => {
    await using t = await hostWith({ "given.yaml": classified });
    const path = join(t.cwd, "c.yaml");
    await run(t, { contract: join(t.cwd, "given.yaml"), inferContract: path, dryRun: true });
    await expect(readFile(path)).rejects.toThrow();
    await run(t, { contract: join(t.cwd, "given.yaml"), inferContract: path });
    const text = await readFile(path, "utf8");
    expect(text).not.toMatch(/free|paid|team/);
    const rules = parseContract(text, "c.yaml").rules.map(({ id }) => id);
    expect(rules).not.toContain("height.range");
    expect(rules).not.toContain("plan.levels");
    expect(rules).toContain("plan.missing");
    expect(text).toContain('classification: "restricted"');
  });

  test("reads back whatever a column and its levels are called", () => {
    const names = ['a"b', "x: y", "# no", "näm\u2028e", "\u202eflip", "{a}", "- b", "null", "1e3", "\ud800"];
    const profile: ColumnProfile = {
      kind: "categorical",
      n: 500,
      missing: 0,
      levels: new Map(names.map((name, at) => [name, 10 + at])),
      others: 0,
    };
    const text = inferContract(
      "m",
      { from: "data", rows: [500] },
      names.map((name) => ({ name, kind: "string", nullable: true, moves: false, shows: true, profile })),
    );
    const contract = parseContract(text, "c.yaml");
    expect(contract.columns.map(({ name }) => name)).toEqual(names.map((name) => name.toWellFormed()));
    expect(text).not.toContain("\u202e");
  });
});

describe("a contract inferred from a reference", () => {
  test("comes from the profile alone: broken data changes no byte of it, and is judged by the reference", async () => {
    await using t = await hostWith();
    const profile = await profileOf(t, "a.csv");
    const { text, path, findings } = await inferFrom(t, [profile], "b.csv");
    const contract = await accepted(text);
    expect(text).toContain(
      "# Inferred by Titleholder from a reference, and not the data at hand: one period, 2,000 rows",
    );
    expect(findings.verdict).toBe("pass");
    expect(findings.tables).toContainEqual(
      expect.objectContaining({
        title: "Inferred contract",
        rows: [["from-reference.yaml", "the reference, and not the data at hand"]],
      }),
    );
    expect(findings.details).toMatchObject({ inferred: { from: "reference" } });
    expect(contract.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["user_id", "integer"],
      ["day", "date"],
      ["height", "number"],
      ["plan", "string"],
      ["age", "integer"],
      ["active", "boolean"],
    ]);
    expect(contract.key).toEqual([]);
    expect(contract.rules.map(({ id }) => id).sort()).toEqual(
      [
        ...["row-count", "user_id.missing", "day.missing", "height.missing", "height.range"],
        ...["plan.missing", "plan.levels", "age.missing", "age.range", "active.missing"],
      ].sort(),
    );
    const broken = await inferFrom(t, [profile], "bad.csv");
    expect(broken.text).toBe(text);
    expect(broken.findings.verdict).toBe("warn");
    const judged = await run(t, { data: [join(t.cwd, "bad.csv")], contract: path });
    const failed = judged.findings.checks.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
    expect(failed).toEqual(["height.range", "plan.levels"]);
  });

  test("has the bounds that the same data gives by itself", async () => {
    await using t = await hostWith();
    const ofData = join(t.cwd, "of-data.yaml");
    await run(t, { inferContract: ofData });
    const { text } = await inferFrom(t, [join(t.cwd, "a.csv")], "bad.csv");
    // The first column alone differs: that it is a key is told by the data, and not by a profile.
    const further = (contract: string) => contract.slice(contract.indexOf('- name: "day"'));
    expect(further(text)).toContain("name: range");
    expect(further(text)).toBe(further(await readFile(ofData, "utf8")));
  });

  test("of three periods takes the spread between them into its bounds", async () => {
    await using t = await hostWith({ "c.csv": csv("c", 1500), "d.csv": csv("d", 2200) });
    const periods = [];
    for (const name of ["a.csv", "c.csv", "b.csv"]) periods.push(await profileOf(t, name));
    const { text, path } = await inferFrom(t, periods, "d.csv");
    await accepted(text);
    expect(text).toContain("3 periods, 5,500 rows of 6 columns");
    expect(text).toContain("# Student's prediction interval of the logarithm, by 3 periods.");
    expect(text).toMatch(/# \d+ of 5,500 were missing: .* and the spread between 3 periods\./);
    // Nothing of 5,500 was missing: what three periods do not tell must not let a batch of half the rows lose half of its values.
    expect(text).toMatch(/# 0 of 5,500 were missing: at most \d of 1,000,/);
    const next = await run(t, { data: [join(t.cwd, "d.csv")], contract: path });
    expect(next.findings.checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  });

  test("of periods of equal size expects that number of rows", async () => {
    await using t = await hostWith({ "c.csv": csv("c", 2000) });
    const periods = ["a.csv", "b.csv", "c.csv"].map((name) => join(t.cwd, name));
    const { text, path, findings } = await inferFrom(t, periods, "a.csv");
    // The standard has no range from a number to itself.
    expect(text).toContain("{ name: row-count, metric: rowCount, mustBe: 2000, severity: warning }");
    expect(findings.checks.find(({ id }) => id === "reference.rows")?.verdict).toBe("pass");
    const next = await run(t, { data: [join(t.cwd, "b.csv")], contract: path });
    expect(next.findings.checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  });

  test("holds neither levels nor their digests where the profile hides them", async () => {
    await using t = await hostWith({ "given.yaml": classified });
    const given = join(t.cwd, "given.yaml");
    const profile = await profileOf(t, "a.csv", { contract: given });
    expect(await readFile(profile, "utf8")).toMatch(/"#[0-9a-f]{16}"/);
    const { text } = await inferFrom(t, [profile], "b.csv");
    expect(text).not.toMatch(/free|paid|team|#[0-9a-f]{8}/);
    expect(text).toContain("# The reference names the levels by digest alone: they are not bounded.");
    const open = await profileOf(t, "b.csv");
    expect(await readFile(open, "utf8")).toContain("paid");
    const path = join(t.cwd, "masked.yaml");
    await run(t, { reference: [open], contract: given, inferContract: path });
    const masked = await readFile(path, "utf8");
    expect(masked).not.toMatch(/free|paid|team|#[0-9a-f]{8}/);
    const rules = (await accepted(masked)).rules.map(({ id }) => id);
    expect(rules).not.toContain("plan.levels");
    expect(rules).not.toContain("height.range");
    expect(rules).toContain("age.range");
  });

  test("leaves out what a profile of version 1 does not tell, and says so", async () => {
    await using t = await hostWith();
    const old = JSON.parse(await readFile(await profileOf(t, "a.csv"), "utf8"));
    old.schema = "titleholder/profile/v1";
    delete old.fields;
    for (const column of old.columns) delete column.range;
    const { text, findings } = await inferFrom(t, [await t.write("old.json", JSON.stringify(old))], "b.csv");
    const contract = await accepted(text);
    expect(text).toContain("# Types are not told by a profile of format version 1");
    expect(contract.columns.every(({ kind }) => kind === undefined)).toBe(true);
    const rules = contract.rules.map(({ id }) => id).sort();
    const missing = ["user_id", "day", "height", "plan", "age", "active"].map((name) => `${name}.missing`);
    expect(rules).toEqual(["row-count", ...missing].sort());
    expect(findings.checks.find(({ id }) => id === "reference.kinds")?.verdict).toBe("unchecked");
  });

  test("is written although nothing of the data can be read", async () => {
    await using t = await hostWith({ "broken.csv": "" });
    const profile = await profileOf(t, "a.csv");
    const { text, findings } = await inferFrom(t, [profile], "broken.csv");
    await accepted(text);
    expect(findings.checks.find(({ id }) => id === "reference")?.verdict).toBe("unchecked");
  });
});
