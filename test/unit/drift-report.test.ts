import { expect, test } from "vitest";
import { locateData, openData } from "../../src/commands/data.ts";
import { command } from "../../src/commands/drift-report.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { Json } from "../../src/kernel/json.ts";
import { profileToJson } from "../../src/profile/profile-json.ts";
import { profileDataset } from "../../src/profile/profiling.ts";
import { makeReport, serializeReport } from "../../src/report/report.ts";
import { createRandom } from "../../src/stats/random.ts";
import { type TestHost, testHost } from "../support/host.ts";

interface Shape {
  readonly rows?: number;
  readonly seed?: string;
  /** Added to every age. */
  readonly shift?: number;
  /** Share of rows from a city that the reference never saw. */
  readonly newCity?: number;
  /** Share of ages that are missing. */
  readonly missing?: number;
  readonly without?: readonly string[];
}

/** Customers as CSV: an identifier, a time, a number, a category, free text and a flag. */
function customers({ rows = 2000, seed = "a", shift = 0, newCity = 0, missing = 0, without = [] }: Shape): string {
  const random = createRandom(seed);
  const cities = ["Rome", "Oslo", "Lima"];
  const lines = Array.from({ length: rows }, (_, index) => {
    const age = random.uniform() < missing ? "" : (40 + shift + 10 * random.normal()).toFixed(2);
    const city = random.uniform() < newCity ? "Quito" : (cities[Math.floor(3 * random.uniform() ** 2)] ?? "");
    return {
      id: String(index + 1),
      at: `2026-01-${String(1 + (index % 28)).padStart(2, "0")} 10:00:00`,
      age,
      city,
      note: `note ${random.integer(1e9)}`,
      member: random.uniform() < 0.3 ? "true" : "false",
    };
  });
  const names = Object.keys(lines[0] ?? {}).filter((name) => !without.includes(name));
  const cell = (row: Readonly<Record<string, string>>) => names.map((name) => row[name] ?? "").join(",");
  return [names.join(","), ...lines.map(cell), ""].join("\n");
}

async function run(t: TestHost, inputs: Readonly<Record<string, unknown>> = {}) {
  const absolute = (path: string) => `${t.cwd}/${path}`;
  const given = command.inputs.parse({ reference: absolute("january.csv"), current: [absolute("may.csv")], ...inputs });
  const result = await command.run(given, t.host, t.project);
  command.details.parse(result.findings.details);
  command.outputs.parse(result.outputs);
  return result;
}

function verdicts(checks: readonly { readonly id: string; readonly verdict: string }[]) {
  return Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
}

test("equal distributions pass, and what cannot stay the same is named and left out", async () => {
  await using t = await testHost({ files: { "january.csv": customers({}), "may.csv": customers({ seed: "b" }) } });
  const { findings, outputs } = await run(t);
  expect(findings.verdict).toBe("pass");
  expect(findings.summary).toBe("none of 3 columns drifted");
  expect(verdicts(findings.checks)).toEqual({ "drift/age": "pass", "drift/city": "pass", "drift/member": "pass" });
  expect(outputs).toEqual({ driftedColumns: [], datasetDrift: 0 });
  const [, notCompared] = findings.tables;
  expect(notCompared?.rows).toEqual([
    ["id", "has another value in every row, as identifiers have"],
    ["at", "is a time: it goes on by itself"],
    ["note", "has another value in every row, as identifiers have"],
  ]);
});

test("a shifted number fails by name, with its scores, distributions and share", async () => {
  await using t = await testHost({
    files: { "january.csv": customers({}), "may.csv": customers({ seed: "b", shift: 8 }) },
  });
  const { findings, outputs } = await run(t);
  expect(findings.verdict).toBe("fail");
  expect(findings.summary).toMatch(
    /^1 of 3 columns drifted; largest: age \(PSI 0\.\d\d?, at least 0\.05 with p < 1e-12\)$/,
  );
  expect(findings.checks[0]).toMatchObject({
    id: "drift/age",
    verdict: "fail",
    n: 2000,
    expected: "PSI of at most 0.05",
  });
  expect(outputs).toEqual({ driftedColumns: ["age"], datasetDrift: 1 / 3 });
  const [ranking] = findings.tables;
  expect(ranking?.columns.slice(0, 7)).toEqual(["column", "verdict", "PSI", "corrected", "p", "KS", "JS distance"]);
  expect(ranking?.rows[0]?.slice(0, 2)).toEqual(["age", "fail"]);
  expect(findings.series[0]?.title).toBe("age: share of rows");
  const { reference = [], current = [] } = findings.series[0]?.lines ?? {};
  for (const line of [reference, current])
    expect(line.reduce<number>((sum, share) => sum + (share ?? 0), 0)).toBeCloseTo(1, 3);
  expect(findings.tables.at(-1)?.rows[0]?.[1]).toContain("does not say that the model is worse");
});

