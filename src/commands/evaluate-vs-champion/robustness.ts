import { z } from "zod";
import type { ColumnBatch } from "../../dataset/dataset.ts";
import type { Answers, MetricRule } from "../../evaluation/evaluation.ts";
import { type Loss, lossByRow, lossOf } from "../../evaluation/reliance.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import type { CheckVerdict } from "../../kernel/verdict.ts";
import type { Contestant } from "./columns.ts";
import { percent, rounded } from "./findings.ts";
import type { Topic } from "./part.ts";
import { askableRule, featuresOf, type Sample, sampleRows } from "./sampling.ts";

export const robustnessInput = z.strictObject({
  drop: z.number().min(0).optional(),
  rows: z.int().min(50).max(100_000).default(2000),
  features: z.int().min(1).max(1000).default(50),
});

const bound = z.number().nullable();
const outcome = z.strictObject({
  /** `fixed`: of a type that has no missing value; `lost`: not asked, as the model had crashed before. */
  kind: z.enum(["answered", "refused", "fixed", "lost", "absent"]),
  drop: bound,
  lower: bound,
  upper: bound,
  reason: z.string().nullable(),
});
export const robustnessDetails = z.strictObject({
  metric: z.string(),
  rows: z.int(),
  /** Features that were not looked at, for their number or the time. */
  left: z.int(),
  features: z.array(z.strictObject({ feature: z.string(), challenger: outcome, champion: outcome })),
});
type Outcome = z.output<typeof outcome>;
type Facts = z.output<typeof robustnessDetails>;

/** What stands for a category that no model was trained on. */
const unseenCategory = "(a category that was never seen)";
const longestMs = 60_000;

/** What becomes of the models when a feature is missing from all rows. Last of all topics: a model may crash over it. */
export const robustness: Topic = async (scene, host) => {
  const plan = scene.contest.gates.robustness;
  if (plan === undefined) return {};
  const rule = askableRule(scene);
  if (typeof rule === "string") {
    return { checks: [{ id: "robustness", verdict: "unchecked", message: rule, place: { input: "robustness" } }] };
  }
  const { alpha } = scene.contest.given;
  const sample = await sampleRows(scene, plan.rows, "robustness", host);
  const all = featuresOf(scene.contestants);
  const asked = all.slice(0, plan.features);
  // Each of so many drops may be called too large by chance.
  const strict = alpha / asked.length;
  const trials = await Promise.all(scene.contestants.map((one) => Trial.start(one, sample, rule, strict)));
  const features: Facts["features"][number][] = [];
  const end = host.now().getTime() + longestMs;
  for (const feature of asked) {
    host.signal.throwIfAborted();
    if (host.now().getTime() > end) break;
    const [challenger = absent, champion = absent] = await Promise.all(trials.map((one) => one.without(feature, host)));
    features.push({ feature, challenger, champion });
    host.log.progress("leaving features out", features.length, asked.length);
  }
  const facts = { metric: rule.name, rows: sample.rows, left: all.length - features.length, features };
  return {
    checks: [robustnessCheck(facts, plan.drop, strict)],
    tables: [robustnessTable(facts)],
    details: { robustness: facts },
  };
};

const empty = { drop: null, lower: null, upper: null } as const;
const absent: Outcome = { kind: "absent", ...empty, reason: null };
const fixed: Outcome = { kind: "fixed", ...empty, reason: "its type has no missing value" };

/** One model without its features, one after the other. */
class Trial {
  readonly #contestant: Contestant;
  readonly #sample: Sample;
  readonly #rule: MetricRule;
  readonly #alpha: number;
  readonly #intact: Answers;
  #lost: string | undefined;

  private constructor(contestant: Contestant, sample: Sample, rule: MetricRule, alpha: number, intact: Answers) {
    this.#contestant = contestant;
    this.#sample = sample;
    this.#rule = rule;
    this.#alpha = alpha;
    this.#intact = intact;
  }

  static async start(contestant: Contestant, sample: Sample, rule: MetricRule, alpha: number): Promise<Trial> {
    return new Trial(contestant, sample, rule, alpha, await sample.answers(contestant, sample.batch));
  }

