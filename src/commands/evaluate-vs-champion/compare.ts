import { afterGates } from "../../evaluation/decision.ts";
import type { Decision, MetricRule } from "../../evaluation/evaluation.ts";
import type { Check } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import { overallVerdict } from "../../kernel/verdict.ts";
import type { PredictorLimits } from "../../model/model.ts";
import { openData } from "../data.ts";
import type { LocatedModel } from "../model-reference.ts";
import { type Baseline, seatBaseline } from "./baselines.ts";
import { examineHoldout, type Holdout, type HoldoutQuestion, requireQuestion } from "./columns.ts";
import { openModels, requireFoldwise, requireSameClasses, seatContestants } from "./contestants.ts";
import { measureAnswers } from "./expressions/metrics.ts";
import { type Given, type Result, result } from "./facts.ts";
import { keyChecks, missingCheck, missingTables, signatureChecks } from "./findings.ts";
import { againstNaive, forecastTopic, horizonTopic } from "./forecasts.ts";
import { type Gates, gateTopics } from "./gates.ts";
import { hygienePart } from "./hygiene.ts";
import { inputsTopic } from "./inputs.ts";
import { intervalsTopic } from "./intervals.ts";
import { type Judged, withChampion, withoutChampion } from "./judge.ts";
import { freeLook, type HoldoutKeeping, lookQuestion, takeLook } from "./look.ts";
import type { Part, Scene, Topic } from "./part.ts";
import { picturesTopic } from "./pictures.ts";
import type { PredictorCommand } from "./predictions/command.ts";
import { verdictAlone } from "./protected.ts";
import type { Provenance } from "./provenance.ts";
import { queriesTopic } from "./queries.ts";
import { servingTopic } from "./representative.ts";
import { robustness } from "./robustness.ts";
import type { Rows } from "./rows.ts";
import type { ScoreColumns } from "./score-columns.ts";
import { scoreRows } from "./scoring.ts";
import { requireSlicing, type Slicing, slicesIn, slicingTopics } from "./slicing.ts";
import { readingOf } from "./task-reading.ts";

export interface Contest {
  readonly given: Given;
  readonly rules: readonly MetricRule[];
  readonly limits: PredictorLimits;
  readonly features: readonly string[] | undefined;
  /** Outputs of ONNX models that are read; by type and name when absent. */
  readonly modelOutputs: readonly string[] | undefined;
  /** Scores every model that is no file of predictions; absent where this program opens them itself. */
  readonly predictorCommand: PredictorCommand | undefined;
  readonly challenger: LocatedModel;
  readonly champion: LocatedModel | undefined;
  /** How the champion was named, though there is none by that name. */
  readonly championInput: string | undefined;
  /** Columns that hold the scores already, so that no model is opened. */
  readonly scores: ScoreColumns | undefined;
  readonly rows: Rows;
  readonly question: HoldoutQuestion;
  /** The levels of the models' score columns; empty for models of one number. */
  readonly quantiles: readonly number[];
  /** What stands in for a champion where there is none. */
  readonly baseline: Baseline;
  /** What rows are written as for a baseline's command. */
  readonly rowFormat: PredictorCommand["format"];
  readonly hygiene: {
    readonly provenances: readonly Provenance[];
    /** The champion's greatest age; undefined when any will do. */
    readonly maxAge: number | undefined;
    /** Whether the rows are looked for in the models' training data. */
    readonly trainingOverlap: boolean;
  };
  readonly gates: Gates;
  readonly keeping: HoldoutKeeping;
  /** What the holdout is compared with. */
  readonly servingProfile: string | undefined;
  readonly slicing: Slicing;
}

/** What the report tells beside the metrics' own tests, in this order. */
const topics: readonly Topic[] = [
  ...slicingTopics,
  picturesTopic,
  hygienePart,
  servingTopic,
  inputsTopic,
  queriesTopic,
  forecastTopic,
  horizonTopic,
  intervalsTopic,
];

