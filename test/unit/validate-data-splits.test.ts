import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dataEvidence } from "../../src/commands/train/data-evidence.ts";
import { command } from "../../src/commands/validate-data.ts";
import { fingerprintOf } from "../../src/dataset/fingerprint.ts";
import type { Check } from "../../src/kernel/command.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { makeReport, serializeReport } from "../../src/report/report.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";
import { type Customer, customers, customersContract, customersCsv, customersSelect } from "../support/split-data.ts";

type Rows = readonly Partial<Customer>[];
type Format = "csv" | "parquet";

/** Validates splits that consist of these rows; the data are those of the training split. */
async function validate(
  t: TestHost,
  splits: Readonly<Record<string, Rows>>,
  given: Readonly<Record<string, unknown>> = {},
  format: Format = "csv",
) {
  await t.write("c.yaml", customersContract);
  for (const [name, rows] of Object.entries(splits)) {
    if (format === "csv") await t.write(`${name}.csv`, customersCsv(rows));
    else await writeParquet(t.host, join(t.cwd, `${name}.parquet`), customersSelect(rows));
  }
  const path = (name: string) => join(t.cwd, `${name}.${format}`);
  const parsed = command.inputs.parse({
    data: [path("train")],
    contract: join(t.cwd, "c.yaml"),
    split: Object.fromEntries(Object.keys(splits).map((name) => [name, path(name)])),
    ...given,
  });
  const done = await command.run(parsed, t.host, t.project);
  expect(command.details.parse(done.findings.details)).toEqual(done.findings.details);
  return done.findings;
}

const checkOf = (checks: readonly Check[], id: string) => checks.find((check) => check.id === id);

async function failure(promise: Promise<unknown>): Promise<TitleholderError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TitleholderError)) throw new Error(`expected a TitleholderError, got ${String(error)}`);
  return error;
}

const runFacts = { version: "1", started: "", finished: "", timings: {} };
const train = customers(400, 0, 1);
const later = customers(100, 400, 2);

describe.each(["csv", "parquet"] as const)("splits in %s", (format) => {
  test("that share nothing pass, with every question on record", async () => {
    await using t = await testHost();
    const given = { label: "churned", time: "day", group: ["customer"] };
    const findings = await validate(t, { train, test: later }, given, format);
    expect(findings.checks.filter(({ id }) => id.startsWith("split.")).map(({ id, verdict }) => [id, verdict])).toEqual(
      [
        ["split.contract.train", "pass"],
        ["split.contract.test", "pass"],
        ["split.columns", "pass"],
        ["split.duplicates.test-in-train", "pass"],
        ["split.near-duplicates.test-in-train", "pass"],
        ["split.repeats.train", "pass"],
        ["split.repeats.test", "pass"],
        ["split.groups.test-in-train", "pass"],
        ["split.time.train-before-test", "pass"],
        ["split.shift.test", "pass"],
      ],
    );
  });

  test("with rows in common fail, and name the rows on both sides", async () => {
    await using t = await testHost();
    const copied = train.slice(10, 15).map((row, at) => ({ ...row, id: 900 + at }));
    const findings = await validate(t, { train, test: [...later, ...copied] }, { label: "churned" }, format);
    expect(checkOf(findings.checks, "split.duplicates.test-in-train")).toMatchObject({
      verdict: "fail",
      observed: 5,
      n: 105,
      message:
        "5 of 105 rows (4.76%) of test also stand in train, all with the same label, as 5 rows there; " +
        "chance would bring 0%, as rows repeat inside train",
    });
    const table = findings.tables.find(({ title }) => title === "Rows of test that also stand in train");
    expect(table?.rows[0]?.slice(0, 4)).toEqual([`test.${format}`, 101, `train.${format}`, 11]);
    expect(findings.details).toMatchObject({
      sharedRows: [{ of: "test", to: "train", exact: { rows: 5 }, near: { rows: 5 }, expected: 0 }],
    });
  });

  test("with rows that are nearly the same warn", async () => {
    await using t = await testHost();
    const alike = train
      .slice(0, 3)
      .map((row) => ({ ...row, id: row.id + 900, amount: row.amount * 1.000001, city: ` ${row.city.toUpperCase()}` }));
    const findings = await validate(t, { train, test: [...later, ...alike] }, {}, format);
    expect(checkOf(findings.checks, "split.duplicates.test-in-train")?.verdict).toBe("pass");
    expect(checkOf(findings.checks, "split.near-duplicates.test-in-train")).toMatchObject({
      verdict: "warn",
      observed: 3,
    });
    const table = findings.tables.find(({ title }) => title === "Rows of test that nearly stand in train");
    expect(table?.columns).toContain("amount there");
    expect(table?.rows.map((row) => [row[1], row[3]])).toEqual([
      [101, 1],
      [102, 2],
      [103, 3],
    ]);
  });

  test("that share a group or overlap in time fail", async () => {
    await using t = await testHost();
    const test = [
      ...later,
      { ...(later[0] as Customer), id: 999, customer: 1003, day: "2026-01-01T05:30:00" },
      { id: 1001, amount: 3.5 },
    ];
    const findings = await validate(t, { train, test }, { time: "day", group: ["customer"] }, format);
    expect(checkOf(findings.checks, "split.groups.test-in-train")).toMatchObject({
      verdict: "fail",
      observed: 1,
      message:
        "1 value of customer stands in both train and test: 1 of 102 rows (0.98%) of test, 2 of 400 rows (0.50%) of train",
    });
    expect(checkOf(findings.checks, "split.groups.missing.test")).toMatchObject({ verdict: "warn", observed: 1 });
    expect(checkOf(findings.checks, "split.time.train-before-test")).toMatchObject({ verdict: "fail", observed: 394 });
    expect(checkOf(findings.checks, "split.time.missing.test")).toMatchObject({ verdict: "warn", observed: 1 });
  });
});

