import { z } from "zod";
import { fingerprintSchema } from "../dataset/fingerprint.ts";
import { decisions, metricNames, metricStates, metricTests, tasks } from "../evaluation/evaluation.ts";
import type { Command, Project } from "../kernel/command.ts";
import { digestSchema } from "../kernel/digest-schema.ts";
import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { parseDuration, parseSize } from "../kernel/quantity.ts";
import { requireOnnxFile } from "../model/onnx/looked-at.ts";
import { baselineInput, baselineName, baselineOf } from "./evaluate-vs-champion/baselines.ts";
import { compareModels } from "./evaluate-vs-champion/compare.ts";
import { answersBy } from "./evaluate-vs-champion/contestants.ts";
import { unchanged } from "./evaluate-vs-champion/facts.ts";
import { requireForecast } from "./evaluate-vs-champion/forecasts.ts";
import { gateDetails, gateInputs, gatesOf } from "./evaluate-vs-champion/gates.ts";
import { holdoutInputs, ledgerSchema } from "./evaluate-vs-champion/holdout-inputs.ts";
import { holdoutKeeping } from "./evaluate-vs-champion/keeping.ts";
import { predictorCommandOf } from "./evaluate-vs-champion/predictions/choice.ts";
import { rowFormats } from "./evaluate-vs-champion/predictions/command.ts";
import { provenancesOf } from "./evaluate-vs-champion/provenance.ts";
import { locateRows, purposes } from "./evaluate-vs-champion/rows.ts";
import { metricInput, metricRules, requireLevels } from "./evaluate-vs-champion/rules.ts";
import { scoreColumnsOf } from "./evaluate-vs-champion/score-columns.ts";
import { slicingDetails, slicingInputs, slicingOf } from "./evaluate-vs-champion/slicing.ts";
import { taskColumns } from "./evaluate-vs-champion/task-reading.ts";
import { refuseFork } from "./fork.ts";
import { absenceOf, type LocatedModel, type LocateOptions, locateModel } from "./model-reference.ts";
import { alpha, baseInputs, evidenceInput, input, registryInputs } from "./shared.ts";

