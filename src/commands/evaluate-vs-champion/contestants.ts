import type { Dataset } from "../../dataset/dataset.ts";
import type { Classes } from "../../evaluation/classes.ts";
import { classText } from "../../evaluation/classes.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { PredictorSession } from "../../model/model.ts";
import type { LocatedModel } from "../model-reference.ts";
import { openPredictor } from "../predictor.ts";
import type { Contestant, HoldoutQuestion } from "./columns.ts";
import type { Contest } from "./compare.ts";
import { CommandSession } from "./predictions/command.ts";
import { isPredictionsFile, openPredictionsFile } from "./predictions/file.ts";
import { scoreContestants } from "./score-columns.ts";

/** How a contestant comes to its answers. */
export type AnswersBy = "onnx" | "command" | "file";

/** A file of rows holds predictions; anything else is a model. */
export function answersBy(path: string, predictor: "onnx" | "command"): AnswersBy {
  return isPredictionsFile(path) ? "file" : predictor;
}

/** Who takes part; the models that this program opens itself are open. */
interface Seat {
  readonly name: Contestant["name"];
  readonly model: LocatedModel;
  readonly by: AnswersBy;
  readonly session?: PredictorSession;
}

/**
 * Opens what is opened without the data: both ONNX models at once, as most of the time to open one is the start of its process. What opened
 * is closed by the stack.
 */
export async function openModels(contest: Contest, host: Host, stack: AsyncDisposableStack): Promise<readonly Seat[]> {
  const { challenger, champion, limits, features, modelOutputs, predictorCommand } = contest;
  if (contest.scores !== undefined) return [];
  const predictor = predictorCommand === undefined ? "onnx" : "command";
  const seats: readonly Seat[] = [
    { name: "challenger" as const, model: challenger },
    ...(champion === undefined ? [] : [{ name: "champion" as const, model: champion }]),
  ].map((seat) => ({ ...seat, by: answersBy(seat.model.path, predictor) }));
  const named = { features, outputs: modelOutputs };
  const opened = await Promise.allSettled(
    seats.map(async ({ model, by }) => (by === "onnx" ? openPredictor(model, host, limits, named) : undefined)),
  );
  for (const one of opened) if (one.status === "fulfilled" && one.value !== undefined) stack.use(one.value);
  return seats.map((seat, at) => {
    const result = opened[at];
    if (result?.status === "rejected") throw result.reason;
    return result?.value === undefined ? seat : { ...seat, session: result.value };
  });
}

/** Joins files of predictions to the data, and tells commands which columns there are. */
export async function seatContestants(
  seats: readonly Seat[],
  contest: Contest,
  dataset: Dataset,
  host: Host,
): Promise<readonly Contestant[]> {
  if (contest.scores !== undefined) return scoreContestants(contest.scores);
  const contestants: Contestant[] = [];
  for (const seat of seats) {
    const session = seat.session ?? (await sessionOf(seat, contest, dataset, host));
    contestants.push({ name: seat.name, shown: seat.model.reference, session });
  }
  return contestants;
}

async function sessionOf(
  { name, model, by }: Seat,
  contest: Contest,
  dataset: Dataset,
  host: Host,
): Promise<PredictorSession> {
  const { question, quantiles, predictorCommand } = contest;
  const asked = { task: question.task, quantiles, labels: question.labels };
  if (by === "file") return openPredictionsFile(model, name, question.key, asked, dataset, host);
  if (predictorCommand === undefined) throw new Error("a model that nobody opens");
  return new CommandSession(predictorCommand, model, name, commandColumns(contest, dataset), asked, host);
}

/** All columns but the label, or those that were named. A program that saw the label could give it back. */
function commandColumns({ features, question }: Contest, dataset: Dataset): readonly string[] {
  return features ?? dataset.columns.map(({ name }) => name).filter((name) => !hidden(question).has(name));
}

function hidden({ labels }: HoldoutQuestion): ReadonlySet<string> {
  return new Set(labels);
}

/**
 * That a cross-validation is of answers given fold by fold: one model was trained on rows of all folds but one.
 * @throws TitleholderError TH_EVALUATION_FOLDS (configuration)
 */
export function requireFoldwise(contestants: readonly Contestant[], { fold }: HoldoutQuestion): void {
  const model = contestants.find(({ session }) => session.from !== "file");
  if (fold === undefined || model === undefined) return;
  throw configurationError(
    "TH_EVALUATION_FOLDS",
    `the ${model.name} ${model.shown} is one model, and the folds of a cross-validation were each answered by another`,
    "give files of predictions that were made fold by fold, or leave `fold` out",
    { input: "fold" },
  );
}

/**
 * That columns of scores which name their classes are those of the label. The scores of a file are put in the classes' order by their names.
 * @throws TitleholderError TH_EVALUATION_CLASSES (configuration) naming the classes.
 */
export function requireSameClasses(contestants: readonly Contestant[], classes: Classes | undefined): void {
  if (classes === undefined) return;
  for (const { name, shown, session } of contestants) {
    const own = session.classes?.map((text) => classText(text) ?? text);
    if (own === undefined) continue;
    const lacking = classes.classes.filter((text) => !own.includes(text));
    const foreign = own.filter((text) => !classes.classes.includes(text));
    if (lacking.length === 0 && foreign.length === 0) continue;
    const quoted = (texts: readonly string[]) => texts.slice(0, 8).map((text) => `"${text}"`);
    const parts = [
      ...(lacking.length > 0 ? [`has no score column for ${quoted(lacking).join(", ")}`] : []),
      ...(foreign.length > 0 ? [`scores ${quoted(foreign).join(", ")}, which the label column does not hold`] : []),
    ];
    throw configurationError(
      "TH_EVALUATION_CLASSES",
      `the ${name} ${shown} ${parts.join(" and ")}`,
      "write a column score_CLASS for each class of the label column, and for no other",
      { input: name },
    );
  }
}
