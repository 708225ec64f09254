import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { fingerprintSchema } from "../../src/dataset/fingerprint.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { failingFiles } from "../support/fault-files.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { readParquet, writeParquet } from "../support/parquet.ts";

const contractWith = (more: Readonly<Record<string, string>> = {}, quality = "") => `apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
${quality}    properties:
      - { name: id, logicalType: integer, primaryKey: true }
      - { name: age, logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: 120 }${more.age ?? ""} }
      - { name: plan, logicalType: string${more.plan ?? ""}, quality: [{ name: plans, metric: invalidValues, arguments: { validValues: [free, paid] }, mustBe: 0, severity: warning }] }
`;
const strategy = (...pairs: readonly (readonly [string, string])[]) =>
  `, customProperties: [${pairs.map(([property, value]) => `{ property: ${property}, value: ${value} }`).join(", ")}]`;

const good = "id,age,plan\n1,30,free\n2,40,paid\n3,,free\n";
const bad = "id,age,plan\n1,30,free\n2,-1,paid\n3,,gratis\n1,50,\n5,x,free\n6,1\n7,200,free\n7,20,paid\n";

async function validate(t: TestHost, given: Readonly<Record<string, unknown>> = {}) {
  const parsed = command.inputs.parse({
    data: [join(t.cwd, "data.csv")],
    contract: join(t.cwd, "c.yaml"),
    quarantine: join(t.cwd, "out/quarantine.parquet"),
    clean: join(t.cwd, "out/clean.parquet"),
    ...given,
  });
  const { findings, outputs } = await command.run(parsed, t.host, t.project);
  expect(command.details.parse(findings.details)).toEqual(findings.details);
  expect(command.outputs.parse(outputs)).toEqual(outputs);
  return { findings, outputs, handling: (findings.details as JsonObject).handling as JsonObject };
}

async function failure(promise: Promise<unknown>): Promise<TitleholderError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TitleholderError)) throw new Error(`expected a TitleholderError, got ${String(error)}`);
  return error;
}

const hostWith = (csv: string, contract = contractWith()) =>
  testHost({ files: { "data.csv": csv, "c.yaml": contract } });
const clean = (t: TestHost, select: string) => readParquet(t.host, join(t.cwd, "out/clean.parquet"), select);
const quarantine = (t: TestHost, select: string) => readParquet(t.host, join(t.cwd, "out/quarantine.parquet"), select);

