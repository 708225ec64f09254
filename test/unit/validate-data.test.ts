import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { fingerprintSchema } from "../../src/dataset/fingerprint.ts";
import type { Check } from "../../src/kernel/command.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { CiContext } from "../../src/kernel/host.ts";
import { type JsonObject, parseJson } from "../../src/kernel/json.ts";
import { profileFromJson } from "../../src/profile/profile-json.ts";
import { makeReport, serializeReport } from "../../src/report/report.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

const contract = `apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    quality:
      - { metric: rowCount, mustBeGreaterOrEqualTo: 2 }
    properties:
      - name: id
        logicalType: integer
        primaryKey: true
      - name: age
        logicalType: integer
        required: true
        logicalTypeOptions: { minimum: 0, maximum: 120 }
      - name: mail
        logicalType: string
        classification: restricted
        logicalTypeOptions: { pattern: "@" }
      - name: plan
        logicalType: string
        classification: public
        quality:
          - { name: plans, metric: invalidValues, arguments: { validValues: [free, paid] }, mustBe: 0, severity: warning }
`;
const good = "id,age,mail,plan\n1,30,ada@x.org,free\n2,0,bob@x.org,paid\n3,120,,free\n";
const bad = "id,age,mail,plan\n1,-1,ada@x.org,free\n2,,bob,gratis\n2,x,eve@x.org,free\n4,121,joe,paid\n5,1\n";

async function validate(t: TestHost, given: Readonly<Record<string, unknown>> = {}) {
  const parsed = command.inputs.parse({ data: [join(t.cwd, "data.csv")], contract: join(t.cwd, "c.yaml"), ...given });
  return command.run(parsed, t.host, t.project);
}

async function failure(promise: Promise<unknown>): Promise<TitleholderError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TitleholderError)) throw new Error(`expected a TitleholderError, got ${String(error)}`);
  return error;
}

const hostWith = (csv: string | Uint8Array, text = contract, ci?: CiContext) =>
  testHost({ files: { "data.csv": csv, "c.yaml": text }, ...(ci === undefined ? {} : { ci }) });
const verdicts = (checks: readonly Check[]) => Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
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

describe("data that keeps to its contract", () => {
  test("passes, with every question on record", async () => {
    await using t = await hostWith(good);
    const { findings, outputs } = await validate(t);
    expect(findings.verdict).toBe("pass");
    expect(findings.summary).toBe("all 14 checks passed in 3 rows of 1 file");
    expect(Object.keys(verdicts(findings.checks))).toEqual([
      "structure",
      "columns",
      "rows",
      "id.type",
      "age.type",
      "mail.type",
      "plan.type",
      "row-count",
      "primary-key",
      "id.required",
      "age.required",
      "age.range",
      "mail.pattern",
      "plan.plans",
    ]);
    expect(findings.tables.map((table) => table.title)).toEqual([
      "Columns of the contract",
      "Quality score 100 of 100",
    ]);
    expect(outputs).toMatchObject({
      rows: 3,
      violations: 0,
      qualityScore: 100,
      profile: ".titleholder/default/validate-data/profile.json",
    });
    expect(command.outputs.parse(outputs)).toEqual(outputs);
    expect(command.details.parse(findings.details)).toEqual(findings.details);
  });

  test("is bound to its files, its contract and its profile by digest", async () => {
    await using t = await hostWith(good);
    const { findings, outputs } = await validate(t);
    const profile = await readFile(join(t.cwd, outputs.profile));
    expect(findings.subjects).toEqual([
      { name: "data.csv", kind: "data", digest: outputs.dataFingerprint },
      { name: outputs.profile, kind: "profile", digest: digestOf(profile) },
    ]);
    expect(findings.materials).toEqual([
      { name: "data.csv", kind: "data", digest: digestOf(good) },
      { name: "c.yaml", kind: "config", digest: digestOf(contract) },
    ]);
    const details = findings.details as JsonObject;
    expect(fingerprintSchema.parse(details.fingerprint).digest).toBe(outputs.dataFingerprint);
    const read = profileFromJson(parseJson(profile.toString(), "p"), "p");
    expect(read).toMatchObject({ rows: 3, data: outputs.dataFingerprint });
    expect([...read.columns.keys()]).toEqual(["id", "age", "mail", "plan"]);
    expect(profile.toString()).not.toContain("x.org");
  });

  test("gives the same report on a rerun, whatever the clock says", async () => {
    const results: string[] = [];
    for (const time of [0, 1e12]) {
      await using t = await testHost({ files: { "data.csv": good, "c.yaml": contract }, now: () => new Date(time) });
      const { findings } = await validate(t);
      const run = { version: "1", started: "", finished: "", timings: {} };
      const report = makeReport({ command: command.name, model: "m", config: {}, run }, findings);
      expect(serializeReport(report).bytes.length).toBeGreaterThan(100);
      results.push(report.result);
    }
    expect(results[0]).toBe(results[1]);
  });

  test("may be Parquet in a folder, with the profile where it is asked for", async () => {
    await using t = await testHost({ files: { "c.yaml": contract, "data/readme.md": "x" } });
    const select =
      "SELECT * FROM (VALUES (1::BIGINT, 30::SMALLINT, 'a@x', 'free'), (2, 31, 'b@x', 'paid')) t(id, age, mail, plan)";
    await writeParquet(t.host, join(t.cwd, "data/a.parquet"), select);
    await writeParquet(t.host, join(t.cwd, "data/b.parquet"), select.replace("(1", "(3").replace("(2", "(4"));
    const { findings, outputs } = await validate(t, {
      data: [join(t.cwd, "data")],
      profile: join(t.cwd, "out/p.json"),
    });
    expect(findings.summary).toBe("all 14 checks passed in 4 rows of 2 files");
    expect(outputs.profile).toBe("out/p.json");
    expect(findings.subjects[0]?.name).toBe("data");
  });
});