describe("equal rows", () => {
  test("with another label are a conflict, across splits and inside one", async () => {
    await using t = await testHost();
    const other = (row: Customer | undefined, id: number) =>
      ({ ...row, id, churned: row?.churned === "yes" ? "no" : "yes" }) as Customer;
    const findings = await validate(
      t,
      { train: [...train, other(train[3], 800)], test: [...later, other(train[5], 900)] },
      { label: "churned" },
    );
    expect(checkOf(findings.checks, "label.conflicts")).toMatchObject({ verdict: "warn", observed: 4, n: 502 });
    const inside = findings.tables.find(({ title }) => title.startsWith("Rows of train with another label"));
    expect(inside?.rows[0]?.slice(0, 4)).toEqual(["train.csv", 401, "train.csv", 4]);
    expect(inside?.columns).toEqual(expect.arrayContaining(["churned", "churned there"]));
    expect(checkOf(findings.checks, "split.repeats.train")).toMatchObject({ verdict: "warn", observed: 1 });
    expect(checkOf(findings.checks, "split.duplicates.test-in-train")?.message).toContain("none with the same label");
  });

  test("are no finding where the columns take few combinations of values, and chance brings as many", async () => {
    await using t = await testHost();
    const coarse = (rows: readonly Customer[]) =>
      rows.map(({ id, city, churned }) => ({ id, city, churned, amount: 1 }));
    const findings = await validate(t, { train: coarse(train), test: coarse(later) }, { label: "churned" });
    expect(findings.checks.filter(({ verdict }) => verdict !== "pass").map(({ id }) => id)).toEqual([]);
    expect(checkOf(findings.checks, "split.duplicates.test-in-train")?.message).toContain("few combinations of values");
  });

  test("copied before the split are named, although rows repeat inside train as often", async () => {
    await using t = await testHost();
    const twice = train.slice(0, 100).map((row) => ({ ...row, id: row.id + 1000 }));
    const findings = await validate(t, {
      train: [...train, ...twice.slice(0, 50)],
      test: [...later, ...twice.slice(50, 65)],
    });
    expect(checkOf(findings.checks, "split.duplicates.test-in-train")).toMatchObject({ verdict: "warn", observed: 15 });
  });

  test("are shown masked, and not at all when no rows are to be shown", async () => {
    await using t = await testHost();
    const test = [{ ...(train[0] as Customer), id: 900 }];
    const shown = await validate(t, { train, test }, {});
    const table = shown.tables.find(({ title }) => title.startsWith("Rows of test that also"));
    const place = table?.columns.indexOf("city") ?? -1;
    expect(table?.rows[0]?.[place]).toBe("(masked)");
    const hidden = await validate(t, { train, test }, { sampleFailures: 0 });
    expect(hidden.tables.filter(({ title }) => title.startsWith("Rows of"))).toEqual([]);
  });
});

describe("the files of splits", () => {
  test("are asked the contract's rules, and belong to what later gates accept", async () => {
    await using t = await testHost();
    const findings = await validate(t, { train, test: later });
    const report = makeReport({ command: command.name, model: "m", config: {}, run: runFacts }, findings);
    await t.write(".titleholder/m/validate-data/report.json", serializeReport(report).bytes);
    const { splits } = findings.details as unknown as {
      splits: Record<string, { fingerprint: ReturnType<typeof fingerprintOf> }>;
    };
    const used = splits.test?.fingerprint ?? fingerprintOf([]);
    const evidence = await dataEvidence(used, [".titleholder/**/report.json"], t.host);
    expect(evidence.checks[0]).toMatchObject({ verdict: "pass" });
  });

  test("that break the contract fail, with the rows", async () => {
    await using t = await testHost();
    const broken = [...later, { id: 999, city: "Oslo" }];
    const findings = await validate(t, { train, test: broken });
    expect(checkOf(findings.checks, "split.test.amount.required")).toMatchObject({
      verdict: "fail",
      message: expect.stringMatching(/^test: amount .* row 101$/),
    });
    expect(
      findings.tables.find(({ title }) => title.startsWith("test: amount.required"))?.rows[0]?.slice(0, 2),
    ).toEqual(["test.csv", 101]);
  });
});

describe("inputs that do not fit", () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, object])[] = [
    [
      "a label that is no column",
      { label: "churnt" },
      { code: "TH_DATA_COLUMN", place: { input: "label" }, fix: expect.stringContaining("churned") },
    ],
    ["a group that is no column", { group: ["house"] }, { code: "TH_DATA_COLUMN", place: { input: "group" } }],
    ["a time that is text", { time: "city" }, { code: "TH_DATA_KIND", place: { input: "time" } }],
  ];
  test.each(cases)("%s", async (_name, given, expected) => {
    await using t = await testHost();
    expect(await failure(validate(t, { train, test: later }, given))).toMatchObject(expected);
  });

  test("train alone", async () => {
    await using t = await testHost();
    expect(await failure(validate(t, { train }))).toMatchObject({ code: "TH_SPLIT_ALONE", place: { input: "split" } });
  });
});
