import type { DataSource, DatasetGroup } from "../../../dataset/dataset.ts";
import type { Fingerprint } from "../../../dataset/fingerprint.ts";
import { configurationError } from "../../../kernel/error.ts";
import { locateData, openDataGroup } from "../../data.ts";
import type { Situation } from "../part.ts";
import type { SplitInputs } from "./inputs.ts";
import type { LabelFacts } from "./label-facts.ts";
import type { Roles } from "./roles.ts";

export type SplitName = "train" | "validation" | "test";

/** In the order of time: what a model learns from comes first. */
const order: readonly SplitName[] = ["train", "validation", "test"];

export interface LocatedSplit {
  readonly source: DataSource;
  readonly fingerprint: Fingerprint;
}

/** The splits, opened together. */
export interface Splits extends AsyncDisposable {
  readonly names: readonly SplitName[];
  readonly group: DatasetGroup<SplitName>;
  readonly located: Readonly<Record<SplitName, LocatedSplit>>;
  readonly rows: Readonly<Record<SplitName, number>>;
}

/**
 * @throws TH_SPLIT_ALONE (configuration) for a training split without another, and the errors of `locateData`.
 */
export async function openSplits(split: NonNullable<SplitInputs["split"]>, situation: Situation): Promise<Splits> {
  const { host, source } = situation;
  const names = order.filter((name) => split[name] !== undefined);
  if (names.length < 2)
    throw configurationError(
      "TH_SPLIT_ALONE",
      "split names train alone, and there is nothing to hold it against",
      "name validation or test as well, or leave split out",
      { input: "split" },
    );
  const located: Partial<Record<SplitName, LocatedSplit>> = {};
  const { declared, text } = source;
  const read = { ...(declared === undefined ? {} : { declared }), ...(text === undefined ? {} : { text }) };
  for (const name of names) {
    const paths = split[name] ?? [];
    located[name] = await locateData(typeof paths === "string" ? [paths] : paths, host, "split", read);
  }
  const all = located as Record<SplitName, LocatedSplit>;
  const sources = Object.fromEntries(names.map((name) => [name, all[name].source]));
  const group = await openDataGroup(sources as Record<SplitName, DataSource>, host);
  try {
    const rows: Partial<Record<SplitName, number>> = {};
    for (const name of names) rows[name] = Number((await group.datasets[name].aggregate({ n: { fn: "count" } })).n);
    const dispose = () => group[Symbol.asyncDispose]();
    return { names, group, located: all, rows: rows as Record<SplitName, number>, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await group[Symbol.asyncDispose]();
    throw error;
  }
}

/** What the checks of the splits ask, and of what. */
export interface Question {
  readonly splits: Splits;
  readonly roles: Roles;
  readonly situation: Situation;
  /** Rows that each table shows. */
  readonly limit: number;
  /** Columns whose cells are shown beside a row. */
  readonly shown: readonly string[];
  /** Of the label, where there is one. */
  readonly facts: LabelFacts | undefined;
}

/** Earlier and later split, in every combination. */
export function pairsOf(names: readonly SplitName[]): readonly (readonly [earlier: SplitName, later: SplitName])[] {
  return names.flatMap((earlier, at) => names.slice(at + 1).map((later) => [earlier, later] as const));
}
