import type { Column } from "../dataset/dataset.ts";
import type { ShapeQuestion } from "./contract.ts";
import { agrees, kindOfPhysicalType } from "./physical-type.ts";
import { partAt } from "./spot.ts";

/** What the types of the data say to a question. */
export interface ShapeAnswer {
  readonly question: ShapeQuestion;
  readonly verdict: "pass" | "fail" | "unchecked";
  readonly message: string;
}

/** Answers all questions but those about what is not there, or is no structure or list, which is a fault of its own. */
export function shapeAnswers(
  questions: readonly ShapeQuestion[],
  columns: ReadonlyMap<string, Column>,
): readonly ShapeAnswer[] {
  return questions.flatMap((question) => {
    const { spot, asks } = question;
    const found = partAt(spot, columns);
    if (asks.what !== "present") return found === undefined ? [] : answer(question, found);
    const whole = spot.holder === undefined ? undefined : partAt(spot.holder.spot, columns);
    if (whole === undefined || !isStructure(whole)) return [];
    return [
      found === undefined
        ? { question, verdict: "fail", message: `${spot.holder?.spot.path} has no field ${spot.holder?.field}` }
        : { question, verdict: "pass", message: `${spot.holder?.spot.path} has the field ${spot.holder?.field}` },
    ];
  });
}

function answer(question: ShapeQuestion, found: Column): readonly ShapeAnswer[] {
  const { asks, spot } = question;
  const judged = (holds: boolean, must: string): readonly ShapeAnswer[] => [
    holds
      ? { question, verdict: "pass", message: `${spot.path} is ${must}` }
      : { question, verdict: "fail", message: `${spot.path} must be ${must}, and the data holds ${found.native}` },
  ];
  switch (asks.what) {
    case "present":
      return [];
    // Of another kind it fails already.
    case "list":
      return found.kind === "nested" ? judged(found.items !== undefined, "a list") : [];
    case "structure":
      return found.kind === "nested" ? judged(isStructure(found), "a structure") : [];
    case "kind":
      return judged(
        found.kind === asks.kind || (asks.kind === "number" && found.kind === "integer"),
        `of type ${asks.kind}`,
      );
    case "zoned":
      // Text files are read by it, cell by cell.
      if (found.storage?.type !== "timestamp") return [];
      return judged(found.storage.zoned === asks.zoned, `kept ${asks.zoned ? "with" : "without"} a time zone`);
    case "physical": {
      const agreed = agrees(asks.type, found);
      if (agreed !== undefined) return judged(agreed, `kept as ${asks.written}`);
      // Text is read by its kind, cell by cell, and held against the lengths and ranges of the type by rules.
      const kind = kindOfPhysicalType(asks.type);
      if (asks.type.type === "text" || kind === found.kind || (kind === "number" && found.kind === "integer"))
        return [];
      const message = `${spot.path} must be kept as ${asks.written}: a text file of values of kind ${found.kind} does not tell`;
      return [{ question, verdict: "unchecked", message }];
    }
  }
}

/** A map stands for a structure whose fields vary. */
function isStructure(column: Column): boolean {
  return column.fields !== undefined || column.values !== undefined;
}