test("a new level and new missing values are drift", async () => {
  await using t = await testHost({
    files: { "january.csv": customers({}), "may.csv": customers({ seed: "b", newCity: 0.2, missing: 0.2 }) },
  });
  const { findings } = await run(t);
  expect(verdicts(findings.checks)).toMatchObject({
    "drift/city": "fail",
    "drift/age": "fail",
    "drift/member": "pass",
  });
  const age = findings.series.find(({ title }) => title.startsWith("age"));
  expect(age?.x.at(-1)).toBe("missing");
  expect(findings.tables[0]?.rows.find(([name]) => name === "age")?.at(-2)).toMatch(/^0% to (?:19|20|21)/);
});

test("a stored profile and the report that names it stand for the reference data", async () => {
  await using t = await testHost({
    files: { "january.csv": customers({}), "may.csv": customers({ seed: "b", shift: 8 }) },
  });
  const direct = await run(t);
  const { source, fingerprint } = await locateData([`${t.cwd}/january.csv`], t.host, "data");
  await using dataset = await openData(source, t.host);
  const profile = JSON.stringify(profileToJson(await profileDataset(dataset, { data: fingerprint.digest })));
  await t.write("out/profile.json", profile);
  const byProfile = await run(t, { reference: `${t.cwd}/out/profile.json` });
  expect(byProfile.findings.checks).toEqual(direct.findings.checks);
  expect(byProfile.findings.materials[0]).toEqual({
    kind: "profile",
    name: "out/profile.json",
    digest: digestOf(profile),
  });

  const report = makeReport(
    {
      command: "validate-data",
      model: "default",
      config: {},
      run: { version: "0", started: "2026-01-31T00:00:00.000Z", finished: "2026-01-31T00:00:01.000Z", timings: {} },
    },
    {
      verdict: "pass",
      summary: "valid",
      checks: [],
      subjects: [{ kind: "profile", name: "out/profile.json", digest: digestOf(profile) }],
      materials: [],
      details: {},
      tables: [],
      series: [],
    },
  );
  await t.write("out/report.json", serializeReport(report).bytes);
  const byReport = await run(t, { reference: `${t.cwd}/out/report.json` });
  expect(byReport.findings.checks).toEqual(direct.findings.checks);
  expect(byReport.findings.materials.map(({ kind }) => kind)).toEqual(["profile", "report", "data"]);

  await t.write("out/profile.json", profile.replace('"rows":2000', '"rows":2001'));
  await expect(run(t, { reference: `${t.cwd}/out/report.json` })).rejects.toMatchObject({
    code: "TH_REFERENCE_MISSING",
  });
});

test("a column that is gone and one of another type fail by name, whatever the rest does", async () => {
  const text = customers({ seed: "b", without: ["city"] }).replaceAll(/\b(true|false)\b/g, (flag) =>
    flag === "true" ? "1" : "0",
  );
  await using t = await testHost({ files: { "january.csv": customers({}), "may.csv": text } });
  const { findings, outputs } = await run(t);
  expect(findings.verdict).toBe("fail");
  expect(findings.summary).toBe("2 columns missing or of another type; none of 1 column drifted");
  expect(findings.checks.slice(0, 2)).toMatchObject([
    { id: "column/city", verdict: "fail", message: "city is missing from the current data" },
    { id: "column/member", verdict: "fail", observed: "numeric", expected: "categorical" },
  ]);
  expect(outputs.driftedColumns).toEqual([]);
});

test("few rows are inconclusive, by column and with what it would take", async () => {
  await using t = await testHost({
    files: { "january.csv": customers({}), "may.csv": customers({ seed: "b", rows: 60, shift: 30 }) },
  });
  const { findings } = await run(t);
  expect(findings.verdict).toBe("inconclusive");
  expect(findings.checks.find(({ id }) => id === "drift/age")).toMatchObject({
    verdict: "inconclusive",
    message: "age: the current data has 60 rows, fewer than the 100 that a decision needs",
    n: 60,
  });
  expect(findings.tables.at(-1)?.rows[0]?.[0]).toBe("3 columns undecided");
});