const inputs = z.strictObject({
  ...baseInputs,
  challenger: input(z.string(), {
    description:
      "The model that wants the champion's place: an ONNX file, `registry:NAME@ALIAS`, a model of any kind (see `predictor`), or its ready predictions in a CSV, JSON Lines or Parquet file, joined to the data by `key`.",
    kind: "path-or-reference",
    example: "out/model.onnx",
  }),
  champion: input(z.string().optional(), {
    description:
      "The model that holds the place now, named like the challenger, such as `registry:NAME@champion`. When there is none yet, the challenger is compared with `baseline`, and the report says so.",
    kind: "path-or-reference",
    example: "registry:churn@champion",
  }),
  data: input(z.array(z.string()).min(1), {
    description: "Rows for the promotion, which no model was trained or tuned on: paths, globs and folders.",
    kind: "path",
    example: "data/test.parquet",
  }),
  screenData: input(z.array(z.string()).min(1).optional(), {
    description: "Rows for screens (see `purpose`), such as the validation split. `data` when absent, with a warning.",
    kind: "path",
    example: "data/validation.parquet",
  }),
  label: input(z.string().optional(), {
    description:
      "The column that holds the truth: the class, the number, or how relevant a document is (0: not at all). Of a multilabel task the columns that are 1 where a row has the label, separated by commas.",
    example: "churned",
  }),
  key: input(z.array(z.string()).min(1).optional(), {
    description: "Columns that identify a row. Rows that repeat a key are counted and warned of.",
    separator: "comma",
    example: "customer_id",
  }),
  task: input(
    z.enum(["binary", "multiclass", "multilabel", "regression", "ranking", "forecast", "score"]).default("binary"),
    {
      description:
        "`binary`: two classes, one of them positive. `multiclass`: more than two. `multilabel`: several labels a row, or none. `regression`: a number. `ranking`: documents of queries, in an order (see `query`). `forecast`: a number at a time (see `time`). `score`: columns that hold a score for each row already, such as a judge's (see `score`).",
    },
  ),
  weight: input(z.string().optional(), {
    description: "A column of sample weights, 0 or more: how many cases each row stands for.",
    example: "weight",
  }),
  query: input(z.string().optional(), {
    description: "Of a ranking: the column that tells which rows are the documents of one query.",
    example: "search_id",
  }),
  score: input(z.string().optional(), {
    description:
      "Of a score task: the column that holds the challenger's score of each row. No model is opened; `challenger` names the file that the scores are of.",
    example: "judge_new",
  }),
  championScore: input(z.string().optional(), {
    description: "Of a score task: the column that holds the champion's score of each row.",
    example: "judge_old",
  }),
  season: input(z.int().positive().optional(), {
    description:
      "Of a forecast: the steps of time in a season, such as 7 of days in weeks. 1 when absent: the last value is the naive forecast.",
    example: "7",
  }),
  horizon: input(z.string().optional(), {
    description:
      "Of a forecast: the column that tells how many steps of time ahead each row was forecast. One season or less when absent.",
    example: "days_ahead",
  }),
  group: input(z.string().optional(), {
    description:
      "A column of what rows belong to (a user, a site): rows of one group count as one piece of evidence, of which ten are needed.",
    example: "customer_id",
  }),
  time: input(z.string().optional(), {
    description:
      "A column of when a row was, where rows near each other in time may be alike: stretches of time count as pieces of evidence, of which ten are needed.",
    example: "day",
  }),
  fold: input(z.array(z.string()).min(1).max(2).optional(), {
    description:
      "Of a cross-validation, where there is no holdout: the column with each row's fold, or those of its repeat and its fold. Both models are then files of predictions that were made fold by fold, in the same folds.",
    separator: "comma",
    example: "fold",
  }),
  quantiles: input(z.array(z.number().gt(0).lt(1)).min(1).optional(), {
    description: "The levels of the quantiles that the models predict, in the order of their columns.",
    separator: "comma",
    example: "0.1, 0.5, 0.9",
  }),
  positive: input(z.union([z.string(), z.number(), z.boolean()]).optional(), {
    description: "The positive class of a binary label. `1` or `true` when absent.",
    example: "churned",
  }),
  metrics: input(z.array(metricInput).min(1).optional(), {
    description:
      "What is compared, each with its `test`: `superiority`, or `non-inferiority` (the default) with the `margin` that is tolerated, in the metric's unit. All must pass. Classes: `accuracy` (with `p`: `exact` or `mid-p`), `balanced-accuracy`, `precision`, `recall`, `f1` (each with `average`: `positive`, `macro`, `weighted` or `micro`), `mcc`, `cost` (with `costs`), `top-k` (with `k`), `roc-auc`, `average-precision`, `log-loss` (with `clip`), `brier`, `ece` (with `bins`, `binning`: `equal-width` or `equal-mass`). Numbers: `mse`, `rmse`, `mae`, `mape`, `smape`, `r2`, `pinball` (with `quantile`), and of forecasts `mase`. Several labels: `precision`, `recall`, `f1` (with `average`: `macro`, `weighted`, `micro` or `samples`), `subset-accuracy`, `hamming-loss`, `jaccard`, `roc-auc`, `average-precision` (`macro` or `micro`). Rankings: `ndcg` and `mrr` (with `k`), `map`. Scores: `score` (with `better`: `higher` or `lower`). Any task but several labels: the mean of an expression of your own in SQL, over a row's columns and one model's `prediction`, `score` and the `label` (`{ name: profit, sql: \"CASE WHEN prediction = 1 THEN amount ELSE 0 END\", better: higher, margin: 0.5 }`), or of what a program writes for each row (`command` in place of `sql`). When absent: non-inferior in ROC AUC (margin 0.005) and log-loss (0.01); for several classes in accuracy (0.01) and log-loss; for numbers in R² (0.01); for several labels in F1; for rankings in NDCG (0.01); for forecasts in MASE (0.01); superior in a score.",
    example: "[{ name: roc-auc, test: superiority }, { name: log-loss, test: non-inferiority, margin: 0.005 }]",
  }),
  ...slicingInputs,
  baseline: input(baselineInput.optional(), {
    description:
      'What a challenger must beat while there is no champion: always answering with the commonest class (`majority`, the default for classes) or with the mean (`mean`, the default for numbers), or documents in any order (`random-order`, the default for rankings), or repeating the last season (`seasonal-naive`, the default for forecasts), a column of the data (`column`), an expression in SQL over the columns of a row but its label (`{ sql: "x > 1" }`), or a program that answers the rows as a predictor does (`command`). The first metric must then be superior. `none`: nothing is compared.',
    example: "{ column: rule_score }",
  }),
  purpose: input(z.enum(purposes).optional(), {
    description:
      "`promote` decides on `data`; `screen` looks at `screen-data` first, as pull requests do. `screen` in a pull request when absent, else `promote`.",
  }),
  alpha: input(alpha, {
    description:
      "The error that a screen may make, and all promotions on one holdout together: the chance of passing a challenger that should not pass.",
  }),
  features: input(z.array(z.string()).min(1).optional(), {
    description:
      "Columns of a model that takes one matrix, in the order of training. When absent, the model's own metadata `feature_names`. A predictor's command is given these columns; all but the label when absent.",
    separator: "comma",
  }),
  modelOutputs: input(z.array(z.string()).min(1).optional(), {
    description:
      "Which outputs of ONNX models are read, where a model has several of a kind. When absent the class is chosen by type and name (`label`, `class`), and the scores too (`probabilities`, `scores`).",
    separator: "comma",
    example: "label, probabilities",
  }),
  predictor: input(z.enum(["onnx", "command"]).default("onnx"), {
    description:
      "Who scores. `onnx`: ONNX models, opened here. `command`: models of any kind, opened by `predictor-command` alone. Files of predictions need neither.",
  }),
  predictorCommand: input(z.array(z.string()).min(1).optional(), {
    description:
      "The program of `predictor: command` and its arguments, one a line; no shell. It finds the model, the rows and where its predictions go in TITLEHOLDER_MODEL_PATH, TITLEHOLDER_ROWS_PATH and TITLEHOLDER_OUTPUT_DIR.",
    separator: "line",
    example: "[python, score.py]",
  }),
  predictorFormat: input(z.enum(rowFormats).default("parquet"), {
    description: "What the rows are written as for the command.",
  }),
  allowForks: input(z.boolean().default(false), {
    description:
      "Let a fork's pull request bring the predictor's program. On a self-hosted runner a stranger's code runs there.",
  }),
  ...gateInputs,
  memoryLimit: input(z.string().optional(), {
    description:
      "Memory that each model may use besides its runtime. When absent 1 GiB, and for its first row 64 MiB and four times its own size: a model that takes more for one row is refused.",
    example: "4GiB",
  }),
  timeLimit: input(z.string().optional(), {
    description:
      "Time that each model may take for all rows. When absent 30 minutes, and to open and answer its first row 2 seconds of a processor, and one more for each 20 MB of its file.",
    example: "2h",
  }),
  maxAge: input(z.string().optional(), {
    description: "The champion's greatest age, since its training or registration. An older one is a warning.",
    example: "90d",
  }),
  trainingOverlap: input(z.boolean().default(true), {
    description:
      "Whether the rows are looked for in the data that each model was trained on, as far as reports of `train` and the files are at hand.",
  }),
  ...evidenceInput,
  ...holdoutInputs,
  ...registryInputs,
});

