import type { Artifact, Check, Findings, Series, Table } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import { overallVerdict } from "../../kernel/verdict.ts";
import { type AnalysisReading, readAnalysis } from "../../rollout/analysis.ts";
import type { Rollout, RolloutSubject } from "../../rollout/journal.ts";
import { describePlan } from "../../rollout/plan.ts";
import type { RolloutState } from "../../rollout/state.ts";
import { gridHigh } from "../../stats/eprocess.ts";
import type { PolicyAnswer } from "./policy.ts";
import { describeObservation } from "./timeline.ts";

export const outcomes = ["promoted", "rolled-back", "aborted", "held", "inconclusive", "under-way"] as const;
export type Outcome = (typeof outcomes)[number];

/** What became of a rollout. */
export function outcomeOf(state: RolloutState): Outcome {
  if (state.phase === "promoted" || state.phase === "rolled-back" || state.phase === "aborted") return state.phase;
  if (state.phase !== "held") return "under-way";
  return state.hold === "inconclusive" ? "inconclusive" : "held";
}

const method =
  "e-process on the arms' shares of the failures, given their requests (Lindon and Malek, 2022), valid at every look";
const ceilingMethod = "betting on the canary's own failures against the declared ceiling, valid at every look";

/** What a report says of a rollout: all of it is in the journal, so that two runs over the same journal say the same. */
export function rolloutFindings(rollout: Rollout, policy?: Pick<PolicyAnswer, "checks" | "materials">): Findings {
  const { state, subject } = rollout;
  const reading = readAnalysis(state.analysis, state.settings);
  const checks = [...(policy?.checks ?? []), ...rolloutChecks(rollout, reading)];
  const outcome = outcomeOf(state);
  const title = `${subject.name} version ${subject.canary.version}`;
  return {
    verdict: overallVerdict(checks.map((check) => check.verdict)),
    summary: `${title}: ${headline(state, outcome)}`,
    checks,
    subjects: [modelArtifact(subject.name, subject.canary)],
    materials: [
      ...(subject.champion === null ? [] : [modelArtifact(subject.name, subject.champion)]),
      ...(policy?.materials ?? []),
    ],
    details: detailsOf(rollout, reading),
    tables: [...(hasMeasured(state) ? [figuresTable(state, reading)] : []), timelineTable(rollout)],
    series: seriesOf(rollout),
  };
}

/** Findings of a run that drove no rollout. */
export function plainFindings(
  name: string,
  text: string,
  checks: readonly Check[],
  facts: Partial<Pick<Findings, "subjects" | "materials">> = {},
): Findings {
  return {
    verdict: overallVerdict(checks.map((check) => check.verdict)),
    summary: `${name}: ${text}`,
    checks,
    subjects: facts.subjects ?? [],
    materials: facts.materials ?? [],
    details: { name },
    tables: [],
    series: [],
  };
}

function modelArtifact(name: string, { version, digest }: RolloutSubject["canary"]): Artifact {
  return { name: `${name} version ${version}`, digest, kind: "model" };
}

function headline(state: RolloutState, outcome: Outcome): string {
  const because = state.reason === "" ? "" : `, ${state.reason}`;
  if (outcome === "promoted") return state.first ? "serves as the first version here" : `promoted${because}`;
  if (outcome === "under-way") return `under way (${state.phase}) at ${state.mayCarry}% of the traffic`;
  if (outcome === "held" || outcome === "inconclusive") return `${outcome} at ${state.weight}%${because}`;
  return `${outcome === "aborted" ? "aborted" : "rolled back"}${because}`;
}

function rolloutChecks(rollout: Rollout, reading: AnalysisReading): readonly Check[] {
  const { state, entries } = rollout;
  const asked = entries.some(({ observation }) => observation.kind === "asked");
  const measured = hasMeasured(state);
  return [
    outcomeCheck(state, asked),
    ...(measured ? [errorRateCheck(state, reading, asked)] : []),
    ...(measured && reading.ceiling !== null ? [ceilingCheck(state, reading, reading.ceiling)] : []),
    ...(measured && !decided(state) ? [neededCheck(state, reading)] : []),
    ...(measured && reading.stage.overdispersed ? [dispersionCheck(reading)] : []),
    ...(state.breaks.length === 0 ? [] : [signatureCheck(state.breaks, "stable")]),
    ...(state.alias === null ? [] : [aliasCheck(state.alias, rollout)]),
  ];
}