/** Opens the models, scores every row with both, compares and decides. */
export async function compareModels(asked: Contest, host: Host): Promise<Result> {
  const { rows, question } = asked;
  const times = [host.now().getTime()];
  const mark = () => void times.push(host.now().getTime());
  await using stack = new AsyncDisposableStack();
  // Before the data engine is there: what a hostile model takes comes on top of what this program holds.
  const models = await openModels(asked, host, stack);
  await using dataset = await openData(rows.source, host, { input: rows.input });
  requireQuestion(dataset.columns, question);
  requireSlicing(asked, dataset.columns);
  const contestants = await seatContestants(models, asked, dataset, host);
  const other = contestants[1];
  requireFoldwise(contestants, question);
  const baseline = other === undefined ? await seatBaseline(asked, dataset, host) : undefined;
  const seated = baseline === undefined ? contestants : [...contestants, baseline];
  const holdout = await examineHoldout(dataset, seated, question, rows.input);
  requireSameClasses(seated, holdout.classes);
  const slices = await slicesIn(asked, dataset, holdout, host);
  mark();
  const plan = {
    reading: readingOf(question, asked.rules, asked.quantiles, holdout),
    rowColumns: question,
    season: question.season,
  };
  const all = await scoreRows(dataset, holdout, plan, contestants, baseline, host);
  const naive = other === undefined && asked.baseline === "seasonal-naive" ? againstNaive(all) : all;
  const scored = await measureAnswers(asked, naive, dataset, host);
  mark();
  const look = await takeLook(lookQuestion(asked, holdout, scored), freeLook(asked, scored), dataset, host);
  const contest = { ...asked, given: { ...asked.given, alpha: look.alpha, ledger: look.ledger } };
  const judged = other === undefined ? withoutChampion(contest, scored) : withChampion(contest, scored);
  const scene = { contest, dataset, holdout, contestants, scored, slices, ...judged };
  const first = await partsOf(gateTopics, scene, host);
  const others = await partsOf(topics, scene, host);
  const gates = [...first, ...(await partsOf([robustness], scene, host))];
  const parts = [...gates, ...others, { tables: look.tables }];
  const checks = [
    ...judged.checks,
    ...parts.flatMap((part) => part.checks ?? []),
    ...rows.checks,
    ...look.checks,
    ...signatureChecks(contestants),
    missingCheck(holdout),
    ...keyChecks(holdout),
  ];
  mark();
  const [start = 0, opened = 0, answered = 0, end = 0] = times;
  const timings = { open: opened - start, score: answered - opened, compare: end - answered };
  const found = joined(contest, holdout, judged, parts, {
    checks,
    timings,
    gates: gates.flatMap((part) => part.checks ?? []),
  });
  return look.hidden ? verdictAlone(found) : found;
}

interface Reported {
  readonly checks: readonly Check[];
  /** Those of the gates, which turn the decision. */
  readonly gates: readonly Check[];
  readonly timings: Readonly<Record<string, number>>;
}

function joined(
  contest: Contest,
  holdout: Holdout,
  judged: Judged,
  parts: readonly Part[],
  { checks, timings, gates }: Reported,
): Result {
  const details = Object.assign({}, ...parts.map((part) => part.details ?? {}));
  const given = { ...contest.given, ...details };
  const decision = afterGates(
    judged.decision,
    gates.map(({ verdict }) => verdict),
  );
  return result(given, contest, decision, holdout.rows, judged.comparisons, {
    verdict: overallVerdict(checks.map(({ verdict }) => verdict)),
    summary: decision === judged.decision ? judged.summary : gatedSummary(decision, judged.summary, gates),
    checks,
    materials: parts.flatMap((part) => part.materials ?? []),
    tables: [...judged.tables, ...parts.flatMap((part) => part.tables ?? []), ...missingTables(holdout)],
    series: parts.flatMap((part) => part.series ?? []),
    timings,
  });
}

/** Names the gates that turned the metrics' decision. */
function gatedSummary(decision: Decision, metrics: string, gates: readonly Check[]): string {
  const turned = (["fail", "inconclusive"] as const).map((verdict) => gates.filter((gate) => gate.verdict === verdict));
  const named = (turned.find((checks) => checks.length > 0) ?? []).map(({ id }) => id);
  return `${decision} by ${named.join(", ")}; by the metrics alone ${metrics}`;
}

async function partsOf(some: readonly Topic[], scene: Scene, host: Host): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const topic of some) parts.push(await topic(scene, host));
  return parts;
}
