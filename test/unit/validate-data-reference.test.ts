import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import type { Check } from "../../src/kernel/command.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { CiContext } from "../../src/kernel/host.ts";
import { createRandom, type Random } from "../../src/stats/random.ts";
import { type TestHost, testHost } from "../support/host.ts";

const ci: CiContext = {
  provider: "github",
  repository: "o/r",
  workflow: "w",
  job: "j",
  runId: "1",
  attempt: 1,
  sha: "0",
  ref: "r",
  actor: "a",
  event: "push",
  fromFork: false,
  runner: "github-hosted",
};

type Cells = Record<string, string | number>;

/** One row of a clean table: an identifier, a day, a bell, a heavy tail, levels, and a column that is sometimes missing. */
function row(random: Random, at: number): Cells {
  const { normal, uniform } = random;
  return {
    id: 1_000_000 + at,
    day: `2026-0${1 + (at % 9)}-01`,
    height: (170 + 10 * normal()).toFixed(3),
    income: Math.exp(8 + normal()).toFixed(2),
    plan: ["free", "paid", "team"][random.integer(3)] ?? "",
    age: uniform() < 0.02 ? "" : Math.floor(18 + 60 * uniform()),
  };
}

/** A CSV of clean rows, or of rows that something was done to. */
function csv(seed: string, rows: number, change: (cells: Cells, at: number) => Cells = (cells) => cells): string {
  const random = createRandom(seed);
  const all = Array.from({ length: rows }, (_, at) => change(row(random, at), at));
  const names = Object.keys(all[0] ?? {});
  return `${names.join(",")}\n${all.map((cells) => names.map((name) => cells[name]).join(",")).join("\n")}\n`;
}

async function compare(t: TestHost, given: Readonly<Record<string, unknown>> = {}) {
  const parsed = command.inputs.parse({
    data: [join(t.cwd, "now.csv")],
    reference: [join(t.cwd, "before.csv")],
    ...given,
  });
  return command.run(parsed, t.host, t.project);
}

const rows = 2000;
const before = csv("before", rows);
const hostWith = (now: string, files: Readonly<Record<string, string>> = {}, context?: CiContext) =>
  testHost({
    files: { "before.csv": before, "now.csv": now, ...files },
    ...(context === undefined ? {} : { ci: context }),
  });
const byId = (checks: readonly Check[]) => new Map(checks.map((check) => [check.id, check]));
const troubled = (checks: readonly Check[]) =>
  checks.filter(({ verdict }) => verdict !== "pass").map(({ id, verdict }) => `${id} ${verdict}`);

describe("data like the reference", () => {
  test("passes without a contract, every bound on record", async () => {
    await using t = await hostWith(csv("now", rows));
    const { findings } = await compare(t);
    expect(troubled(findings.checks)).toEqual([]);
    expect(findings.verdict).toBe("pass");
    expect(command.details.parse(findings.details)).toEqual(findings.details);
    const ids = findings.checks.map(({ id }) => id).filter((id) => id.includes(".reference."));
    expect(ids.sort()).toEqual(
      [
        ...["id", "day", "height", "income", "plan", "age"].map((name) => `${name}.reference.missing`),
        ...["height", "income", "plan", "age"].map((name) => `${name}.reference.skew`),
        ...["height", "income", "age"].map((name) => `${name}.reference.range`),
        ...["plan.reference.levels", "height.reference.mean", "age.reference.mean", "income.reference.shares"],
      ].sort(),
    );
    const age = byId(findings.checks).get("age.reference.missing");
    expect(age).toMatchObject({
      n: rows,
      method: expect.stringContaining("beta-binomial"),
      expected: /^at most \d+$/ as never,
    });
    expect(findings.tables.find(({ title }) => title.startsWith("Against the reference"))?.title).toContain("stable");
  });

  test("rests on the reference's files by digest, and the new profile is counted at its edges", async () => {
    await using t = await hostWith(csv("now", rows));
    const { findings, outputs } = await compare(t);
    expect(findings.materials).toContainEqual({ kind: "data", name: "before.csv", digest: digestOf(before) });
    const profile = JSON.parse(await readFile(join(t.cwd, outputs.profile), "utf8"));
    const again = await compare(t, { reference: [join(t.cwd, outputs.profile)], profile: join(t.cwd, "p2.json") });
    expect(again.findings.materials).toContainEqual(
      expect.objectContaining({ kind: "profile", name: outputs.profile }),
    );
    expect(troubled(again.findings.checks)).toEqual([]);
    const second = JSON.parse(await readFile(join(t.cwd, "p2.json"), "utf8"));
    expect(second.columns[2].edges).toEqual(expect.arrayContaining(profile.columns[2].edges));
  });
});