describe("rows that break the contract", () => {
  test("go into quarantine with file, row and reasons, all others into the clean file", async () => {
    await using t = await hostWith(bad);
    const { findings, outputs, handling } = await validate(t);
    expect(await quarantine(t, "id, age, plan, _file, _row, _reasons, _misfits::VARCHAR, _text")).toEqual([
      [2, -1, "paid", "data.csv", 2, ["age.range"], "{}", null],
      [1, 50, null, "data.csv", 4, ["primary-key"], "{}", null],
      [5, null, "free", "data.csv", 5, ["age.type"], "{age=x}", null],
      [null, null, null, "data.csv", 6, ["structure.ragged"], "{}", "6,1"],
      [7, 200, "free", "data.csv", 7, ["age.range"], "{}", null],
      [7, 20, "paid", "data.csv", 8, ["primary-key"], "{}", null],
    ]);
    expect(await clean(t, "*")).toEqual([
      [1, 30, "free"],
      [3, null, "gratis"],
    ]);
    expect(handling.rows).toEqual({ read: 7, unreadable: 1, clean: 2, quarantined: 6, dropped: 0 });
    expect(findings.checks.find(({ id }) => id === "handling.rows")).toMatchObject({
      verdict: "pass",
      message: "7 rows read and 1 row that cannot be read make 2 clean rows, 6 rows in quarantine, 0 rows dropped",
    });
    expect(findings.tables.find(({ title }) => title === "Rows in quarantine by reason")?.rows).toEqual([
      ["age.type", 1],
      ["primary-key", 2],
      ["age.range", 2],
      ["structure.ragged", 1],
    ]);
    expect(findings.verdict).toBe("fail");
    expect(handling.clean).toMatchObject({ verdict: "warn", failed: [], rows: 2, path: "out/clean.parquet" });
    expect(outputs.cleanFingerprint).toBe(fingerprintSchema.parse((handling.clean as JsonObject).fingerprint).digest);
    expect(findings.subjects.slice(2)).toEqual([
      { name: "out/quarantine.parquet", kind: "data", digest: outputs.quarantineFingerprint },
      { name: "out/clean.parquet", kind: "data", digest: outputs.cleanFingerprint },
    ]);
  });

  test("only those of broken rules: a bound that allows them keeps them, one that is broken gives up all of them", async () => {
    const allowed = (most: number) =>
      contractWith({
        age: `, quality: [{ metric: nullValues, unit: percent, mustBeLessThan: ${most} }]`,
      });
    await using t = await hostWith(good, allowed(40));
    expect((await validate(t)).handling).toMatchObject({
      rows: { clean: 3, quarantined: 0 },
      clean: { verdict: "pass" },
    });
    await t.write("c.yaml", allowed(30));
    expect((await validate(t)).handling).toMatchObject({
      rows: { clean: 2, quarantined: 1 },
      reasons: [{ id: "age.nullValues", rows: 1 }],
    });
  });

  test("what setting rows aside does not mend stands against the clean file", async () => {
    await using t = await hostWith(
      bad,
      contractWith({}, "    quality: [{ metric: rowCount, mustBeGreaterThan: 4 }]\n"),
    );
    const { findings, handling } = await validate(t);
    expect(findings.checks.find(({ id }) => id === "row-count")?.verdict).toBe("pass");
    expect(handling.clean).toMatchObject({ verdict: "fail", failed: ["row-count"] });
    await t.write("other.csv", "");
    const two = await validate(t, { data: [join(t.cwd, "data.csv"), join(t.cwd, "other.csv")] });
    expect(two.handling.clean).toMatchObject({ failed: ["row-count", "structure.empty"] });
  });

  test("a rule in SQL is asked again of the clean rows", async () => {
    const sql = (query: string) =>
      contractWith(
        {},
        `    quality: [{ name: old, type: sql, query: "SELECT count(*) FROM people ${query}", mustBe: 0 }]\n`,
      );
    await using t = await hostWith(bad, sql("WHERE age > 120"));
    const { findings, handling } = await validate(t);
    const answer = findings.checks.find(({ id }) => id === "old");
    expect(answer).toMatchObject({ verdict: "fail", observed: 1 });
    expect(handling.clean).toMatchObject({ failed: [], verdict: "warn" });
    await t.write("c.yaml", sql("WHERE age = 30"));
    expect((await validate(t)).handling.clean).toMatchObject({ verdict: "fail", failed: [answer?.id] });
  });

  test("a rerun replaces its own files by the same bytes", async () => {
    await using t = await hostWith(bad);
    const bytes = async () =>
      Promise.all(
        ["quarantine", "clean"].map(async (name) =>
          digestOf((await t.host.files.read(join(t.cwd, `out/${name}.parquet`))) ?? ""),
        ),
      );
    const first = await validate(t);
    const before = await bytes();
    const second = await validate(t);
    expect(await bytes()).toEqual(before);
    expect(second.handling).toEqual(first.handling);
    expect(second.outputs.qualityScore).toBe(
      (await validate(t, { quarantine: undefined, clean: undefined })).outputs.qualityScore,
    );
  });

  test("a dry run counts and writes nothing", async () => {
    await using t = await hostWith(bad);
    const { findings, outputs, handling } = await validate(t, { dryRun: true });
    expect(await t.host.files.list(join(t.cwd, "out"))).toEqual([]);
    expect(handling).toMatchObject({ quarantine: null, clean: null, rows: { clean: 2 } });
    expect(outputs.cleanFingerprint).toBe("");
    expect(findings.subjects).toHaveLength(2);
  });

  test("when nothing can be read nothing is written", async () => {
    await using t = await hostWith("");
    const { findings } = await validate(t);
    expect(findings.checks.find(({ id }) => id === "handling")?.verdict).toBe("unchecked");
    expect(await t.host.files.list(join(t.cwd, "out"))).toEqual([]);
  });
});

