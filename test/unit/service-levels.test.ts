import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { parseContract } from "../../src/contract/odcs.ts";
import type { Check } from "../../src/kernel/command.ts";
import { testHost } from "../support/host.ts";

const head = `apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
schema:
  - name: visits
    physicalName: visits_v1
    properties:
      - { name: id, logicalType: integer }
      - { name: at, physicalName: seen_at, logicalType: timestamp }
      - { name: day, logicalType: date }
      - { name: place, logicalType: string, tags: [town, core], criticalDataElement: true }
      - { name: who, logicalType: string, tags: [pii] }
  - name: houses
    properties: [{ name: opened, logicalType: date }]
slaProperties:
`;
const contract = (...lines: readonly string[]) => `${head}${lines.map((line) => `  - ${line}\n`).join("")}`;

async function checksAt(now: string, csv: string, ...lines: readonly string[]) {
  await using t = await testHost({
    now: () => new Date(now),
    files: { "data.csv": csv, "c.yaml": contract(...lines) },
  });
  const given = command.inputs.parse({ data: [join(t.cwd, "data.csv")], contract: join(t.cwd, "c.yaml") });
  const { findings } = await command.run(given, t.host, t.project);
  const own = (findings.checks ?? []).filter(({ id }) => id.startsWith("sla."));
  return { checks: new Map(own.map((check): [string, Check] => [check.id, check])), findings };
}

const csv =
  "id,seen_at,day,place,who\n" +
  "1,2026-01-30T10:00:00Z,2026-01-30,Bern,ada\n" +
  "2,2026-01-31T10:00:00Z,2026-01-31,Chur,bob\n" +
  "3,,,Chur,eve\n";

describe("freshness: the newest value at the time of the run", () => {
  test.each([
    ["{ property: latency, value: 4, unit: d, element: visits.at }", "pass"],
    ["{ property: freshness, value: 3, unit: d, element: visits.at }", "pass"],
    ["{ property: ly, value: PT49H, element: visits.at }", "pass"],
    ["{ property: Latency, value: 47, unit: h, element: visits_v1.seen_at }", "fail"],
    ["{ property: latency, value: 2, unit: day, element: day }", "pass"],
    ["{ property: latency, value: 1, unit: day, element: visits.day }", "fail"],
  ])("%s", async (level, verdict) => {
    const { checks } = await checksAt("2026-02-02T10:00:00Z", csv, level);
    const [check] = checks.values();
    expect(check).toMatchObject({ verdict, place: { line: 18 }, observed: "2.0 days" });
    expect(checks.size).toBe(1);
  });

  test("counts as timeliness in the score, and stands in the details", async () => {
    const fresh = await checksAt("2026-02-02T10:00:00Z", csv, "{ property: latency, value: 9, unit: d, element: at }");
    const stale = await checksAt("2026-03-02T10:00:00Z", csv, "{ property: latency, value: 9, unit: d, element: at }");
    expect(fresh.findings.details).toMatchObject({
      quality: { dimensions: { timeliness: { score: 100, questions: 1 } } },
      serviceLevels: [{ id: "sla.latency", kind: "freshness", column: "seen_at", limit: "9 days", holds: true }],
    });
    expect(stale.findings.details).toMatchObject({ quality: { dimensions: { timeliness: { score: 0 } } } });
    expect(stale.findings.verdict).toBe("fail");
    expect(stale.checks.get("sla.latency")?.message).toBe(
      "the newest value of seen_at is 30.0 days old; it may be 9 days old",
    );
  });

  test("times yet to come are warned about, and make nothing fresh", async () => {
    const ahead = `${csv}4,2030-01-01T00:00:00Z,2030-01-01,Chur,joe\n`;
    const { checks } = await checksAt(
      "2026-02-09T10:00:00Z",
      ahead,
      "{ property: latency, value: 4, unit: d, element: at }",
    );
    expect(checks.get("sla.latency")).toMatchObject({ verdict: "fail", observed: "9.0 days" });
    expect(checks.get("sla.seen_at.future")).toMatchObject({ verdict: "warn", observed: 1, n: 4 });
  });

  test("a column without a value is not fresh", async () => {
    const { checks } = await checksAt(
      "2026-02-02T10:00:00Z",
      "id,seen_at,day,place,who\n1,,,Bern,ada\n",
      "{ property: latency, value: 4, unit: d, element: at }",
    );
    expect(checks.get("sla.latency")).toMatchObject({ verdict: "fail", message: expect.stringContaining("no value") });
  });
});

