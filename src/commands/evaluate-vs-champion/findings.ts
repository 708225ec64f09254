import type { MetricComparison, MetricState } from "../../evaluation/evaluation.ts";
import { defaultClip } from "../../evaluation/metrics/probabilities.ts";
import type { Check, Table } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import type { CheckVerdict } from "../../kernel/verdict.ts";
import type { Feature, PredictorSession, Signature } from "../../model/model.ts";
import { formatP } from "../../report/format.ts";
import type { Contestant, Holdout } from "./columns.ts";

const stateVerdicts: Readonly<Record<MetricState, CheckVerdict>> = {
  superior: "pass",
  "non-inferior": "pass",
  unchanged: "pass",
  rejected: "fail",
  inconclusive: "inconclusive",
};

/** `against`: whom the challenger is compared with, as messages call it. `identical`: the models answer the same in everything. */
export function metricCheck(comparison: MetricComparison, against: string, alpha: number, identical: boolean): Check {
  const { rule, state, effect, lower, upper, p, rows, method } = comparison;
  const superiority = rule.test === "superiority";
  // A metric that did not move is not better: where that was asked, nothing is decided by it.
  const verdict = state === "unchanged" && superiority && !identical ? "inconclusive" : stateVerdicts[state];
  return {
    id: `metric-${rule.name}`,
    verdict,
    message: `${sentence(comparison, against)}${powerSentence(comparison)}${clipSentence(comparison)}`,
    ...(comparison.challenger === null ? {} : { observed: comparison.challenger }),
    ...(comparison.champion === null ? {} : { expected: comparison.champion }),
    n: rows,
    ...(effect === null ? {} : { effect }),
    ...(lower === null || upper === null ? {} : { interval: [lower, upper] as const }),
    ...(superiority ? {} : { limit: -rule.margin }),
    ...(p === null ? {} : { p }),
    method: `${method}; one-sided bounds at ${percent(1 - alpha)}`,
  };
}

function sentence({ rule, state, effect, lower, upper, reason }: MetricComparison, against: string): string {
  const gap = effect === null ? "no difference could be computed" : `${rule.name} differs by ${signed(effect)}`;
  const bounds =
    lower === null || upper === null ? "" : `, with one-sided bounds ${signed(lower)} and ${signed(upper)}`;
  const margin = `the margin of ${rule.margin}`;
  const superiority = rule.test === "superiority";
  const ends: Readonly<Record<MetricState, string>> = {
    superior: `: better than ${against}`,
    "non-inferior": `: not worse than ${against} by ${margin}`,
    rejected: superiority ? `: worse than ${against}` : `: worse than ${against} by more than ${margin}`,
    inconclusive: `: too little evidence that it is ${superiority ? `better than ${against}` : `within ${margin} of ${against}`}`,
    unchanged: `: the same answers as ${against} in every row`,
  };
  return `${gap}${bounds}${ends[state]}${reason === undefined ? "" : ` (${reason})`}`;
}

function powerSentence({ rule, state, detectable, rowsNeeded, rows }: MetricComparison): string {
  if (detectable === null) return "";
  const found = `; ${rows} rows find a difference of ${short(detectable)} with 80% power`;
  if (state !== "inconclusive" || rowsNeeded === null) return found;
  const condition = rule.test === "superiority" ? "if the observed difference is real" : "if the models are equal";
  return `${found}, and ${rowsNeeded} rows would settle it with that power ${condition}`;
}

function clipSentence({ clipped, rule }: MetricComparison): string {
  if (clipped === undefined || clipped.challenger + clipped.champion === 0) return "";
  return `; probabilities outside ${rule.settings.clip ?? defaultClip}..1−${rule.settings.clip ?? defaultClip} were clipped in ${clipped.challenger} and ${clipped.champion} rows`;
}

export function metricsTable(comparisons: readonly MetricComparison[], opponent: string, alpha: number): Table {
  return {
    title: `Metrics: challenger and ${opponent} (a positive effect is an improvement; each bound is one-sided at ${percent(1 - alpha)})`,
    columns: [
      "metric",
      "asked",
      "challenger",
      opponent,
      "effect",
      "lower bound",
      "upper bound",
      "p",
      "detectable",
      "state",
    ],
    rows: comparisons.map(
      ({ rule, state, challenger, champion, effect, lower, upper, p, detectable }): readonly Json[] => [
        rule.name,
        rule.test === "superiority" ? "superiority" : `non-inferiority, margin ${rule.margin}`,
        ...[challenger, champion, effect, lower, upper].map(shown),
        p === null ? null : formatP(p),
        shown(detectable),
        state,
      ],
    ),
  };
}