function hasMeasured({ analysis: { whole } }: RolloutState): boolean {
  return whole.blocks.length + whole.skippedBlocks > 0;
}

function decided(state: RolloutState): boolean {
  return outcomeOf(state) !== "inconclusive" && outcomeOf(state) !== "under-way";
}

/** What was asked for by hand is no failure of the job that did it, and no proof either. */
function outcomeCheck(state: RolloutState, asked: boolean): Check {
  const id = "rollout";
  const outcome = outcomeOf(state);
  const message = headline(state, outcome);
  if (outcome === "promoted") {
    if (state.first) {
      const why = "nothing was served here before, so that there was nothing to compare with";
      return { id, verdict: "warn", message: `first deployment: ${why}` };
    }
    if (state.byHand) return { id, verdict: "warn", message: `promoted by hand before the evidence: ${state.reason}` };
    if (state.settings.direct) {
      return { id, verdict: "pass", message: "deployed without an analysis: the version is or was champion" };
    }
    return {
      id,
      verdict: "pass",
      message: "every step of the plan was passed, and all traffic goes to the new version",
    };
  }
  if (asked && (outcome === "rolled-back" || outcome === "aborted")) return { id, verdict: "warn", message };
  const verdict = outcome === "inconclusive" || outcome === "under-way" ? "inconclusive" : "fail";
  return { id, verdict, message };
}

function errorRateCheck(state: RolloutState, reading: AnalysisReading, byHand: boolean): Check {
  const { settings } = state;
  const harmed = reading.harmful || (state.phase !== "promoted" && reading.stage.decision === "roll-back");
  const shown = harmed ? reading.stage : reading.whole;
  const { canaryEvents, canaryRequests, baselineEvents, baselineRequests } = shown.totals;
  const within = reading.whole.decision === "promote";
  const rates = `${countText(canaryEvents, canaryRequests)} of the canary against ${countText(baselineEvents, baselineRequests)} of stable`;
  const conclusion = harmed
    ? `the canary fails more often (evidence ${evidenceText(shown.logEvidenceWorse)} : 1, ${evidenceText(-Math.log(reading.alphaOfStage))} : 1 needed)`
    : within
      ? `below ${1 + settings.margin} times stable's rate (evidence ${evidenceText(shown.logEvidenceWithinMargin)} : 1)`
      : "no harm shown";
  const silent = canaryEvents + baselineEvents === 0;
  // Not shown to be worse is no proof: that is the promotion's own question.
  const proven = within || (settings.maxErrorRate !== null && reading.proven);
  return {
    id: "error-rate",
    verdict: harmed ? "fail" : proven ? "pass" : byHand ? "unchecked" : "inconclusive",
    message: silent
      ? `no failure in ${canaryRequests} requests of the canary and ${baselineRequests} of stable: a ratio of two zeros shows nothing`
      : `${rates}: ${conclusion}`,
    ...(shown.ratio === null ? {} : { observed: shown.ratio }),
    expected: `< ${1 + settings.margin}`,
    n: canaryRequests,
    ...(shown.interval === null || silent ? {} : { interval: intervalOf(shown.interval) }),
    p: Math.min(1, Math.exp(-shown.logEvidenceWorse)),
    method: shown.method === "e-process" ? method : "asymptotic confidence sequence of the differences between blocks",
  };
}

/** An end that lies at the end of what is looked at is none. */
function intervalOf({
  lower,
  upper,
}: {
  readonly lower: number;
  readonly upper: number;
}): NonNullable<Check["interval"]> {
  const inside = (end: number) => Math.abs(Math.log(end)) < Math.log(gridHigh) * (1 - 1e-9);
  return [inside(lower) ? lower : null, inside(upper) ? upper : null];
}

