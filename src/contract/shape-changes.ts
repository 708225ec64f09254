import type { ColumnKind } from "../dataset/dataset.ts";
import type { Place } from "../kernel/error.ts";
import { type ContractChange, placeOf } from "./change.ts";
import type { Contract, ShapeQuestion } from "./contract.ts";
import { admits } from "./physical-type.ts";
import type { Spot } from "./spot.ts";
import { type Strictness, strictness, textOf } from "./strictness.ts";

type Asks = ShapeQuestion["asks"];

/** A kind is looser than another where it takes all values of the other. */
export function kindStrictness(old: ColumnKind | undefined, now: ColumnKind | undefined): Strictness {
  const takes = (wide: ColumnKind | undefined, narrow: ColumnKind | undefined) =>
    wide === narrow || wide === undefined || (wide === "number" && narrow === "integer");
  return strictness(takes(now, old), takes(old, now));
}

/**
 * What the earlier contract asked of the types of the data themselves and the later one does not, and the reverse. Parts that are gone or
 * have come take all that is asked of them along; what is asked of a column that only one contract has belongs to that change.
 */
export function shapeChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const [before, after] = [differing(earlier, later), differing(later, earlier)];
  const [gone, come] = [partsOnlyIn(before), partsOnlyIn(after)];
  const rest = after.filter(({ spot }) => !isWithinAny(spot, come));
  const pairs = before
    .filter(({ spot }) => !isWithinAny(spot, gone))
    .map((old) => {
      const at = rest.findIndex((question) => topicOf(question) === topicOf(old));
      return [old, at < 0 ? undefined : rest.splice(at, 1)[0]] as const;
    });
  return [
    ...gone.map((part) => partChange(part, before, "removed", later)),
    ...come.map((part) => partChange(part, after, "added", later)),
    ...pairs.flatMap(([old, now]) => questionChange(old, now, later)),
    ...rest.flatMap((now) => questionChange(undefined, now, later)),
  ];
}

/** Questions about columns of both contracts that the other one does not ask. */
function differing({ shape = [] }: Contract, other: Contract): readonly ShapeQuestion[] {
  const columns = new Set(other.columns.map(({ name }) => name));
  const asked = new Set((other.shape ?? []).map(textOfQuestion));
  return shape.filter((question) => columns.has(question.spot.column) && !asked.has(textOfQuestion(question)));
}

function textOfQuestion({ spot, asks }: ShapeQuestion): string {
  return textOf([spot.path, asks]);
}

/** What is asked for the first time, or for the last, outermost parts alone. */
function partsOnlyIn(questions: readonly ShapeQuestion[]): readonly ShapeQuestion[] {
  const parts = [
    ...new Map(questions.filter(({ asks }) => asks.what === "present").map((part) => [part.spot.path, part])).values(),
  ];
  return parts.filter(({ spot }) => spot.holder === undefined || !isWithinAny(spot.holder.spot, parts));
}

function isWithinAny(spot: Spot, parts: readonly ShapeQuestion[]): boolean {
  return (
    parts.some((part) => part.spot.path === spot.path) ||
    (spot.holder !== undefined && isWithinAny(spot.holder.spot, parts))
  );
}

function partChange(
  part: ShapeQuestion,
  questions: readonly ShapeQuestion[],
  done: "added" | "removed",
  later: Contract,
): ContractChange {
  const { path } = part.spot;
  const kinds = questions.filter(({ spot }) => spot.path === path).map(({ asks }) => asks);
  const kind = kinds.find((asks) => asks.what === "kind")?.kind ?? "of any type";
  const ids = questions.filter(({ spot }) => isWithinAny(spot, [part])).map(({ id }) => id);
  const added = done === "added";
  return {
    id: path,
    what: `part ${path} was ${done}`,
    old: added ? null : kind,
    new: added ? kind : null,
    gate: added ? "tighter" : "looser",
    breaking: true,
    place: added ? part.place : placeAbout(part.spot, later),
    ...(added ? {} : { oldPlace: part.place }),
    asked: { old: added ? [] : ids, new: added ? ids : [] },
  };
}

/** Readers are bound to the types of files: one that is asked for anew breaks those that were given another before. */
function questionChange(
  old: ShapeQuestion | undefined,
  now: ShapeQuestion | undefined,
  later: Contract,
): readonly ContractChange[] {
  const question = now ?? old;
  const gate = questionStrictness(old?.asks, now?.asks);
  if (question === undefined || gate === "same") return [];
  return [
    {
      id: question.id,
      what: `${topics[question.asks.what]} of ${question.spot.path}`,
      old: old === undefined ? "any" : wordsOf(old.asks),
      new: now === undefined ? "any" : wordsOf(now.asks),
      gate,
      breaking: true,
      place: now?.place ?? placeAbout(question.spot, later),
      ...(old === undefined ? {} : { oldPlace: old.place }),
      asked: { old: old === undefined ? [] : [old.id], new: now === undefined ? [] : [now.id] },
    },
  ];
}

function questionStrictness(old: Asks | undefined, now: Asks | undefined): Strictness {
  if (old === undefined) return "tighter";
  if (now === undefined) return "looser";
  if (old.what === "kind" && now.what === "kind") return kindStrictness(old.kind, now.kind);
  if (old.what === "physical" && now.what === "physical")
    return strictness(admits(now.type, old.type), admits(old.type, now.type));
  return "different";
}

const topics: Readonly<Record<Asks["what"], string>> = {
  present: "the presence",
  kind: "the type",
  list: "the form",
  structure: "the form",
  zoned: "the time zone",
  physical: "the stored type",
};

/** Questions of one topic about one spot are answers to each other. */
function topicOf({ spot, asks }: ShapeQuestion): string {
  return textOf([spot.path, topics[asks.what]]);
}

function wordsOf(asks: Asks): string {
  switch (asks.what) {
    case "kind":
      return asks.kind;
    case "zoned":
      return asks.zoned ? "kept" : "not kept";
    case "physical":
      return asks.written;
    default:
      return asks.what;
  }
}

/** Where the innermost thing stands that the contract still speaks of. */
function placeAbout({ path, column, holder }: Spot, contract: Contract): Place {
  if (holder === undefined) return placeOf(column, contract);
  return contract.shape?.find(({ spot }) => spot.path === path)?.place ?? placeAbout(holder.spot, contract);
}