describe("retention: the oldest value at the time of the run", () => {
  test.each([
    ["2026-02-02T10:00:00Z", "pass", 100],
    ["2027-01-30T12:00:00Z", "fail", 66.66],
  ])("at %s", async (now, verdict, score) => {
    const { checks, findings } = await checksAt(
      now,
      csv,
      "{ property: retention, value: 1, unit: y, element: visits.at }",
    );
    expect(checks.get("sla.retention")).toMatchObject({ verdict, expected: "at most 1 year", n: 3 });
    expect(findings.details).toMatchObject({ quality: { dimensions: { timeliness: { score } } } });
    if (verdict === "fail")
      expect(checks.get("sla.retention")?.message).toBe(
        "the oldest value of seen_at is 365.1 days old; it may be 1 year old, and 1 row of 3 rows older than that",
      );
  });
});

describe("a further table", () => {
  const levels = [
    "{ property: latency, value: 4, unit: d, element: 'visits.at, houses.opened' }",
    "{ property: retention, value: 1, unit: y, element: houses.opened }",
  ];

  test("is held to its own service levels, under its name, where it has data", async () => {
    await using t = await testHost({
      now: () => new Date("2026-02-02T10:00:00Z"),
      files: { "data.csv": csv, "houses.csv": "opened\n2026-01-20\n2024-01-20\n", "c.yaml": contract(...levels) },
    });
    const given = { data: [join(t.cwd, "data.csv")], contract: join(t.cwd, "c.yaml") };
    const run = async (more: object) =>
      (await command.run(command.inputs.parse({ ...given, ...more }), t.host, t.project)).findings;
    const found = await run({ tables: { houses: [join(t.cwd, "houses.csv")] } });
    const verdicts = found.checks.filter(({ id }) => id.includes("sla.")).map(({ id, verdict }) => [id, verdict]);
    expect(verdicts).toEqual([
      ["sla.latency", "pass"],
      ["houses/sla.latency", "fail"],
      ["houses/sla.retention", "fail"],
    ]);
    expect(found.checks.find(({ id }) => id === "houses/sla.retention")).toMatchObject({
      message: expect.stringMatching(/^houses: the oldest value of opened .* 1 row of 2 rows older than that$/),
      place: { line: 19 },
    });
    expect(found.details).toMatchObject({
      serviceLevels: [
        { id: "sla.latency" },
        { id: "houses/sla.latency", holds: false },
        { id: "houses/sla.retention" },
      ],
      quality: { dimensions: { timeliness: { score: 50 } } },
    });
    expect(command.details.safeParse(found.details).success).toBe(true);
    const alone = await run({});
    expect(alone.checks.filter(({ id }) => id.includes("sla.")).map(({ id }) => id)).toEqual(["sla.latency"]);
    expect(alone.checks.find(({ id }) => id === "houses")).toMatchObject({ verdict: "unchecked" });
  });

  test("of a contract whose first table is not the one that is validated is meant by its name alone", () => {
    const text = contract(...levels, "{ property: freshness, value: 1, unit: d, element: opened }");
    const chosen = parseContract(text, "c.yaml", "houses");
    expect(chosen.serviceLevels.map(({ id }) => id)).toEqual(["sla.latency", "sla.retention", "sla.freshness"]);
    expect(chosen.further[0]?.serviceLevels.map(({ column }) => column)).toEqual(["seen_at"]);
  });
});