function ceilingCheck(
  state: RolloutState,
  reading: AnalysisReading,
  ceiling: NonNullable<AnalysisReading["ceiling"]>,
): Check {
  const { canaryEvents, canaryRequests } = reading.whole.totals;
  const limit = state.settings.maxErrorRate ?? 0;
  const shown = ceiling.logEvidence > -Math.log(state.settings.alpha);
  const upper = `at most ${percentText(ceiling.upper)} with ${percentText(1 - state.settings.alpha)} confidence at every look so far`;
  return {
    id: "error-ceiling",
    verdict: shown ? "pass" : "inconclusive",
    message: `${countText(canaryEvents, canaryRequests)} of the canary: ${upper}; declared ceiling ${percentText(limit)}. It speaks of the time that was looked at, not of a later hour`,
    observed: rateOf(canaryEvents, canaryRequests),
    expected: limit,
    n: canaryRequests,
    interval: [0, ceiling.upper],
    p: Math.min(1, Math.exp(-ceiling.logEvidence)),
    method: ceilingMethod,
  };
}

/** What it would take. */
function neededCheck(state: RolloutState, reading: AnalysisReading): Check {
  return { id: "evidence-needed", verdict: "unchecked", message: neededText(state, reading) };
}

function neededText(state: RolloutState, { whole, ceiling }: AnalysisReading): string {
  const { canaryRequests, canaryEvents, baselineEvents } = whole.totals;
  const needed = -Math.log(state.settings.alpha);
  if (ceiling !== null) {
    const limit = state.settings.maxErrorRate ?? 0;
    if (canaryRequests > 0 && canaryEvents / canaryRequests >= limit) {
      return `the canary's rate so far is not below the ceiling of ${percentText(limit)}: more traffic will not help`;
    }
    return `the ceiling needs at least ${ceiling.leastRequests} requests of the canary without a failure; ${canaryRequests} came, ${canaryEvents} failed: more traffic, a higher weight or a longer horizon`;
  }
  if (canaryEvents + baselineEvents === 0) {
    return "without a failure in either arm no amount of traffic shows a ratio: declare max-error-rate, an error rate that is good enough by itself";
  }
  if (whole.logEvidenceWithinMargin <= 0) {
    return `the evidence does not point to a ratio below ${1 + state.settings.margin} so far: more traffic, or a larger \`margin\``;
  }
  const times = Math.ceil((10 * needed) / whole.logEvidenceWithinMargin) / 10;
  return `at this rate about ${times} times as many requests would settle it`;
}

function dispersionCheck({ stage }: AnalysisReading): Check {
  return {
    id: "overdispersion",
    verdict: "warn",
    message: `failures come in bursts (dispersion ${stage.dispersion.toFixed(1)}): the test rests on differences between blocks and needs at least 10 of them. A lasting difference between machines cannot be told from a bad release`,
    observed: stage.dispersion,
    expected: 2,
  };
}

/** What callers of the version before may trip over, in one line. */
export function signatureCheck(breaks: readonly string[], before: string): Check {
  const id = "signature";
  if (breaks.length === 0) return { id, verdict: "pass", message: `callers of ${before} notice no difference` };
  return { id, verdict: "warn", message: `callers of ${before} may notice: ${breaks.join("; ")}` };
}

function aliasCheck(alias: NonNullable<RolloutState["alias"]>, { subject }: Rollout): Check {
  const id = "champion-alias";
  if (alias.moved) return { id, verdict: "pass", message: `champion stands at version ${subject.canary.version}` };
  return { id, verdict: "fail", message: `the new version serves, and ${alias.detail}: decide which one it shall be` };
}

function figuresTable(state: RolloutState, { whole, stage, alphaOfStage, ceiling }: AnalysisReading): Table {
  const { settings } = state;
  const rows: Json[][] = [
    ["plan", describePlan(settings.steps)],
    ["requests", `canary ${whole.totals.canaryRequests}, stable ${whole.totals.baselineRequests}`],
    ["failures", `canary ${whole.totals.canaryEvents}, stable ${whole.totals.baselineEvents}`],
    ["blocks with traffic in both arms", whole.totals.canaryRequests === 0 ? 0 : state.analysis.whole.blocks.length],
    [
      "evidence of harm (last analysis)",
      `${evidenceText(stage.logEvidenceWorse)} : 1, rolls back above ${evidenceText(-Math.log(alphaOfStage))} : 1`,
    ],
    [
      `evidence of a ratio below ${1 + settings.margin}`,
      `${evidenceText(whole.logEvidenceWithinMargin)} : 1, promotes above ${evidenceText(-Math.log(settings.alpha))} : 1${ceiling === null ? "" : " (a ceiling was declared in its place)"}`,
    ],
    ...(ceiling === null
      ? []
      : [
          [
            `evidence of a rate below ${percentText(settings.maxErrorRate ?? 0)}`,
            `${evidenceText(ceiling.logEvidence)} : 1, promotes above ${evidenceText(-Math.log(settings.alpha))} : 1`,
          ],
        ]),
    ["dispersion", Number(whole.dispersion.toFixed(3))],
  ];
  return { title: "Figures of the decision", columns: ["what", "value"], rows };
}

