import { type ComparedColumn, compareColumns } from "../../drift/comparison.ts";
import { methods } from "../../generated/methods.ts";
import type { Check } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import { profileDataset } from "../../profile/profiling.ts";
import { matchColumns } from "../drift-report/columns.ts";
import { readReference } from "../reference.ts";
import { namedColumns } from "./findings.ts";
import type { Part, Scene } from "./part.ts";

/** What drift-report fails at: a population stability index that is shown to be larger, with a share of false alarms of alpha. */
const options = { minimumEffect: 0.05, alpha: 0.05 };
/**
 * Whether the rows are like those that the models are served now, feature by feature, by the test of drift-report. On others, a verdict
 * says little about what follows from it.
 */
export async function servingTopic({ contest, dataset, holdout: { features } }: Scene, host: Host): Promise<Part> {
  const pattern = contest.servingProfile;
  if (pattern === undefined) return {};
  const { profile, materials } = await readReference(pattern, host, { input: "serving-profile" });
  const decider = (await methods.psi?.load())?.create({}, host);
  if (decider === undefined) throw new Error("the method psi is not in the generated map");
  const columns = features.length > 0 ? features : [...profile.columns.keys()];
  const current = await profileDataset(dataset, {
    like: profile,
    columns,
    onColumn: (done, total) => host.log.progress("comparing with the serving profile", done, total),
  });
  const { pairs, broken } = await matchColumns(columns, profile, current, dataset);
  const compared = compareColumns(pairs, [], decider, options);
  return {
    checks: [
      check(
        compared,
        broken.map(({ message }) => message),
      ),
    ],
    materials,
  };
}

function check(compared: readonly ComparedColumn[], broken: readonly string[]): Check {
  const of = (verdict: string) => compared.filter(({ decision }) => decision.verdict === verdict);
  const drifted = of("fail").map(({ column, evidence }) => `${column}${scoreText(evidence)}`);
  const undecided = of("inconclusive").map(({ column, decision }) => `${column}: ${decision.reason ?? "no score"}`);
  const found = [
    ...(drifted.length === 0 ? [] : [`the holdout is unlike what is served now in ${namedColumns(drifted)}`]),
    ...(broken.length === 0 ? [] : [namedColumns(broken)]),
    ...(undecided.length === 0 ? [] : [`not decided for ${namedColumns(undecided)}`]),
  ];
  const suspect = drifted.length + broken.length > 0;
  const message =
    found.length === 0 ? `the holdout is like what is served now in ${compared.length} features` : found.join("; ");
  return {
    id: "representative",
    verdict: suspect ? "warn" : undecided.length > 0 ? "unchecked" : "pass",
    message,
    place: { input: "serving-profile" },
    observed: drifted.length,
    method: `PSI against a minimum effect of ${options.minimumEffect}`,
  };
}

function scoreText(evidence: ComparedColumn["evidence"]): string {
  return evidence.kind === "score" ? ` (PSI ${Number(evidence.score.toPrecision(2))})` : "";
}
