import type { Fingerprint } from "../../dataset/fingerprint.ts";
import type { Decision, MetricComparison } from "../../evaluation/evaluation.ts";
import type { Artifact, Findings } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import type { EvaluationDetails } from "../evaluate-vs-champion.ts";
import type { LocatedModel } from "../model-reference.ts";

/** What is known before a row is read. */
export type Given = Omit<EvaluationDetails, "decision" | "rows" | "metrics" | "data"> & { readonly data: Fingerprint };

export interface Result {
  readonly findings: Findings;
  readonly outputs: { readonly decision: Decision; readonly metrics: string };
}

/** Joins the parts into findings; the details name both models and every data file, so that later gates can match them. */
export function result(
  given: Given,
  models: { readonly challenger: LocatedModel; readonly champion: LocatedModel | undefined },
  decision: Decision,
  rows: number,
  comparisons: readonly MetricComparison[],
  parts: Pick<Findings, "verdict" | "summary" | "checks" | "tables" | "series" | "timings"> &
    Partial<Pick<Findings, "materials">>,
): Result {
  const metrics = comparisons.map(metricDetails);
  const details = { ...given, decision, rows, metrics };
  return {
    findings: {
      ...parts,
      subjects: [
        { name: "challenger", kind: "model", digest: models.challenger.digest, uri: models.challenger.reference },
      ],
      materials: [...materials(given, models.champion), ...(parts.materials ?? [])],
      details: details as unknown as Json,
    },
    outputs: { decision, metrics: JSON.stringify(metrics) },
  };
}

function materials(given: Given, champion: LocatedModel | undefined): readonly Artifact[] {
  const model: readonly Artifact[] =
    champion === undefined
      ? []
      : [{ name: "champion", kind: "model", digest: champion.digest, uri: champion.reference }];
  return [...model, ...given.data.files.map(({ path, digest }): Artifact => ({ name: path, kind: "data", digest }))];
}

function metricDetails(comparison: MetricComparison): EvaluationDetails["metrics"][number] {
  const { rule, state, challenger, champion, effect, lower, upper, p, method, detectable, rowsNeeded } = comparison;
  const margin = rule.test === "superiority" ? null : rule.margin;
  const { name, metric, test } = rule;
  return {
    name,
    metric,
    test,
    margin,
    state,
    challenger,
    champion,
    effect,
    lower,
    upper,
    p,
    method,
    detectable,
    rowsNeeded,
  };
}

/** The same bytes hold the place already: nothing is scored, and nothing of a holdout is spent. */
export function unchanged(given: Given, challenger: LocatedModel, champion: LocatedModel): Result {
  const message = `${challenger.reference} is ${champion.reference}, byte by byte`;
  return result(given, { challenger, champion }, "unchanged", 0, [], {
    verdict: "pass",
    summary: "unchanged: the challenger is the champion, no row was read",
    checks: [{ id: "models", verdict: "pass", message, observed: challenger.digest, expected: champion.digest }],
    tables: [],
    series: [],
  });
}
