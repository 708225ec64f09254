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
    const schema: unknown = JSON.parse(await readFile("test/fixtures/odcs-json-schema-v3.1.0.json", "utf8"));
    const accepts = new Ajv2019({ strict: false, validateFormats: false }).compile(schema as object);
    accepts(parse(text));
    expect(accepts.errors ?? []).toEqual([]);
    const contract = parseContract(text, "c.yaml");
    expect(contract.unsupported).toEqual([]);
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
      500,
      names.map((name) => ({ name, kind: "string", nullable: true, moves: false, shows: true, profile })),
    );
    const contract = parseContract(text, "c.yaml");
    expect(contract.columns.map(({ name }) => name)).toEqual(names.map((name) => name.toWellFormed()));
    expect(text).not.toContain("\u202e");
  });
});
