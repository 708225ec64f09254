import { rowsOf } from "../../drift/bins.ts";
import type { ComparedColumn } from "../../drift/comparison.ts";
import { leastRows } from "../../drift/decision.ts";
import type { DriftMethod, DriftOptions } from "../../drift/drift.ts";
import type { Check, Series, Table } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import { absent, formatCount, formatNumber, formatP, formatShare, statedP } from "../../report/format.ts";
import { distributionChart } from "./distribution.ts";

/** A column that both sides should have and that cannot be compared: gone, or of another type. */
export interface BrokenColumn {
  readonly column: string;
  readonly message: string;
  readonly observed: string;
  readonly expected: string;
}

/** A column left out of the comparison on purpose, with the reason. */
export interface LeftOutColumn {
  readonly column: string;
  /** Follows the column's name: `is a time`. */
  readonly reason: string;
}

/** Columns whose distributions are drawn, the most drifted first. */
const drawnColumns = 12;

export function driftChecks(
  compared: readonly ComparedColumn[],
  broken: readonly BrokenColumn[],
  options: DriftOptions,
): readonly Check[] {
  return [
    ...broken.map(
      ({ column, message, observed, expected }): Check => ({
        id: `column/${column}`,
        verdict: "fail",
        message,
        observed,
        expected,
      }),
    ),
    ...compared.map((column) => driftCheck(column, options)),
  ];
}

function driftCheck(compared: ComparedColumn, { minimumEffect }: DriftOptions): Check {
  const { column, decision, evidence, reference, current } = compared;
  const rows = { n: Math.min(rowsOf(reference), rowsOf(current)) };
  if (evidence.kind === "inconclusive" || decision.verdict === "inconclusive") {
    return {
      id: `drift/${column}`,
      verdict: "inconclusive",
      message: `${column}: ${decision.reason ?? "no score"}`,
      ...rows,
    };
  }
  return {
    id: `drift/${column}`,
    verdict: decision.verdict,
    message: driftMessage(compared, minimumEffect),
    observed: evidence.score,
    expected: `PSI of at most ${formatNumber(minimumEffect)}`,
    effect: evidence.corrected ?? evidence.score,
    ...(decision.p === undefined ? {} : { p: decision.p }),
    ...rows,
    method: "PSI minimum-effect test, Benjamini-Hochberg",
  };
}

function driftMessage({ column, decision, evidence }: ComparedColumn, minimumEffect: number): string {
  const least = formatNumber(minimumEffect);
  const score = evidence.kind === "score" ? evidence : undefined;
  const found = score === undefined ? absent : formatNumber(rounded(score.score, 3));
  if (decision.verdict === "fail")
    return `${column} drifted: PSI ${found}, more than ${least} with ${statedP(decision.p ?? 1)}`;
  if (decision.verdict === "pass") return `${column}: PSI ${found}, no drift beyond ${least} is shown`;
  const detectable = score?.minimumDetectable;
  const power =
    detectable === undefined
      ? ""
      : `; so many rows find a PSI of ${formatNumber(rounded(detectable, 3))} four times in five`;
  return `${column} changed, perhaps by more than ${least}: PSI ${found}${power}`;
}

/** `3 of 9 columns drifted; largest: hour (PSI 0.31, at least 0.05 with p < 1e-12)`. */
export function driftSummary(
  compared: readonly ComparedColumn[],
  broken: readonly BrokenColumn[],
  { minimumEffect }: DriftOptions,
): string {
  const drifted = compared.filter(({ decision }) => decision.verdict === "fail");
  const changed = compared.filter(({ decision }) => decision.verdict === "warn");
  const open = compared.filter(({ decision }) => decision.verdict === "inconclusive");
  const parts = broken.length === 0 ? [] : [`${formatCount(broken.length, "column")} missing or of another type`];
  parts.push(
    `${drifted.length === 0 ? "none" : formatNumber(drifted.length)} of ${formatCount(compared.length, "column")} drifted`,
  );
  const [largest] = drifted;
  if (largest?.evidence.kind === "score") {
    const p = statedP(largest.decision.p ?? 1);
    const score = formatNumber(rounded(largest.evidence.score, 2));
    parts.push(`largest: ${largest.column} (PSI ${score}, at least ${formatNumber(minimumEffect)} with ${p})`);
  }
  if (changed.length > 0) parts.push(`${formatNumber(changed.length)} perhaps`);
  if (open.length > 0) parts.push(`${formatNumber(open.length)} undecided`);
  return parts.join("; ");
}