const outputs = z.strictObject({
  decision: input(z.enum(decisions), {
    description:
      "`superior`, `non-inferior`, `rejected`, `inconclusive`, `unchanged` (the same model or the same answers), `unbaselined-pass` or `unbaselined-fail` (there was no champion).",
  }),
  metrics: input(z.string(), { description: "The comparison of each metric as JSON." }),
});

const number = z.number().nullable();
const details = z.strictObject({
  decision: z.enum(decisions),
  purpose: z.enum(purposes),
  task: z.enum(tasks),
  /** Of each test: of this look, where a ledger counts them. */
  alpha: z.number(),
  /** The look at the holdout; null where none is counted. */
  ledger: ledgerSchema,
  challenger: digestSchema,
  champion: digestSchema.nullable(),
  /** What stood in for a champion. */
  baseline: z.string().nullable(),
  data: fingerprintSchema,
  /** 0 when no row had to be read. */
  rows: z.int(),
  /** Effects are oriented: positive is better. Bounds are one-sided at 1 − alpha. */
  metrics: z.array(
    z.strictObject({
      /** The metric, and what tells it from another of the same: `f1-macro`. */
      name: z.string(),
      metric: z.enum(metricNames),
      test: z.enum(metricTests),
      margin: number,
      /** `hidden`: the holdout is protected. */
      state: z.enum([...metricStates, "hidden"]),
      challenger: number,
      champion: number,
      effect: number,
      lower: number,
      upper: number,
      p: number,
      method: z.string(),
      detectable: number,
      rowsNeeded: number,
    }),
  ),
  ...slicingDetails,
  ...gateDetails,
});

type Inputs = z.output<typeof inputs>;
export type EvaluationDetails = z.output<typeof details>;

export const command = {
  name: "evaluate-vs-champion",
  summary: "Decide on the same rows whether a challenger may take the champion's place.",
  description:
    "Scores both models on the same held-out rows and compares them by paired tests: superiority, or non-inferiority within a margin. " +
    "The report has every number that led to the decision, and how small a difference these rows could have shown. " +
    "Models are inspected before they are opened, and run in helper processes with memory and time limits.",
  inputs,
  outputs,
  details,
  run,
} satisfies Command<typeof inputs, typeof outputs>;