describe("what is not checked of a service level is listed with its line", () => {
  test.each([
    ["{ property: availability, value: 99.9, unit: percent, description: by phone }", "nothing that a table"],
    ["{ property: throughput, value: 5 }", "nothing that a table"],
    ["{ property: latency, value: 4 , element: at}", "has no unit"],
    ["{ property: latency, value: 4, unit: m, element: at }", "minutes or months"],
    ["{ property: latency, value: true, unit: d, element: at }", "no duration"],
    ["{ property: latency, value: 4, unit: d }", "names no element"],
    ["{ property: latency, value: 4, unit: d, element: houses.opened.year }", "which lies inside a column"],
  ])("%s", (level, words) => {
    const { unsupported, serviceLevels } = parseContract(contract(level), "c.yaml");
    expect(serviceLevels).toEqual([]);
    expect(unsupported.filter(({ id }) => id.startsWith("sla."))).toMatchObject([
      { message: expect.stringContaining(words), place: { file: "c.yaml", line: 18 } },
    ]);
  });

  test("several elements, the default element, and a value that nothing says the use of", () => {
    const text = `${contract(
      "{ property: latency, value: 4, unit: d, element: 'visits.at, day' }",
      "{ property: retention, value: 4, valueExt: 5, unit: d }",
    )}slaDefaultElement: visits.day\n`;
    const { serviceLevels, unsupported } = parseContract(text, "c.yaml");
    expect(serviceLevels.map(({ id, column }) => [id, column])).toEqual([
      ["sla.latency", "seen_at"],
      ["sla.latency-2", "day"],
      ["sla.retention", "day"],
    ]);
    expect(unsupported.map(({ id }) => id)).toContain("sla.retention.valueExt");
  });

  test("a column that holds no times, or is not in the data", async () => {
    const { checks } = await checksAt(
      "2026-02-02T10:00:00Z",
      "id,day,place,who\n1,2026-01-01,Bern,ada\n",
      "{ property: latency, value: 4, unit: d, element: place }",
      "{ property: retention, value: 4, unit: y, element: at }",
    );
    expect(checks.get("sla.latency")).toMatchObject({
      verdict: "unchecked",
      message: expect.stringContaining("kind string"),
    });
    expect(checks.get("sla.retention")).toMatchObject({
      verdict: "unchecked",
      message: expect.stringContaining("no column seen_at"),
    });
  });

  test.each([
    ["visits.att", "is about visits.att, which the contract does not describe: did you mean visits.at?"],
    ["ledger.booked_on", "is about ledger.booked_on, which the contract does not describe"],
  ])("an element that the contract does not describe: %s", async (element, words) => {
    const { checks, findings } = await checksAt(
      "2026-02-02T10:00:00Z",
      csv,
      `{ property: latency, value: 4, unit: d, element: ${element} }`,
    );
    expect(checks.get("sla.latency")).toMatchObject({
      verdict: "unchecked",
      message: `the service level latency ${words}`,
      place: { line: 18 },
    });
    expect(findings.details).not.toHaveProperty("serviceLevels");
  });

  test("a default element that the contract does not describe, and a contract without tables", () => {
    const levels = "{ property: latency, value: 4, unit: d }";
    const stray = parseContract(`${contract(levels)}slaDefaultElement: ledger.booked_on\n`, "c.yaml");
    const bare = contract(levels).replace(/schema:[\s\S]*(?=slaProperties)/, "schema: []\n");
    for (const { serviceLevels, unsupported } of [
      stray,
      parseContract(`${bare}slaDefaultElement: ledger.booked_on\n`, "c.yaml"),
    ]) {
      expect(serviceLevels).toEqual([]);
      expect(unsupported.find(({ id }) => id === "sla.latency")?.message).toContain("ledger.booked_on");
    }
  });
});

describe("what the contract says of columns to people", () => {
  test("stands in a table, critical columns first", async () => {
    const { findings } = await checksAt("2026-02-02T10:00:00Z", csv, "{ property: ga, value: 1 }");
    const table = findings.tables?.find(({ title }) => title === "Columns of the contract");
    expect(table?.rows.slice(0, 2)).toEqual([
      ["place", "string", "critical", null, "town, core", 1, 0],
      ["id", "integer", null, null, null, 1, 0],
    ]);
    expect(table?.rows).toHaveLength(5);
  });

  test("a tag that says what a classification would hides the values", async () => {
    const text = `${head.replace("tags: [pii]", "tags: [pii], unique: true")}  - { property: frequency, value: 1 }\n`;
    await using t = await testHost({ files: { "data.csv": `${csv}4,,,Chur,eve\n`, "c.yaml": text } });
    const given = command.inputs.parse({ data: [join(t.cwd, "data.csv")], contract: join(t.cwd, "c.yaml") });
    const { findings } = await command.run(given, t.host, t.project);
    expect(findings.tables?.find(({ title }) => title.startsWith("who.unique"))?.rows[0]?.at(-1)).toBe("(masked)");
  });
});