describe("a fault is found", () => {
  const faults: readonly (readonly [string, (cells: Cells, at: number) => Cells, string, RegExp])[] = [
    [
      "three times the missing values",
      (cells, at) => (at % 25 === 0 ? { ...cells, age: "" } : cells),
      "age.reference.missing",
      /^age: 1\d\d of 2000 rows missing, \d+ of 2000 in the reference, at most \d+ expected; a share of .*% is found/,
    ],
    [
      "a unit a thousand times as large on 1% of the rows",
      (cells, at) => (at % 100 === 0 ? { ...cells, height: Number(cells.height) * 1000 } : cells),
      "height.reference.range",
      /^height: 2\d of 2000 values outside 1\d\d\.\d to 2\d\d\.?\d*, at most \d+ expected/,
    ],
    [
      "a new level on 1% of the rows",
      (cells, at) => (at % 100 === 0 ? { ...cells, plan: "gratis" } : cells),
      "plan.reference.levels",
      /^plan: 20 of 2000 values of levels that the reference lacks \(gratis\), at most \d+ expected/,
    ],
    [
      "a mean that moved",
      (cells) => ({ ...cells, height: Number(cells.height) + 4 }),
      "height.reference.mean",
      /^height: mean 17\d/,
    ],
    [
      "a heavy tail that was cut off",
      (cells) => ({ ...cells, income: Math.min(Number(cells.income), 8000) }),
      "income.reference.shares",
      /^income: 100% of the values are at most \d/,
    ],
    [
      "a distribution of another form",
      (cells, at) => ({ ...cells, age: at % 2 === 0 ? 18 : 77 }),
      "age.reference.skew",
      /^age: PSI \d.*at most 0\.05 expected/,
    ],
  ];
  test.each(faults)("%s", async (_name, change, id, words) => {
    await using t = await hostWith(csv("now", rows, change));
    const { findings } = await compare(t);
    const check = byId(findings.checks).get(id);
    expect(check?.verdict).toBe("warn");
    expect(check?.message).toMatch(words);
    expect(findings.verdict).toBe("warn");
    const strict = await compare(t, { referenceSeverity: "fail" });
    expect(byId(strict.findings.checks).get(id)?.verdict).toBe("fail");
  });

  test("a tenth of the rows", async () => {
    await using t = await hostWith(csv("now", rows / 10));
    const check = byId((await compare(t)).findings.checks).get("reference.rows");
    expect(check).toMatchObject({ verdict: "warn", observed: 200, expected: "from 1000 to 4000 rows" });
    expect(check?.message).toContain("stated");
  });
});

