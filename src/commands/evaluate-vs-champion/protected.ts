import type { Findings } from "../../kernel/command.ts";
import { isJsonObject, type Json } from "../../kernel/json.ts";
import { overallVerdict } from "../../kernel/verdict.ts";
import type { Result } from "./facts.ts";

/** What is known without the holdout's answers: of the models, the files and the ledger. All else is hidden, what is added later too. */
const openChecks = [
  "signature",
  "missing-values",
  "key",
  "holdout",
  "holdout-rows",
  "holdout-ledger",
  "holdout-intent",
  "champion",
  "representative",
  "champion-age",
  "champion-code",
  "training-overlap-challenger",
  "training-overlap-champion",
];
const openTables = ["Looks at the holdout", "Missing values that the models scored"];
const openMetric = ["name", "metric", "test", "margin"];
const openDetails = [
  "decision",
  "purpose",
  "task",
  "alpha",
  "ledger",
  "challenger",
  "champion",
  "baseline",
  "data",
  "rows",
];

/**
 * The verdict of an evaluation and nothing that led to it: no estimate, interval, p value, slice, picture, row, or which of the metrics
 * decided. Whoever sees the estimates of 19 probes passes the next one in .18 to .24 of cases without any gain; with verdicts alone in .04.
 */
export function verdictAlone({ findings, outputs }: Result): Result {
  const { decision } = outputs;
  const { timings: _timings, ...rest } = findings;
  const metrics = asked(findings.details);
  const message = `${decision}; the holdout is protected, and its verdict is all that is shown`;
  return {
    findings: {
      ...rest,
      summary: `challenger is ${message}`,
      checks: [
        { id: "decision", verdict: hiddenVerdict(findings), message },
        ...findings.checks.filter(({ id }) => openChecks.includes(id)),
      ],
      tables: findings.tables.filter(({ title }) => openTables.includes(title)),
      series: [],
      details: { ...open(findings.details), metrics },
    },
    outputs: { decision, metrics: JSON.stringify(metrics) },
  };
}

/** Of the checks that are not shown. */
function hiddenVerdict({ checks }: Findings): Findings["checks"][number]["verdict"] {
  const hidden = checks.filter(({ id }) => !openChecks.includes(id));
  return overallVerdict(hidden.map(({ verdict }) => verdict));
}

function open(details: Json): Readonly<Record<string, Json>> {
  const entries = Object.entries(isJsonObject(details) ? details : {});
  return Object.fromEntries(entries.filter(([key]) => openDetails.includes(key)));
}

/** What was asked of each metric, by which later gates know the rule; whatever was found is null. */
function asked(details: Json): readonly Json[] {
  const metrics = isJsonObject(details) && Array.isArray(details.metrics) ? details.metrics : [];
  const shown = (name: string, value: Json) =>
    openMetric.includes(name) ? value : name === "state" ? "hidden" : name === "method" ? "" : null;
  return metrics.map((metric: Json) =>
    Object.fromEntries(
      Object.entries(isJsonObject(metric) ? metric : {}).map(([name, value]) => [name, shown(name, value)]),
    ),
  );
}