export function driftTables(
  compared: readonly ComparedColumn[],
  leftOut: readonly LeftOutColumn[],
  methods: readonly DriftMethod[],
  reading: readonly (readonly [finding: string, suggestion: string])[],
): readonly Table[] {
  const scores = methods.filter(({ name }) => name !== "psi");
  const ranking: Table = {
    title:
      "Columns, the largest drift first (missing: reference to current; detectable: the PSI found four times in five)",
    columns: [
      "column",
      "verdict",
      "PSI",
      "corrected",
      "p",
      ...scores.map(({ title }) => title),
      "missing, reference to current",
      "detectable PSI",
    ],
    rows: compared.map((column) => rankingRow(column, scores)),
  };
  const notCompared: Table = {
    title: "Columns not compared",
    columns: ["column", "why"],
    rows: leftOut.map(({ column, reason }) => [column, reason]),
  };
  return [
    ranking,
    ...(leftOut.length === 0 ? [] : [notCompared]),
    ...(reading.length === 0
      ? []
      : [{ title: "What to make of it", columns: ["finding", "suggestion"], rows: reading }]),
  ];
}

/** What a reader should think of before acting. Not every drift means retraining. */
export function driftReading(
  compared: readonly ComparedColumn[],
  broken: readonly BrokenColumn[],
): readonly (readonly [finding: string, suggestion: string])[] {
  const count = (verdict: string) => compared.filter(({ decision }) => decision.verdict === verdict).length;
  const found: readonly (readonly [number, string, string])[] = [
    [
      broken.length,
      "missing or of another type",
      "Mend the source first: a model cannot use what is not there, and retraining would hide the fault.",
    ],
    [
      count("fail"),
      "drifted",
      "Inputs changed, which does not say that the model is worse. Look for a cause (season, a new source, a broken one), measure the model on recent labelled rows, and retrain when its quality fell.",
    ],
    [count("warn"), "changed, perhaps enough to matter", "Watch the next period, or compare more rows, before acting."],
    [
      count("inconclusive"),
      "undecided",
      `Collect more rows: a decision needs ${formatNumber(leastRows)} on each side, and the detectable PSI above shrinks with each.`,
    ],
  ];
  return found
    .filter(([columns]) => columns > 0)
    .map(([columns, what, suggestion]) => [`${formatCount(columns, "column")} ${what}`, suggestion]);
}

function rankingRow(compared: ComparedColumn, scores: readonly DriftMethod[]): readonly Json[] {
  const { column, decision, evidence, outcomes, reference, current } = compared;
  const score = evidence.kind === "score" ? evidence : undefined;
  return [
    column,
    decision.verdict,
    rounded(score?.score ?? null, 4),
    rounded(score?.corrected ?? null, 4),
    decision.p === undefined ? null : formatP(decision.p),
    ...scores.map(({ name }) => {
      const outcome = outcomes.get(name);
      return outcome?.kind === "score" ? rounded(outcome.score, 4) : null;
    }),
    `${missingShare(reference)} to ${missingShare(current)}`,
    rounded(score?.minimumDetectable ?? null, 3),
  ];
}

function missingShare(profile: ComparedColumn["reference"]): string {
  const rows = rowsOf(profile);
  return rows === 0 ? absent : formatShare(profile.missing / rows);
}

/** The distributions of the columns that drifted most. */
export function driftSeries(compared: readonly ComparedColumn[]): readonly Series[] {
  return compared.slice(0, drawnColumns).flatMap((column) => distributionChart(column) ?? []);
}

function rounded(value: number, digits: number): number;
function rounded(value: number | null, digits: number): number | null;
function rounded(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}