describe("a change of the columns", () => {
  test("that breaks readers fails, and a new name is guessed", async () => {
    const now = csv("now", rows, ({ height, age, ...cells }) => ({ ...cells, size: height ?? "", age: `a${age}` }));
    await using t = await hostWith(now);
    const { findings } = await compare(t);
    const checks = byId(findings.checks);
    expect(checks.get("height.reference.removed")?.message).toBe(
      "breaking: the reference has a column height, and the data has none; size is new and looks like it: was it renamed?",
    );
    expect(checks.get("age.reference.type")).toMatchObject({
      verdict: "fail",
      observed: "string",
      expected: "integer",
    });
    expect(checks.has("reference.schema")).toBe(false);
    expect(findings.verdict).toBe("fail");
  });

  test("that breaks nobody passes, and is named", async () => {
    await using t = await hostWith(csv("now", rows, (cells) => ({ ...cells, extra: 1 })));
    const check = byId((await compare(t)).findings.checks).get("reference.schema");
    expect(check).toMatchObject({ verdict: "pass" });
    expect(check?.message).toContain("new, which breaks nothing: extra");
  });

  test("of kinds that a profile of version 1 does not tell is unchecked", async () => {
    await using t = await hostWith(csv("now", rows));
    const { outputs } = await compare(t);
    const old = JSON.parse(await readFile(join(t.cwd, outputs.profile), "utf8"));
    old.schema = "titleholder/profile/v1";
    delete old.fields;
    for (const column of old.columns) delete column.range;
    const path = await t.write("old.json", JSON.stringify(old));
    const { findings } = await compare(t, { reference: [path], profile: join(t.cwd, "p2.json") });
    expect(troubled(findings.checks)).toEqual(["reference.kinds unchecked"]);
  });
});

describe("several periods", () => {
  test("tell how the number of rows and the rates vary", async () => {
    const rates = [0.02, 0.05, 0.03, 0.06, 0.04];
    const day = (at: number) => {
      const random = createRandom(`missing ${at}`);
      return csv(`day ${at}`, 1500 + 100 * at, (cells) => ({
        ...cells,
        age: random.uniform() < (rates[at] ?? 0) ? "" : 30 + random.integer(30),
      }));
    };
    const files = Object.fromEntries(rates.map((_, at) => [`day${at}.csv`, day(at)]));
    await using t = await hostWith(day(1), files);
    const one = await compare(t, { reference: [join(t.cwd, "day0.csv")] });
    expect(byId(one.findings.checks).get("age.reference.missing")?.verdict).toBe("warn");
    const all = await compare(t, { reference: rates.map((_, at) => join(t.cwd, `day${at}.csv`)) });
    const checks = byId(all.findings.checks);
    expect(checks.get("age.reference.missing")).toMatchObject({
      verdict: "pass",
      method: expect.stringContaining("spread between periods"),
    });
    expect(checks.get("reference.rows")).toMatchObject({
      verdict: "pass",
      n: 5,
      method: expect.stringContaining("Student"),
    });
  });
});

describe("what may not be shown", () => {
  test("is masked in a report that leaves the machine, and in the profile", async () => {
    const contract = `apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    properties:
      - { name: id, logicalType: integer }
      - { name: day, logicalType: date }
      - { name: height, logicalType: number }
      - { name: income, logicalType: number }
      - { name: plan, logicalType: string, classification: restricted }
      - { name: age, logicalType: integer }
`;
    const now = csv("now", rows, (cells, at) =>
      at % 50 === 0 ? { ...cells, plan: "secretive", height: 123456 } : cells,
    );
    await using t = await hostWith(now, { "c.yaml": contract }, ci);
    const { findings, outputs } = await compare(t, { contract: join(t.cwd, "c.yaml") });
    const text = JSON.stringify(findings);
    expect(byId(findings.checks).get("plan.reference.levels")?.message).toContain("(masked)");
    expect(byId(findings.checks).get("height.reference.range")?.verdict).toBe("warn");
    for (const value of ["secretive", "123456", "123,456"]) expect(text).not.toContain(value);
    const profile = await readFile(join(t.cwd, outputs.profile), "utf8");
    for (const value of ["secretive", '"free"']) expect(profile).not.toContain(value);
  });

  test("without a contract and without a reference there is nothing to hold the data against", async () => {
    await using t = await hostWith(before);
    await expect(compare(t, { reference: undefined })).rejects.toMatchObject({ code: "TH_CONTRACT_MISSING" });
  });
});