describe("data that breaks its contract", () => {
  test("fails, each rule with its count, its first row and its place in the contract", async () => {
    await using t = await hostWith(bad);
    const { findings, outputs } = await validate(t);
    expect(findings.verdict).toBe("fail");
    expect(findings.summary).toBe("6 of 14 checks failed in 4 rows of 1 file, 1 warned");
    const failing = findings.checks.filter(({ verdict }) => verdict !== "pass");
    expect(failing.map(({ id, verdict, observed, n, place }) => [id, verdict, observed, n, place?.line])).toEqual([
      ["structure.ragged", "fail", 1, undefined, 6],
      ["age.type", "fail", 1, 4, 14],
      ["primary-key", "fail", 1, 4, 13],
      ["age.required", "fail", 1, 4, 16],
      ["age.range", "fail", 2, 4, 17],
      ["mail.pattern", "fail", 2, 4, 21],
      ["plan.plans", "warn", 1, 4, 26],
    ]);
    expect(failing[4]?.message).toBe("age must be from 0 to 120; found 2 of 4 rows (50.00%); first in data.csv, row 1");
    expect(failing[0]?.place?.file).toBe("data.csv");
    expect(failing[4]?.place?.file).toBe("c.yaml");
    expect(outputs).toMatchObject({ rows: 4, violations: 9 });
  });

  test("shows the first failing rows with file, row and key", async () => {
    await using t = await hostWith(bad);
    const { findings } = await validate(t, { sampleFailures: 1 });
    const tables = Object.fromEntries(findings.tables.map((table) => [table.title.split(":")[0], table]));
    expect(tables["age.range"]).toMatchObject({
      title: "age.range: age must be from 0 to 120",
      columns: ["file", "row", "id", "age"],
      rows: [["data.csv", 1, "1", "-1"]],
      more: 1,
    });
    expect(tables["primary-key"]).toMatchObject({ columns: ["file", "row", "id"], rows: [["data.csv", 3, "2"]] });
    expect(tables["Values of the wrong type"]).toMatchObject({
      columns: ["file", "row", "line", "fault", "found"],
      rows: [["data.csv", 3, 4, "age: values that are not of type integer", "x"]],
    });
    expect(tables["Rows that cannot be read"]?.rows).toEqual([
      ["data.csv", 5, 6, "a number of cells other than the header's 4", "(masked)"],
    ]);
  });

  test("shows no rows when none are asked for", async () => {
    await using t = await hostWith(bad);
    const { tables } = (await validate(t, { sampleFailures: 0 })).findings;
    expect(tables.map(({ title }) => title.replace(/ \d.*/, ""))).toEqual([
      "Columns of the contract",
      "If the change of the data is meant: suggested edits of the contract",
      "Quality score",
    ]);
  });

  test("shows values by their classification: restricted never, unclassified on this machine, public anywhere", async () => {
    for (const at of [undefined, ci]) {
      await using t = await hostWith(bad, contract, at);
      const { findings } = await validate(t);
      const row = (id: string) => findings.tables.find(({ title }) => title.startsWith(id))?.rows[0];
      expect(row("mail.pattern")).toEqual(["data.csv", 2, at === undefined ? "2" : "(masked)", "(masked)"]);
      expect(row("age.range")?.[3]).toBe(at === undefined ? "-1" : "(masked)");
      expect(row("plan.plans")?.[3]).toBe("gratis");
      expect(row("Values")?.[4]).toBe(at === undefined ? "x" : "(masked)");
      expect(JSON.stringify(findings)).not.toContain("joe");
    }
  });

  test("of a column with showValues all values are shown", async () => {
    const shown = contract.replace(
      "classification: restricted",
      "classification: restricted\n        customProperties: [{ property: showValues, value: true }]",
    );
    await using t = await hostWith(bad, shown, ci);
    const { findings } = await validate(t);
    expect(findings.tables.find(({ title }) => title.startsWith("mail"))?.rows[0]?.[3]).toBe("bob");
  });

  test("an empty data set fails by name", async () => {
    await using t = await hostWith("id,age,mail,plan\n");
    const { findings } = await validate(t);
    expect(findings.verdict).toBe("fail");
    expect(findings.checks.find(({ id }) => id === "rows")).toMatchObject({
      verdict: "fail",
      message: "the data set is empty: data.csv has columns and no rows",
    });
  });

  test("columns that are missing fail, further ones warn, and rules about missing ones are unchecked", async () => {
    await using t = await hostWith("id,mail,plan,extra\n1,a@x,free,1\n2,b@x,free,2\n");
    const { findings } = await validate(t);
    expect(verdicts(findings.checks)).toMatchObject({
      "age.present": "fail",
      columns: "warn",
      "age.required": "unchecked",
      "age.range": "unchecked",
    });
    expect(findings.checks.find(({ id }) => id === "age.present")?.place).toMatchObject({ file: "c.yaml", line: 14 });
    expect(findings.summary).toBe("1 of 14 checks failed in 2 rows of 1 file, 1 warned, 2 could not be answered");
  });

  test("a Parquet column of another type fails, and its rules are unchecked", async () => {
    await using t = await testHost({ files: { "c.yaml": contract } });
    await writeParquet(t.host, join(t.cwd, "a.parquet"), "SELECT 1 AS id, '30' AS age, 'a@x' AS mail, 'free' AS plan");
    const { findings } = await validate(t, { data: [join(t.cwd, "a.parquet")] });
    expect(findings.checks.find(({ id }) => id === "age.type")).toMatchObject({
      verdict: "fail",
      message: "age is declared as integer, and the data holds VARCHAR",
    });
    expect(verdicts(findings.checks)["age.range"]).toBe("unchecked");
  });

  test.each([
    ["hostname", "a.example-1.org", "-a.org"],
    ["uri", "https://example.org/a?b=c", "no uri"],
  ])("a text of format %s is told from one that is not", async (format, right, wrong) => {
    const text = contract.replace('pattern: "@"', `format: ${format}`);
    await using t = await hostWith(`id,age,mail,plan\n1,30,${right},free\n2,31,${wrong},free\n`, text);
    const { findings } = await validate(t);
    expect(findings.checks.find(({ id }) => id === "mail.format")).toMatchObject({ verdict: "fail", observed: 1 });
  });

  test("what the contract asks for and cannot be checked warns with its line", async () => {
    await using t = await hostWith(good, contract.replace('pattern: "@"', "format: iban"));
    const { findings } = await validate(t);
    expect(findings.verdict).toBe("warn");
    expect(findings.checks.at(-1)).toMatchObject({ id: "mail.format", verdict: "unchecked", place: { line: 21 } });
    expect(findings.summary).toBe("no check of 14 failed in 3 rows of 1 file, 1 could not be answered");
  });

  test.each([
    ["an empty file", "", "TH_DATA_EMPTY", "empty"],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), "TH_DATA_ENCODING", "UTF-32"],
    ["a packed file that is cut off", gzipSync(good).subarray(0, -5), "TH_DATA_PACKED", "ends early"],
  ] as const)("%s fails by name, and nothing else is claimed", async (_name, content, _code, words) => {
    await using t = await hostWith(content);
    const { findings, outputs } = await validate(t);
    expect(findings.verdict).toBe("fail");
    expect(findings.checks.map(({ verdict }) => verdict)).toEqual(["fail", "unchecked"]);
    expect(findings.checks[0]).toMatchObject({ place: { file: "data.csv" }, message: expect.stringContaining(words) });
    expect(outputs).toMatchObject({ rows: 0, profile: "" });
    expect(findings.subjects).toHaveLength(1);
  });

  test("a Parquet file that was cut off fails by name", async () => {
    await using t = await testHost({ files: { "c.yaml": contract } });
    const path = join(t.cwd, "a.parquet");
    await writeParquet(t.host, path, "SELECT 1 AS id");
    await writeFile(path, (await readFile(path)).subarray(0, 100));
    const { findings } = await validate(t, { data: [path] });
    expect(findings.checks[0]).toMatchObject({
      id: "structure.parquet",
      verdict: "fail",
      message: expect.stringContaining("its end is missing"),
      place: { file: "a.parquet" },
    });
  });
});