const longestTimeline = 200;

function timelineTable({ entries }: Rollout): Table {
  const rows = entries.flatMap((entry, index) => {
    const text = describeObservation(entry.observation);
    const before = entries[index - 1]?.after;
    const quiet =
      entry.observation.kind === "measured" && before?.phase === entry.after.phase && before.step === entry.after.step;
    return quiet ? [] : [[entry.at, entry.actor, text, entry.after.phase, entry.after.weight]];
  });
  const more = Math.max(0, rows.length - longestTimeline);
  return {
    title: "Journal",
    columns: ["at", "by", "what was seen", "then", "canary may carry (%)"],
    rows: rows.slice(0, longestTimeline),
    ...(more === 0 ? {} : { more }),
  };
}

function seriesOf({ entries }: Rollout): readonly Series[] {
  const blocks = entries.flatMap(({ at, observation }, index) =>
    observation.kind === "measured" && observation.measurement.state === "ok"
      ? [{ at, weight: entries[index - 1]?.after.weight ?? 0, ...observation.measurement }]
      : [],
  );
  if (blocks.length === 0) return [];
  const startMs = Date.parse(entries[0]?.at ?? "");
  const x = blocks.map(({ at }) => Math.round((Date.parse(at) - startMs) / 100) / 10);
  const rate = (arm: "stable" | "canary") =>
    blocks.map(({ requests, events }) => (requests[arm] === 0 ? null : (100 * events[arm]) / requests[arm]));
  return [
    {
      title: "Failed requests (%) by seconds since the start",
      x,
      lines: { stable: rate("stable"), canary: rate("canary") },
    },
    {
      title: "Requests a block by seconds since the start",
      x,
      lines: {
        stable: blocks.map(({ requests }) => requests.stable),
        canary: blocks.map(({ requests }) => requests.canary),
      },
    },
    {
      title: "Weight of the canary (%) by seconds since the start",
      x,
      lines: { weight: blocks.map(({ weight }) => weight) },
    },
  ];
}

function detailsOf(rollout: Rollout, { whole, stage, ceiling }: AnalysisReading): Json {
  const { id, subject, state } = rollout;
  const { settings } = state;
  return {
    name: subject.name,
    rollout: {
      id,
      canary: { ...subject.canary },
      champion: subject.champion === null ? null : { ...subject.champion },
      outcome: outcomeOf(state),
      reason: state.reason,
      weight: state.mayCarry,
      plan: settings.steps.map((step) => ({ ...step })),
      alpha: settings.alpha,
      margin: settings.margin,
      maxErrorRate: settings.maxErrorRate,
      totals: { ...whole.totals },
      logEvidence: {
        harm: stage.logEvidenceWorse,
        withinMargin: whole.logEvidenceWithinMargin,
        belowCeiling: ceiling?.logEvidence ?? null,
      },
      ratio: whole.ratio,
      dispersion: whole.dispersion,
      entries: rollout.entries.length,
    },
  };
}

function rateOf(events: number, requests: number): number | null {
  return requests === 0 ? null : events / requests;
}

function countText(events: number, requests: number): string {
  const rate = rateOf(events, requests);
  return `${events} of ${requests} requests${rate === null ? "" : ` (${percentText(rate)})`}`;
}

function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(3))}%`;
}

/** An e-value as odds: 20 means that data this far from "no difference" come up at most once in 20. */
function evidenceText(logEvidence: number): string {
  if (logEvidence > Math.log(10_000)) return "over 10,000";
  const value = Math.exp(logEvidence);
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
