import type { ClassTruth, NumberTruth } from "../../evaluation/evaluation.ts";
import { confusionTables, disagreementTables, type NamedAnswers } from "../../evaluation/pictures.ts";
import { calibrationSeries, calibrationTables, curveSeries } from "../../evaluation/pictures-curves.ts";
import { coverageTables, distanceTables, residualSeries } from "../../evaluation/pictures-numbers.ts";
import type { Part, Scene, Topic } from "./part.ts";

/** What a person looks at beside the tests: curves, confusion, residuals, and where the two differ. */
export const picturesTopic: Topic = (scene) => {
  const { truth } = scene.scored;
  if (truth.kind === "classes") return ofClasses(truth, whoIsShown(scene));
  return truth.kind === "numbers" ? ofNumbers(truth, whoIsShown(scene)) : {};
};

interface Shown {
  readonly challenger: NamedAnswers;
  readonly opponent: NamedAnswers | undefined;
  readonly all: readonly NamedAnswers[];
  /** A baseline answers the same in every row: its curves say nothing. */
  readonly drawn: readonly NamedAnswers[];
}

function whoIsShown({ scored, opponent }: Scene): Shown {
  const challenger = { name: "challenger", answers: scored.answers[0] ?? {} };
  const all = opponent === undefined ? [challenger] : [challenger, opponent];
  return { challenger, opponent, all, drawn: opponent?.name === "baseline" ? [challenger] : all };
}

function ofClasses(truth: ClassTruth, { challenger, opponent, all, drawn }: Shown): Part {
  return {
    tables: [
      ...(opponent === undefined ? [] : disagreementTables(truth, challenger, opponent)),
      ...confusionTables(truth, all),
      ...calibrationTables(truth, drawn),
    ],
    series: [...curveSeries(truth, drawn), ...calibrationSeries(truth, drawn)],
  };
}

function ofNumbers(truth: NumberTruth, { challenger, opponent, drawn }: Shown): Part {
  return {
    tables: [
      ...(opponent === undefined ? [] : distanceTables(truth, challenger, opponent)),
      ...coverageTables(truth, drawn),
    ],
    series: residualSeries(truth, drawn),
  };
}
