import type { Column, DataSource, DatasetGroup } from "../../../dataset/dataset.ts";
import type { Fingerprint } from "../../../dataset/fingerprint.ts";
import { configurationError } from "../../../kernel/error.ts";
import { suggest } from "../../../kernel/naming.ts";
import { locateData, openDataGroup } from "../../data.ts";
import type { Situation } from "../part.ts";
import type { SplitInputs } from "./inputs.ts";

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

/** Which column plays which part. */
export interface Roles {
  readonly label: string | undefined;
  readonly time: string | undefined;
  readonly group: readonly string[];
  /** Columns that every table has, with single values in them. */
  readonly common: readonly string[];
  /** Columns of every split that rows are compared by: all but the label, the key and what is to be ignored. */
  readonly compared: readonly string[];
  /** Those of them that a model may learn from: neither time nor group. */
  readonly features: readonly string[];
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
  const rows: Partial<Record<SplitName, number>> = {};
  for (const name of names) rows[name] = Number((await group.datasets[name].aggregate({ n: { fn: "count" } })).n);
  return {
    names,
    group,
    located: all,
    rows: rows as Record<SplitName, number>,
    [Symbol.asyncDispose]: () => group[Symbol.asyncDispose](),
  };
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
  /** The label has few values, each a class. */
  readonly classes: boolean;
}

/** Earlier and later split, in every combination. */
export function pairsOf(names: readonly SplitName[]): readonly (readonly [earlier: SplitName, later: SplitName])[] {
  return names.flatMap((earlier, at) => names.slice(at + 1).map((later) => [earlier, later] as const));
}

/**
 * @param tables columns of each table that takes part
 * @throws TH_DATA_COLUMN (configuration) for an input that names a column which one of them lacks.
 */
export function rolesOf(given: SplitInputs, tables: readonly (readonly Column[])[], { contract }: Situation): Roles {
  const [first = [], ...others] = tables;
  const everywhere = first.filter(
    ({ name, kind }) =>
      kind !== "nested" &&
      others.every((columns) => columns.some((column) => column.name === name && column.kind !== "nested")),
  );
  const known = new Set(everywhere.map(({ name }) => name));
  const require = (name: string, input: string) => {
    if (known.has(name)) return;
    throw configurationError(
      "TH_DATA_COLUMN",
      `${tables.length > 1 ? "not every split has" : "the data does not have"} a column "${name}" of single values`,
      suggest(name, known),
      { input },
    );
  };
  if (given.label !== undefined) require(given.label, "label");
  if (given.time !== undefined) require(given.time, "time");
  for (const name of given.group ?? []) require(name, "group");
  for (const name of given.ignore ?? []) require(name, "ignore");
  for (const name of given.allowedPredictors ?? []) require(name, "allowed-predictors");
  const out = new Set([
    ...(given.ignore ?? []),
    ...contract.value.key,
    ...(given.label === undefined ? [] : [given.label]),
  ]);
  const compared = everywhere.map(({ name }) => name).filter((name) => !out.has(name));
  const group = given.group ?? [];
  return {
    label: given.label,
    time: given.time,
    group,
    common: [...known],
    compared,
    features: compared.filter((name) => name !== given.time && !group.includes(name)),
  };
}
