import { exceeds } from "../../contract/bounds.ts";
import type { Outcome } from "../../contract/evaluation.ts";
import { type QualityScore, qualityDimensions, qualityScore, type Scored } from "../../contract/quality-score.ts";
import type { Series, Table } from "../../kernel/command.ts";
import { type Found, hasFailedColumn, isTypeFault, misfitsOf } from "./checks.ts";
import type { PastScore } from "./history.ts";

/**
 * The score of what was found, with what further topics say of the data, or undefined where nothing could be read.
 *
 * A rule about rows is worth the share of rows that keep it, 1 when its bound holds; a rule about the number of all rows 1 or 0. A column
 * that is missing or of another type, and every rule that could not be asked because of it, is 0. What is unchecked for another reason
 * does not count.
 */
export function scoreOf(found: Found, further: readonly Scored[]): QualityScore | undefined {
  if (found.unreadable) return undefined;
  return qualityScore([...scoredOf(found), ...further]);
}

/** Every question that was answered of a table that can be read. */
export function scoredOf(found: Found): readonly Scored[] {
  return [
    ...structureScored(found),
    ...columnsScored(found),
    ...found.outcomes.map((outcome) => ({ dimension: outcome.rule.dimension, quality: qualityOf(outcome) })),
  ];
}

/** The score by dimension; no table where there is no score. */
export function scoreTables(score: QualityScore | undefined): readonly Table[] {
  if (score === undefined) return [];
  const rows = qualityDimensions.flatMap((name) => {
    const dimension = score.dimensions[name];
    return dimension === undefined ? [] : [[name, dimension.score, dimension.questions]];
  });
  return [{ title: `Quality score ${score.score} of 100`, columns: ["dimension", "score", "questions"], rows }];
}

/** How the score came about over earlier data; no chart where there is none. */
export function historySeries(score: QualityScore | undefined, past: readonly PastScore[]): readonly Series[] {
  if (score === undefined || past.length === 0) return [];
  const names = qualityDimensions.filter(
    (name) => score.dimensions[name] !== undefined || past.some((entry) => entry.dimensions[name] !== undefined),
  );
  const lines: Record<string, readonly (number | null)[]> = {
    score: [...past.map((entry) => entry.score), score.score],
  };
  for (const name of names)
    lines[name] = [...past.map((entry) => entry.dimensions[name] ?? null), score.dimensions[name]?.score ?? null];
  const x = [...past.map((entry) => entry.data.slice("sha256:".length, "sha256:".length + 8)), "this data"];
  return [{ title: "Quality score over the data sets that were validated", x, lines }];
}

/** Only of too many rows it can be told how many are wrong; where there must be more of something, the rule as a whole is broken. */
function qualityOf({ rule, count, share, holds }: Outcome): number {
  if (holds) return 1;
  if (rule.measure.kind !== "rows" && rule.measure.kind !== "duplicates") return 0;
  return exceeds(rule.bound, rule.unit === "percent" ? share * 100 : count) ? 1 - share : 0;
}

/** The rows that could be read; a fault of a whole file counts as a question of its own. */
function structureScored({ faults, rows }: Found): readonly Scored[] {
  const structural = faults.filter((fault) => !isTypeFault(fault));
  const lost = structural.reduce((sum, fault) => sum + fault.count, 0);
  const readable = { dimension: "validity", quality: rows + lost === 0 ? 1 : rows / (rows + lost) };
  return [
    readable,
    ...structural
      .filter((fault) => fault.count === 0 && fault.severity === undefined)
      .map(() => ({ dimension: "validity", quality: 0 })),
  ];
}

function shapeScored({ plan }: Found): readonly Scored[] {
  return plan.shape
    .filter(({ verdict }) => verdict !== "unchecked")
    .map(({ question, verdict }) => ({
      dimension: question.asks.what === "present" ? "completeness" : "validity",
      quality: verdict === "pass" ? 1 : 0,
    }));
}

function columnsScored(found: Found): readonly Scored[] {
  const { contract, plan, rows } = found;
  const missing = new Set(plan.missing.map((column) => column.name));
  const mistyped = new Set(plan.mistyped.map(({ column }) => column.name));
  const columns = contract.columns.flatMap(({ name, kind }): readonly Scored[] => {
    const present = { dimension: "completeness", quality: missing.has(name) ? 0 : 1 };
    if (missing.has(name) || kind === undefined) return [present];
    const wrong = misfitsOf(name, found).count;
    const quality = mistyped.has(name) ? 0 : rows === 0 ? 1 : Math.max(0, 1 - wrong / rows);
    return [present, { dimension: "validity", quality }];
  });
  const unasked = plan.idle
    .filter(({ rule }) => hasFailedColumn(rule, plan))
    .map(({ rule }) => ({ dimension: rule.dimension, quality: 0 }));
  return [...columns, ...shapeScored(found), ...unasked];
}