describe("what cannot be asked is refused, and nothing is written", () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string, string])[] = [
    ["no data", { "c.yaml": contract }, "TH_DATA_MISSING", "no file matches data.csv"],
    ["no contract", { "data.csv": good, "c.yml": contract }, "TH_CONTRACT_MISSING", 'did you mean "c.yml"?'],
    ["a folder for a contract", { "data.csv": good, "c.yaml/x": "" }, "TH_FILE_UNREADABLE", "directory"],
    ["malformed YAML", { "data.csv": good, "c.yaml": "a: [" }, "TH_CONTRACT_SYNTAX", "YAML"],
    ["a contract in Latin-1", { "data.csv": good, "c.yaml": "\xe9" }, "TH_CONTRACT_SYNTAX", "UTF-8"],
    [
      "a contract of other data",
      { "data.csv": "a,b\n1,2\n", "c.yaml": contract },
      "TH_CONTRACT_MISMATCH",
      "the data has a, b",
    ],
    [
      "a pattern that only the engine refuses",
      { "data.csv": good, "c.yaml": contract.replace('"@"', '"@{1,2000}"') },
      "TH_DATA_PATTERN",
      "1000",
    ],
  ];
  test.each(cases)("%s", async (_name, files, code, words) => {
    await using t = await testHost({
      files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text, "latin1")])),
    });
    const error = await failure(validate(t));
    expect(error).toMatchObject({ kind: "configuration", code });
    expect(`${error.message} ${error.fix}`).toContain(words);
    expect(error.place.file).toBeDefined();
    expect(await t.host.files.facts(t.project.reports)).toBeUndefined();
  });

  test("a pattern that only the engine refuses has its place in the contract", async () => {
    await using t = await hostWith(good, contract.replace('"@"', '"@{1,2000}"'));
    expect((await failure(validate(t))).place).toEqual({ file: "c.yaml", line: 21, column: 31 });
  });

  test("an abort writes nothing", async () => {
    const stop = new AbortController();
    await using t = await testHost({ files: { "data.csv": good, "c.yaml": contract }, signal: stop.signal });
    stop.abort(new Error("cancelled"));
    await expect(validate(t)).rejects.toThrow("cancelled");
    expect(await t.host.files.facts(t.project.reports)).toBeUndefined();
  });
});