/** Each metric's effect and bounds in one line. Each bound alone holds at 1 − alpha; the two are no interval at that level. */
export function metricsSummary(comparisons: readonly MetricComparison[], alpha: number): string {
  let words = `one-sided ${percent(1 - alpha)} bounds`;
  const parts = comparisons.map(({ rule, effect, lower, upper }) => {
    const value = `${rule.name} ${effect === null ? "not computable" : signed(effect)}`;
    if (lower === null || upper === null) return value;
    const part = `${value}, ${words} ${signed(lower)} and ${signed(upper)}`;
    // Said once: the line stays short.
    words = "bounds";
    return part;
  });
  return parts.join("; ");
}

/** What would settle the metrics that these rows leave open, as the end of the summary; nothing where none is open. */
export function whatItTakes(comparisons: readonly MetricComparison[]): string {
  const open = comparisons.filter(({ state, rowsNeeded }) => state === "inconclusive" && rowsNeeded !== null);
  const parts = open.map(({ rule, rowsNeeded }) => `about ${rowsNeeded} for ${rule.name}`);
  return parts.length === 0 ? "" : `; ${open[0]?.rows} rows are too few, it would take ${parts.join(" and ")}`;
}

/** Missing values that reach the models as NaN: said, as a model scores them without a word. */
export function missingCheck({ missing, rows, features }: Holdout): Check {
  const columns = [...missing.keys()];
  const message =
    columns.length === 0
      ? `no value is missing in ${features.length} feature columns`
      : `${columns.length} of ${features.length} feature columns lack values (${columns.slice(0, 8).join(", ")}${columns.length > 8 ? " and more" : ""}); the models got them as NaN`;
  return { id: "missing-values", verdict: "pass", message, observed: columns.length, n: rows };
}

export function missingTables({ missing, rows }: Holdout): readonly Table[] {
  if (missing.size === 0) return [];
  const all = [...missing].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = all.slice(0, 20);
  return [
    {
      title: "Missing values that the models scored",
      columns: ["column", "missing", "share"],
      rows: shown.map(([column, count]): readonly Json[] => [column, count, rounded(count / rows)]),
      ...(all.length > shown.length ? { more: all.length - shown.length } : {}),
    },
  ];
}

/** Rows of one key stand for one case: counted twice, they make the evidence look stronger than it is. */
export function keyChecks({ duplicates, rows }: Holdout): readonly Check[] {
  if (duplicates === undefined) return [];
  const message =
    duplicates === 0
      ? "every key stands for one row"
      : `${duplicates} rows repeat a key, and count as if they were new evidence`;
  return [{ id: "key", verdict: duplicates === 0 ? "pass" : "warn", message, observed: duplicates, n: rows }];
}

/** Whether the challenger can take the champion's place without a change to its callers. */
export function signatureChecks(contestants: readonly Contestant[]): readonly Check[] {
  const [one, other] = contestants.map(({ session }) => session);
  // Of a program and of a file nothing is known but what they answered.
  if (one?.from !== "model" || other?.from !== "model") return [];
  return [signatureCheck(one, other)];
}

function signatureCheck(one: PredictorSession, other: PredictorSession): Check {
  const differences = [
    ...featureDifferences(one.features, other.features),
    ...outputDifferences(one.signature, other.signature),
  ];
  return differences.length === 0
    ? { id: "signature", verdict: "pass", message: "the challenger takes and gives what the champion does" }
    : {
        id: "signature",
        verdict: "warn",
        message: `the challenger's signature differs: ${differences.slice(0, 6).join("; ")}`,
      };
}

function featureDifferences(one: readonly Feature[], other: readonly Feature[]): readonly string[] {
  const before = new Map(other.map(({ name, type }) => [name, type]));
  const after = new Map(one.map(({ name, type }) => [name, type]));
  const added = [...after.keys()].filter((name) => !before.has(name));
  const removed = [...before.keys()].filter((name) => !after.has(name));
  const retyped = [...after].filter(([name, type]) => before.has(name) && before.get(name) !== type);
  const listed = (names: readonly string[]) =>
    names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", ");
  return [
    ...(added.length > 0 ? [`it also reads ${listed(added)}`] : []),
    ...(removed.length > 0 ? [`it no longer reads ${listed(removed)}`] : []),
    ...retyped.slice(0, 6).map(([name, type]) => `it takes ${name} as ${type}, not ${before.get(name)}`),
  ];
}

function outputDifferences(one: Signature, other: Signature): readonly string[] {
  const text = ({ outputs }: Signature) =>
    outputs
      .map(({ name, type, shape }) => `${name} ${type} [${shape.map((size) => size ?? "N").join(", ")}]`)
      .join(", ");
  return text(one) === text(other) ? [] : [`it gives ${text(one)}, not ${text(other)}`];
}

function shown(value: number | null): number | null {
  return value === null ? null : rounded(value);
}

export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

export function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Number(Math.abs(value).toPrecision(3))}`;
}

export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))}%`;
}

/** Columns that a message names. */
const mostNamed = 8;

export function namedColumns(names: readonly string[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
  return `${names.slice(0, mostNamed).join(", ")}${more}`;
}