describe("the places of quarantine and clean rows", () => {
  test.each([
    [{ clean: "data.csv" }, "it is written as Parquet"],
    [{ clean: "data.parquet" }, "another file is there, which would be lost"],
    [{ clean: "link.parquet" }, "a symbolic link is there"],
    [{ clean: "folder.parquet" }, "it is a folder"],
    [{ clean: "data.csv/x.parquet" }, "data.csv is not a folder"],
    [{ clean: "same.parquet", quarantine: "same.parquet" }, "this run reads or writes that file for another purpose"],
    [{ clean: "in/clean.parquet", data: ["in"] }, "the next run would read it as data, through in"],
    [
      { clean: "in/clean.parquet", data: ["in/**/*.parquet"] },
      "the next run would read it as data, through in/**/*.parquet",
    ],
    [{ clean: "in/a.parquet", data: ["in/a.parquet"] }, "this run reads or writes that file for another purpose"],
  ])("are refused before any work: %j", async (given, why) => {
    await using t = await hostWith(good);
    for (const path of ["data.parquet", "in/a.parquet", "folder.parquet/a.parquet"]) {
      await t.write(path, "");
      await writeParquet(t.host, join(t.cwd, path), "SELECT 1 AS id, 2 AS age, 'free' AS plan");
    }
    await symlink(join(t.cwd, "data.parquet"), join(t.cwd, "link.parquet"));
    const before = digestOf((await t.host.files.read(join(t.cwd, "data.parquet"))) ?? "");
    const at = (path: string) => join(t.cwd, path);
    const inputs = {
      ...("data" in given ? { data: given.data.map(at) } : {}),
      clean: at(given.clean),
      ...("quarantine" in given ? { quarantine: at(given.quarantine) } : { quarantine: undefined }),
    };
    const error = await failure(validate(t, inputs));
    expect([error.code, error.message.split("cannot be written: ")[1]]).toEqual(["TH_OUTPUT_PATH", why]);
    expect(digestOf((await t.host.files.read(join(t.cwd, "data.parquet"))) ?? "")).toBe(before);
    expect(await t.host.files.facts(join(t.cwd, ".titleholder"))).toBeUndefined();
  });

  test("one file of ours does not replace another kind of ours", async () => {
    await using t = await hostWith(bad);
    await validate(t);
    const error = await failure(validate(t, { clean: join(t.cwd, "out/quarantine.parquet"), quarantine: undefined }));
    expect(error.message).toContain("another file is there");
  });

  test.each([
    ["ENOSPC", "TH_FILE_NO_SPACE", "the disk is full"],
    ["EACCES", "TH_FILE_UNWRITABLE", "this account may not open it"],
  ])("a write that fails is named, and leaves the old file whole: %s", async (code, expected, why) => {
    await using t = await hostWith(bad);
    await validate(t);
    const before = digestOf((await t.host.files.read(join(t.cwd, "out/clean.parquet"))) ?? "");
    await writeFile(join(t.cwd, "data.csv"), good);
    // The first write of the run is that of the quarantine's bytes.
    const files = failingFiles(1, code, "temp-written");
    const error = await failure(validate({ ...t, host: { ...t.host, files } } as TestHost));
    expect(files.stopped()).toBe(true);
    expect([error.code, error.message]).toEqual([
      expected,
      `${join(t.cwd, "out/quarantine.parquet")} cannot be written: ${why}`,
    ]);
    expect(digestOf((await t.host.files.read(join(t.cwd, "out/clean.parquet"))) ?? "")).toBe(before);
    expect(await t.host.files.list(join(t.cwd, "out"))).toEqual(["clean.parquet", "quarantine.parquet"]);
  });
});

