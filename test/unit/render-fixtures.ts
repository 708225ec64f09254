import type { Check, Findings } from "../../src/kernel/command.ts";
import { type Digest, digestOf } from "../../src/kernel/digest.ts";
import { makeReport, type Report } from "../../src/report/report.ts";

const head: Pick<Report, "command" | "model" | "config" | "run"> = {
  command: "drift-report",
  model: "flights",
  config: {
    current: { value: ["data/2001-02.parquet"], from: "input" },
    reference: { value: ".titleholder/flights/validate-data/profile.json", from: "file" },
    "minimum-effect": { value: 0.05, from: "default" },
    methods: { value: ["psi", "ks", "js"], from: "default" },
    mode: { value: "enforce", from: "default" },
  },
  run: {
    version: "0.1.0",
    started: "2026-01-31T23:59:50.000Z",
    finished: "2026-01-31T23:59:54.250Z",
    timings: { "reading the data": 2120, "comparing the columns": 85 },
    ci: {
      provider: "github",
      repository: "acme/flights",
      workflow: "nightly",
      job: "drift",
      runId: "123456789",
      attempt: 2,
      sha: "0f5e7a1b2c3d4e5f60718293a4b5c6d7e8f90123",
      ref: "refs/heads/main",
      actor: "rosa",
      event: "schedule",
      fromFork: false,
      runner: "github-hosted",
    },
  },
};

function driftCheck(column: string, verdict: Check["verdict"], effect: number, p: number): Check {
  return {
    id: `drift/${column}`,
    verdict,
    message: verdict === "pass" ? `${column} is as it was` : `${column} drifted: PSI ${effect}`,
    observed: effect,
    expected: "at most 0.05",
    effect,
    p,
    n: 48_211,
    method: "psi",
  };
}

const hours = Array.from({ length: 10 }, (_, index) => `${index * 2} to ${index * 2 + 2}`);

const drift: Findings = {
  verdict: "fail",
  summary: "2 of 12 columns drifted; largest: hour (PSI 0.31, at least 0.05 with p < 1e-12)",
  checks: [
    ...["origin", "destination", "weekday", "month_day", "carrier", "tail", "taxi", "gate", "seats"].map((column) =>
      driftCheck(column, "pass", 0.004, 1),
    ),
    driftCheck("hour", "fail", 0.31, 1e-14),
    driftCheck("distance", "fail", 0.092, 0.0004),
    driftCheck("delay", "warn", 0.061, 0.21),
    {
      id: "column/plane_age",
      verdict: "unchecked",
      message: "plane_age has nearly as many values as rows, so its distribution says nothing",
      place: { file: "contracts/flights.odcs.yaml", line: 41, column: 7 },
    },
  ],
  subjects: [{ name: "data/2001-02.parquet", kind: "data", digest: digestOf("february") }],
  materials: [
    { name: ".titleholder/flights/validate-data/profile.json", kind: "profile", digest: digestOf("profile") },
    { name: "validate-data", kind: "report", digest: digestOf("report"), uri: "https://example.invalid/run/1" },
  ],
  details: { columns: 12 },
  tables: [
    {
      title: "Columns by effect",
      columns: ["column", "kind", "PSI", "corrected", "p", "KS", "JS", "missing, reference", "missing, current"],
      rows: [
        ["hour", "number", 0.3124, 0.3122, "< 1e-12", 0.2104, 0.1943, "0%", "0.4%"],
        ["distance", "number", 0.0921, 0.0919, "4e-4", 0.0932, 0.1201, "0%", "0%"],
        ["delay", "number", 0.061, 0.0608, "0.21", 0.041, 0.0832, "1.2%", "1.9%"],
        ["origin", "string", 0.0041, 0.0001, "1", null, 0.031, "0%", "0%"],
      ],
      more: 8,
    },
  ],
  series: [
    {
      title: "hour: share of rows",
      x: hours,
      lines: {
        reference: [0.012, 0.004, 0.051, 0.132, 0.141, 0.138, 0.142, 0.151, 0.133, 0.096],
        current: [0.041, 0.02, 0.031, 0.092, 0.101, 0.128, 0.172, 0.181, 0.143, 0.091],
      },
      form: "bars",
    },
    {
      title: "origin: share of rows",
      x: ["ATL", "ORD", "DFW", "LAX", "PHX", "STL", "another airport with a long name", "other"],
      lines: {
        reference: [0.2, 0.18, 0.15, 0.12, 0.1, 0.08, 0.05, 0.12],
        current: [0.21, 0.17, 0.15, 0.13, 0.09, 0.08, 0.06, 0.11],
      },
      form: "bars",
    },
    {
      title: "PSI of hour over the days",
      x: Array.from({ length: 28 }, (_, day) => day + 1),
      lines: {
        psi: Array.from({ length: 28 }, (_, day) => (day === 11 || day === 12 ? null : 0.02 + 0.011 * day)),
        "minimum effect": Array.from({ length: 28 }, () => 0.05),
      },
    },
  ],
  timings: {},
};

/** A drift report as a scheduled run makes it. */
export const driftReport: Report = makeReport(head, drift);

/** An evaluation with effects on intervals, one of them open. */
export const evaluationReport: Report = makeReport(
  { ...head, command: "evaluate-vs-champion" },
  {
    ...drift,
    verdict: "pass",
    summary: "superior: ROC AUC +0.013, log-loss no worse than 0.01",
    checks: [
      metric("roc-auc/superiority", "pass", 0.0132, [0.0041, null], 0.0021, "DeLong"),
      metric("roc-auc/slice/weekend", "inconclusive", -0.002, [-0.0121, 0.0081], 0.62, "DeLong"),
      metric("log-loss/non-inferiority", "pass", 0.0034, [-0.0049, 0.0117], 0.0008, "paired t"),
    ],
    tables: [],
  },
);

function metric(
  id: string,
  verdict: Check["verdict"],
  effect: number,
  interval: NonNullable<Check["interval"]>,
  p: number,
  method: string,
): Check {
  return { id, verdict, message: `${id} by ${method}`, effect, interval, p, n: 12_000, method };
}

/** A report whose every text is the given one, as somebody who writes column names and branch names might have it. */
export function hostileReport(text: string): Report {
  const artifact = { name: text, kind: "data" as const, digest: text as Digest, uri: text };
  const check = (verdict: Check["verdict"]): Check => ({
    id: text,
    verdict,
    message: text,
    observed: text,
    expected: { [text]: text },
    method: text,
    place: { file: text, line: 3, input: text },
  });
  return {
    ...makeReport(
      {
        command: text,
        model: text,
        config: { [text]: { value: text, from: "input" } },
        run: {
          ...head.run,
          version: text,
          timings: { [text]: 1 },
          ...(head.run.ci === undefined
            ? {}
            : { ci: { ...head.run.ci, repository: text, workflow: text, ref: text, actor: text, sha: text } }),
        },
      },
      {
        verdict: "fail",
        summary: text,
        checks: [check("fail"), check("warn"), check("inconclusive"), check("unchecked"), check("pass")],
        subjects: [artifact],
        materials: [artifact],
        details: null,
        tables: [{ title: text, columns: [text, text], rows: [[text, [text]]], more: 3 }],
        series: [
          { title: text, x: [text, 2], lines: { [text]: [1, null] }, form: "bars" },
          { title: text, x: [1, 2], lines: { [text]: [1, 2], other: [0, 1] } },
        ],
      },
    ),
  };
}