async function run(given: Inputs, host: Host, project: Project) {
  const rules = metricRules(given.metrics, given.task);
  const slicing = slicingOf(given);
  const labels = taskColumns(given.task, given.label, given.query);
  const scores = scoreColumnsOf(given);
  requireForecast(given);
  requireLevels(rules, given.quantiles ?? []);
  const limits = {
    memoryBytes: parseSize(given.memoryLimit ?? "1GiB", { input: "memory-limit" }),
    wallMs: parseDuration(given.timeLimit ?? "30m", { input: "time-limit" }),
    threads: 1,
    written: { memory: given.memoryLimit !== undefined, time: given.timeLimit !== undefined },
  };
  const predictorCommand = predictorCommandOf(given, limits.wallMs, host);
  const challenger = await locateChallenger(given, host, project);
  const champion = await locateChampion(given, host, project);
  const rows = await locateRows(given, host);
  const baseline = baselineOf(given.baseline, given.task);
  const programs = rules.some(({ metric }) => metric === "command");
  if (programs || (typeof baseline !== "string" && "command" in baseline))
    refuseFork(given.allowForks, host, "TH_PREDICTOR_FORK", "score with a program");
  const known = {
    purpose: rows.purpose,
    task: given.task,
    alpha: given.alpha,
    ledger: null,
    challenger: challenger.digest,
    champion: champion?.digest ?? null,
    baseline: champion === undefined && scores?.champion === undefined ? baselineName(baseline) : null,
    data: rows.fingerprint,
  };
  if (champion?.digest === challenger.digest) return unchanged(known, challenger, champion);
  const { label = "", query, key, task, positive, weight, group, time, horizon, fold } = given;
  const { features, quantiles = [], trainingOverlap } = given;
  const season = task === "forecast" ? (given.season ?? 1) : undefined;
  const question = { label, labels, query, key, task, positive, weight, group, time, horizon, season, fold };
  const maxAge = given.maxAge === undefined ? undefined : parseDuration(given.maxAge, { input: "max-age" });
  const provenances = await provenancesOf(modelsOf(challenger, champion), given.evidence, host);
  const hygiene = { provenances, maxAge, trainingOverlap };
  const read = { features, modelOutputs: given.modelOutputs, scores };
  const models = { challenger, champion, championInput: given.champion, limits, predictorCommand, ...read };
  const kept = {
    keeping: await holdoutKeeping(given, rules, host, project),
    servingProfile: given.servingProfile,
    gates: gatesOf(given),
  };
  return compareModels(
    {
      given: known,
      hygiene,
      ...kept,
      rules,
      ...models,
      rows,
      question,
      quantiles,
      baseline,
      rowFormat: given.predictorFormat,
      slicing,
    },
    host,
  );
}

function modelsOf(challenger: LocatedModel, champion: LocatedModel | undefined) {
  const one = { name: "challenger", model: challenger } as const;
  return champion === undefined ? [one] : [one, { name: "champion", model: champion } as const];
}

async function locateChallenger(given: Inputs, host: Host, project: Project): Promise<LocatedModel> {
  const where = whereOf(given, "challenger", host);
  const challenger = await locateModel(given.challenger, host, project, where);
  if (challenger !== undefined) return challenger;
  const absent = await absenceOf(given.challenger, host, project, where);
  if (absent !== undefined) throw absent;
  throw configurationError(
    "TH_MODEL_MISSING",
    `the registry has no ${given.challenger}`,
    "name a version or alias that is there, or a file",
    { input: "challenger" },
  );
}

/** Undefined when none is named, and when there is none yet; any other that is not there is refused. */
async function locateChampion(given: Inputs, host: Host, project: Project): Promise<LocatedModel | undefined> {
  if (given.champion === undefined) return undefined;
  const where = whereOf(given, "champion", host);
  const champion = await locateModel(given.champion, host, project, where);
  const absent = champion === undefined ? await absenceOf(given.champion, host, project, where) : undefined;
  if (absent !== undefined) throw absent;
  return champion;
}

function whereOf(given: Inputs, name: string, host: Host): LocateOptions {
  return {
    input: name,
    registry: given.registry,
    allowEphemeral: given.allowEphemeralRegistry,
    look: async (path, shown) => {
      if (given.task !== "score" && answersBy(path, given.predictor) === "onnx")
        await requireOnnxFile(path, host.files, shown);
    },
  };
}