describe("missing values", () => {
  const reference = "id,age,plan\n1,10,paid\n2,20,free\n3,20,paid\n4,90,\n5,,paid\n";
  const filled = contractWith({
    age: strategy(["missingValueStrategy", "median"], ["missingValueIndicator", "true"]),
    plan: strategy(["missingValueStrategy", "mode"]),
  });
  const gaps = "id,age,plan\n1,,free\n2,70,\n3,,\n4,-1,\n";

  test("are filled from the reference, never from the data at hand, and the values are on record", async () => {
    await using t = await hostWith(gaps, filled);
    const path = await t.write("ref.csv", reference);
    const { findings, handling } = await validate(t, { reference: [path] });
    expect(await clean(t, "*")).toEqual([
      [1, 20, "free", true],
      [2, 70, "paid", false],
      [3, 20, "paid", true],
    ]);
    expect(handling.missing).toEqual([
      { column: "age", strategy: "median", value: "20", indicator: "age_missing", cells: 2 },
      { column: "plan", strategy: "mode", value: "paid", indicator: null, cells: 2 },
    ]);
    expect(findings.tables.find(({ title }) => title === "Missing values in the clean rows")?.rows).toEqual([
      ["age", "median", "20", "age_missing", 2],
      ["plan", "mode", "paid", null, 2],
    ]);
    const bytes = Buffer.from((await t.host.files.read(join(t.cwd, "out/clean.parquet"))) ?? "").toString("latin1");
    expect(bytes).toContain('"missing":[{"column":"age","indicator":"age_missing","strategy":"median","value":20}');
    // A reference of five rows decides nothing.
    expect(handling.clean).toMatchObject({ verdict: "warn", failed: [] });
  });

  test("the same values follow from a stored profile", async () => {
    await using t = await hostWith(reference, filled);
    const { outputs } = await validate(t, { quarantine: undefined, clean: undefined });
    await t.write("data.csv", gaps);
    await t.write("profile.json", (await t.host.files.read(join(t.cwd, outputs.profile))) ?? "");
    const { handling } = await validate(t, { reference: [join(t.cwd, "profile.json")] });
    expect(handling.missing).toMatchObject([{ value: "20" }, { value: "paid" }]);
  });

  test.each([
    ["drop", "age", [], [[2, 70]], 2],
    [
      "constant",
      "age",
      [["missingValueConstant", "7"] as const],
      [
        [1, 7],
        [2, 70],
        [3, 7],
      ],
      0,
    ],
    [
      "mean",
      "age",
      [],
      [
        [1, 35],
        [2, 70],
        [3, 35],
      ],
      0,
    ],
  ])("by the strategy %s", async (name, column, more, rows, dropped) => {
    const text = contractWith({ [column]: strategy(["missingValueStrategy", name], ...more) });
    await using t = await hostWith(gaps, text);
    const path = await t.write("ref.csv", reference);
    const { handling } = await validate(t, name === "mean" ? { reference: [path] } : {});
    expect(await clean(t, "id, age")).toEqual(rows);
    expect(handling.rows).toMatchObject({ dropped, read: 4 });
  });

  test.each([
    [undefined, "the median of age is taken from the reference, and none is named"],
    ["id,plan\n1,free\n", "the median of age cannot be taken from the reference: it has no column age"],
    [
      "id,age,plan\n1,,free\n",
      "the median of age cannot be taken from the reference: there are no values there, or the profile is too old",
    ],
  ])("are not guessed where the reference does not tell: %j", async (csv, message) => {
    await using t = await hostWith(gaps, filled);
    const path = csv === undefined ? undefined : await t.write("ref.csv", csv);
    const error = await failure(validate(t, path === undefined ? {} : { reference: [path] }));
    expect([error.code, error.message, error.place]).toMatchObject([
      "TH_HANDLING_REFERENCE",
      message,
      { file: "c.yaml", line: 10 },
    ]);
    expect(await t.host.files.list(join(t.cwd, "out"))).toEqual([]);
  });

  test("a strategy for a required column is never asked, and said so", async () => {
    await using t = await hostWith(
      gaps,
      contractWith({ age: `, required: true${strategy(["missingValueStrategy", "drop"])}` }),
    );
    const { findings, handling } = await validate(t);
    expect(findings.checks.find(({ id }) => id === "age.missing-values")?.verdict).toBe("warn");
    expect(handling.rows).toMatchObject({ dropped: 0, quarantined: 3 });
  });

  test("an indicator does not take the name of a column", async () => {
    await using t = await hostWith(
      "id,age,plan,Age_Missing\n1,,free,1\n",
      contractWith({ age: strategy(["missingValueIndicator", "true"]) }),
    );
    expect((await failure(validate(t))).code).toBe("TH_HANDLING_COLUMN");
  });
});
