import type { SliceComparison } from "../../../evaluation/slices.ts";
import type { Check, Table } from "../../../kernel/command.ts";
import type { Json } from "../../../kernel/json.ts";
import type { CheckVerdict } from "../../../kernel/verdict.ts";
import { rounded, short, signed } from "../findings.ts";

const shownRows = 50;
/** Checks of single slices; what is beyond stands in the table and the details. */
const mostChecks = 20;

export const notSafe = "not blocked is not safe: a smaller loss than the one beside each slice would hardly be found";

/** One check over all slices, one for each slice that is worse, and one for those that cannot be tested. */
export function sliceChecks(
  comparisons: readonly SliceComparison[],
  tests: number,
  alpha: number,
  against: string,
): readonly Check[] {
  const slices = new Set(comparisons.map(({ slice }) => slice)).size;
  const rejected = comparisons.filter(({ state }) => state === "rejected");
  const untestable = comparisons.filter(({ state }) => state === "untestable");
  const blocked = new Set(rejected.map(({ slice }) => slice)).size;
  const testable = comparisons.length > untestable.length;
  const verdict: CheckVerdict = blocked > 0 ? "fail" : testable ? "pass" : "inconclusive";
  const said =
    blocked > 0
      ? `${blocked} of ${slices} slices are worse than ${against} by more than the margin`
      : `none of ${slices} slices is shown to be worse than ${against} by more than the margin`;
  return [
    {
      id: "slices",
      verdict,
      message: testable || blocked > 0 ? `${said}; ${notSafe}` : `none of ${slices} slices can be tested`,
      observed: blocked,
      expected: 0,
      n: slices,
      method: `non-inferiority in each slice, Holm over ${tests} tests at ${alpha}`,
    },
    ...rejected.slice(0, mostChecks).map((one) => rejectedCheck(one, against)),
    ...untestableChecks(untestable),
  ];
}

function rejectedCheck(
  { slice, metric, margin, effect, lower, upper, p, rows, challenger, champion }: SliceComparison,
  against: string,
): Check {
  const gap = effect === null ? "" : ` by ${signed(effect)}`;
  const bound = upper === null ? "" : `, at best ${signed(upper)}`;
  const tolerated = margin === 0 ? "at all" : `by more than the margin of ${margin}`;
  return {
    id: `slice.${slice}.${metric}`,
    verdict: "fail",
    message: `in ${slice} ${metric} differs${gap}${bound}: worse than ${against} ${tolerated}`,
    n: rows,
    ...(challenger === null ? {} : { observed: challenger }),
    ...(champion === null ? {} : { expected: champion }),
    ...(effect === null ? {} : { effect }),
    ...(lower === null || upper === null ? {} : { interval: [lower, upper] as const }),
    ...(margin === 0 ? {} : { limit: -margin }),
    ...(p === null ? {} : { p }),
    method: "p adjusted by Holm over all slices and metrics",
  };
}

function untestableChecks(untestable: readonly SliceComparison[]): readonly Check[] {
  if (untestable.length === 0) return [];
  const names = [...new Set(untestable.map(({ slice, metric, reason }) => `${slice} (${metric}: ${reason})`))];
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  const message = `no loss could have been shown in ${names.slice(0, 5).join("; ")}${more}`;
  return [{ id: "slices.untestable", verdict: "unchecked", message, observed: untestable.length }];
}

/** Slices that are declared and that no row belongs to: a filter upstream, or a value that is spelled anew. */
export function goneChecks(gone: readonly string[], why: string): readonly Check[] {
  return gone.map((name) => ({
    id: `slice.${name}`,
    verdict: "fail",
    message: `no row belongs to the slice ${name}: ${why}`,
    observed: 0,
    place: { input: "slices" },
  }));
}

/** The slices that are worst first; those that cannot be tested last. */
export function slicesTable(
  comparisons: readonly SliceComparison[],
  opponent: string,
  tests: number,
  alpha: number,
): Table {
  const ordered = comparisons.toSorted(
    (a, b) =>
      rank(a) - rank(b) || (a.p ?? 1) - (b.p ?? 1) || (a.effect ?? 0) - (b.effect ?? 0) || (a.slice < b.slice ? -1 : 1),
  );
  const shown = ordered.slice(0, shownRows);
  return {
    title: `Slices, the worst first (a positive effect is an improvement; bounds hold for all of ${tests} tests together at ${short(100 * (1 - alpha))}%; found loss: the smallest that is blocked with 80% power)`,
    columns: [
      "slice",
      "metric",
      "rows",
      "challenger",
      opponent,
      "effect",
      "lower bound",
      "upper bound",
      "p (Holm)",
      "margin",
      "found loss",
      "state",
    ],
    rows: shown.map(rowOf),
    ...(ordered.length > shown.length ? { more: ordered.length - shown.length } : {}),
  };
}

function rank({ state }: SliceComparison): number {
  return state === "rejected" ? 0 : state === "untestable" ? 2 : 1;
}

function rowOf(one: SliceComparison): readonly Json[] {
  const { slice, metric, rows, challenger, champion, effect, lower, upper, p, margin, foundLoss, state, reason } = one;
  const numbers = [challenger, champion, effect, lower, upper, p, margin, foundLoss];
  const shown = numbers.map((value) => (value === null ? null : rounded(value)));
  return [slice, metric, rows, ...shown, reason === undefined ? state : `${state}: ${reason}`];
}