  async without(feature: string, host: Host): Promise<Outcome> {
    const type = this.#contestant.session.features.find(({ name }) => name === feature)?.type;
    if (type === undefined) return absent;
    const batch = leftOut(this.#sample, feature, type);
    if (batch === undefined) return fixed;
    if (this.#lost !== undefined) return { kind: "lost", ...empty, reason: this.#lost };
    try {
      const answers = await this.#sample.answers(this.#contestant, batch);
      const losses = lossByRow(this.#rule, this.#sample.truth, this.#intact, [answers]);
      if (losses === undefined) return refused(`${this.#rule.name} is not defined on its answers`);
      const { value, lower, upper }: Loss = lossOf(losses, this.#sample.design(this.#alpha));
      return { kind: "answered", drop: value, lower, upper, reason: null };
    } catch (error) {
      host.signal.throwIfAborted();
      if (!(error instanceof TitleholderError)) throw error;
      if (error.code === "TH_MODEL_CRASH" || error.code === "TH_MODEL_LIMIT") {
        this.#lost = `the model was gone after ${feature} was left out`;
      }
      return refused(error.message.slice(0, 200));
    }
  }
}

function refused(reason: string): Outcome {
  return { kind: "refused", ...empty, reason };
}

/** Undefined for a type that has no missing value. */
function leftOut({ batch, rows }: Sample, feature: string, type: string): ColumnBatch | undefined {
  if (type === "float" || type === "double")
    return new Map([...batch, [feature, new Float64Array(rows).fill(Number.NaN)]]);
  if (type === "string") return new Map([...batch, [feature, new Array<string>(rows).fill(unseenCategory)]]);
  return undefined;
}

function robustnessCheck(facts: Facts, limit: number | undefined, alpha: number): Check {
  const refusedBy = facts.features.filter(({ challenger }) => challenger.kind === "refused");
  const fresh = refusedBy.filter(({ champion }) => champion.kind === "answered");
  const worst = facts.features.reduce<Facts["features"][number] | undefined>(
    (most, one) => ((one.challenger.drop ?? -1) > (most?.challenger.drop ?? -1) ? one : most),
    undefined,
  );
  const [first] = refusedBy;
  const sentences = [
    ...(worst?.challenger.drop == null
      ? []
      : [`the challenger loses most without ${worst.feature}: ${rounded(worst.challenger.drop)} in ${facts.metric}`]),
    ...(first === undefined ? [] : [`it gives no answer without ${listed(refusedBy)} (${first.challenger.reason})`]),
    ...(fresh.length === 0 ? [] : [`where the champion does: ${listed(fresh)}`]),
    ...(facts.left > 0 ? [`${facts.left} features were not looked at`] : []),
  ];
  const message = sentences.length === 0 ? "no feature of the challenger can be missing" : sentences.join("; ");
  return {
    id: "robustness",
    verdict: limit === undefined ? (fresh.length > 0 ? "warn" : "pass") : verdictBy(facts, limit),
    message: limit === undefined ? message : `${message}; a drop of ${limit} is allowed`,
    ...(worst?.challenger.drop == null ? {} : { observed: worst.challenger.drop }),
    ...(limit === undefined ? {} : { expected: limit }),
    n: facts.rows,
    method: `each feature missing from all rows in turn; one-sided bounds at ${percent(1 - alpha)}, so that all hold at once`,
  };
}

/** No answer is more than any drop. What was not looked at, or has no bounds, is not known to hold. */
function verdictBy({ features, left }: Facts, limit: number): CheckVerdict {
  const outcomes = features.map(({ challenger }) => challenger);
  const over = ({ kind, lower }: Outcome) => kind === "refused" || (lower !== null && lower > limit);
  if (outcomes.some(over)) return "fail";
  const within = ({ kind, drop, upper }: Outcome) =>
    kind === "fixed" || kind === "absent" || (kind === "answered" && (upper === null ? drop === 0 : upper <= limit));
  return left === 0 && outcomes.every(within) ? "pass" : "inconclusive";
}

function listed(features: Facts["features"]): string {
  const names = features.slice(0, 6).map(({ feature }) => feature);
  return features.length > names.length
    ? `${names.join(", ")} and ${features.length - names.length} more`
    : names.join(", ");
}

function robustnessTable(facts: Facts): Table {
  const cell = ({ kind, drop, reason }: Outcome): Json => {
    if (kind === "answered") return drop === null ? null : rounded(drop);
    return kind === "absent" ? null : `${kind}: ${reason ?? ""}`;
  };
  const order = (one: Facts["features"][number]) => one.challenger.drop ?? Number.POSITIVE_INFINITY;
  return {
    title: `Without a feature: what is lost in ${facts.metric} when it is missing from all rows, or a category never seen`,
    columns: ["feature", "challenger", "lower bound", "upper bound", "champion"],
    rows: [...facts.features]
      .sort((a, b) => order(b) - order(a))
      .map(({ feature, challenger, champion }): readonly Json[] => [
        feature,
        cell(challenger),
        ...[challenger.lower, challenger.upper].map((one) => (one === null ? null : rounded(one))),
        cell(champion),
      ]),
    ...(facts.left > 0 ? { more: facts.left } : {}),
  };
}