test("current data without rows is inconclusive", async () => {
  await using t = await testHost({ files: { "january.csv": customers({}), "may.csv": "age,city\n" } });
  const { findings } = await run(t, { columns: ["age", "city"] });
  expect(findings.verdict).toBe("inconclusive");
  expect(findings.checks.map(({ message }) => message)).toEqual([
    "age: there are no current rows",
    "city: there are no current rows",
  ]);
});

test("a number that went missing altogether is drift, not another type", async () => {
  await using t = await testHost({
    files: { "january.csv": customers({}), "may.csv": customers({ seed: "b", missing: 1 }) },
  });
  const { findings } = await run(t);
  expect(findings.checks[0]).toMatchObject({ id: "drift/age", verdict: "fail" });
  expect(findings.tables[0]?.rows[0]?.at(-2)).toBe("0% to 100%");
});

test("wished columns are compared even where they would be left out, and no others", async () => {
  await using t = await testHost({ files: { "january.csv": customers({}), "may.csv": customers({ seed: "b" }) } });
  const { findings } = await run(t, { columns: ["city", "id"], methods: ["js"] });
  expect(verdicts(findings.checks)).toEqual({ "drift/city": "pass", "drift/id": "pass" });
  expect(findings.tables[0]?.columns).toContain("JS distance");
  expect(findings.tables[0]?.columns).not.toContain("KS");
});

test("the same evidence gives the same findings", async () => {
  const files = { "january.csv": customers({}), "may.csv": customers({ seed: "b", shift: 3 }) };
  await using one = await testHost({ files });
  await using other = await testHost({ files });
  const [first, second] = [await run(one), await run(other)];
  expect({ ...second.findings, timings: {} }).toEqual({ ...first.findings, timings: {} });
});

const bad: readonly (readonly [what: string, inputs: (cwd: string) => Json, code: string])[] = [
  ["a reference that is not there", (cwd) => ({ reference: `${cwd}/januray.csv` }), "TH_DATA_MISSING"],
  ["a profile that is not there", (cwd) => ({ reference: `${cwd}/profile.json` }), "TH_REFERENCE_MISSING"],
  ["JSON that is no profile", (cwd) => ({ reference: `${cwd}/other.json` }), "TH_REFERENCE_FORMAT"],
  ["text that is no JSON", (cwd) => ({ reference: `${cwd}/broken.json` }), "TH_JSON_SYNTAX"],
  ["a profile of a newer release", (cwd) => ({ reference: `${cwd}/newer.json` }), "TH_PROFILE_FORMAT"],
  ["a column that neither side has", () => ({ columns: ["aeg"] }), "TH_DRIFT_COLUMN"],
  [
    "nothing that can be compared",
    (cwd) => ({ reference: `${cwd}/ids.csv`, current: [`${cwd}/ids.csv`] }),
    "TH_DRIFT_NO_COLUMNS",
  ],
  ["a folder without data", (cwd) => ({ current: [`${cwd}/empty`] }), "TH_DATA_MISSING"],
];

test("bad input is refused with a code, a place and a fix, and nothing is written", async () => {
  const ids = ["id", ...Array.from({ length: 200 }, (_, index) => String(index))].join("\n");
  await using t = await testHost({
    files: {
      "january.csv": customers({ rows: 200 }),
      "may.csv": customers({ rows: 200, seed: "b" }),
      "other.json": "{}",
      "broken.json": "{",
      "newer.json": '{"schema":"titleholder/profile/v9"}',
      "ids.csv": ids,
      "empty/readme.txt": "",
    },
  });
  for (const [what, inputs, code] of bad) {
    const error = await run(t, inputs(t.cwd) as Readonly<Record<string, unknown>>).catch((thrown: unknown) => thrown);
    if (!(error instanceof TitleholderError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
    expect([what, error.code, error.kind]).toEqual([what, code, "configuration"]);
    expect(error.fix, what).not.toBe("");
    expect(Object.keys(error.place), what).not.toEqual([]);
  }
  expect(await t.host.files.list(t.project.reports)).toEqual([]);
});
