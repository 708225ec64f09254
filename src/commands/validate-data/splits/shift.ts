import type { Dataset } from "../../../dataset/dataset.ts";
import { type ComparedColumn, compareColumns } from "../../../drift/comparison.ts";
import type { DriftMethod } from "../../../drift/drift.ts";
import { methods } from "../../../generated/methods.ts";
import type { Check, Table } from "../../../kernel/command.ts";
import { TitleholderError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import type { Profile } from "../../../profile/profile.ts";
import { profileDataset } from "../../../profile/profiling.ts";
import { formatNumber, formatP } from "../../../report/format.ts";
import { matchColumns } from "../../drift-report/columns.ts";
import { listed, plural } from "../checks.ts";
import type { Part } from "../part.ts";
import type { LabelledSet } from "./labels.ts";

/** As drift-report decides by default. */
const options = { minimumEffect: 0.05, alpha: 0.05 };
const rule = "PSI against a minimum effect of 0.05, Benjamini–Hochberg";

/** Whether the label, and the columns a model learns from, are spread in later splits as in the first. */
export async function shiftPart(
  sets: readonly LabelledSet[],
  label: string | undefined,
  features: readonly string[],
  host: Host,
): Promise<Part> {
  const [first, ...others] = sets;
  const method = (await methods.psi?.load())?.create({}, host);
  if (method === undefined) throw new Error("the method psi is not in the generated map");
  if (first === undefined) return {};
  const profile = (dataset: Dataset, like?: Profile) =>
    profileDataset(dataset, {
      columns: [...features, ...(label === undefined ? [] : [label])],
      onColumn: (done, total) => host.log.progress("profiling the splits", done, total),
      ...(like === undefined ? {} : { like }),
    });
  const reference = await profile(first.dataset);
  const parts: Part[] = [];
  for (const other of others) {
    const current = await profile(other.dataset, reference);
    const sides = { reference, current, dataset: other.dataset };
    if (label !== undefined) {
      const [compared] = await compare([label], [label], sides, method);
      if (compared !== undefined) parts.push({ checks: [labelCheck(compared, label, first.name, other.name)] });
    }
    const compared = await compare(features, undefined, sides, method);
    if (compared.length > 0) parts.push(featuresPart(compared, first.name, other.name));
  }
  return { checks: parts.flatMap((part) => part.checks ?? []), tables: parts.flatMap((part) => part.tables ?? []) };
}

interface Sides {
  readonly reference: Profile;
  readonly current: Profile;
  readonly dataset: Dataset;
}

/** Without a wish, columns that always move, such as times and identifiers, are left out. */
async function compare(
  names: readonly string[],
  wished: readonly string[] | undefined,
  { reference, current, dataset }: Sides,
  method: DriftMethod,
): Promise<readonly ComparedColumn[]> {
  const only = (profile: Profile) => ({
    ...profile,
    columns: new Map([...profile.columns].filter(([name]) => names.includes(name))),
  });
  try {
    const { pairs } = await matchColumns(wished, only(reference), only(current), dataset);
    return compareColumns(pairs, [], method, options);
  } catch (error) {
    if (error instanceof TitleholderError && error.code === "TH_DRIFT_NO_COLUMNS") return [];
    throw error;
  }
}

function labelCheck({ decision, evidence }: ComparedColumn, label: string, first: string, other: string): Check {
  const id = `label.shift.${other}`;
  const { verdict, p, reason } = decision;
  if (verdict === "inconclusive" || evidence.kind !== "score")
    return {
      id,
      verdict: "unchecked",
      message: `whether ${label} is spread alike in ${first} and ${other} was not decided: ${reason ?? "it has no score"}`,
    };
  const effect = evidence.corrected ?? evidence.score;
  const head = {
    id,
    effect,
    method: rule,
    expected: `at most ${options.minimumEffect}`,
    ...(p === undefined ? {} : { p }),
  };
  const figures = `corrected PSI ${formatNumber(effect)}, p against the minimum effect ${formatP(p ?? 1)}`;
  return verdict === "pass"
    ? {
        ...head,
        verdict: "pass",
        message: `nothing shows that ${label} is spread otherwise in ${other} than in ${first}: ${figures}`,
      }
    : { ...head, verdict: "warn", message: `${label} is spread otherwise in ${other} than in ${first}: ${figures}` };
}

function featuresPart(compared: readonly ComparedColumn[], first: string, other: string): Part {
  const id = `split.shift.${other}`;
  // Only what is shown to move: splits by time always differ a little.
  const moved = compared.filter(({ decision }) => decision.verdict === "fail");
  const decided = compared.filter(({ decision }) => decision.verdict !== "inconclusive");
  if (decided.length === 0)
    return {
      checks: [
        {
          id,
          verdict: "unchecked",
          message: `${other} has too few rows to tell whether its columns are spread as those of ${first}`,
        },
      ],
    };
  const head = { id, observed: moved.length, expected: "no column", n: decided.length, method: rule };
  if (moved.length === 0)
    return {
      checks: [
        {
          ...head,
          verdict: "pass",
          message: `nothing shows that any of ${plural(decided.length, "column")} is spread otherwise in ${other} than in ${first}`,
        },
      ],
    };
  const message = `${moved.length} of ${plural(decided.length, "column")} are spread otherwise in ${other} than in ${first}: ${listed(moved.map(({ column }) => column))}`;
  return { checks: [{ ...head, verdict: "warn", message }], tables: [shiftTable(moved, first, other)] };
}

function shiftTable(moved: readonly ComparedColumn[], first: string, other: string): Table {
  return {
    title: `Columns that are spread otherwise in ${other} than in ${first}`,
    columns: ["column", "corrected PSI", "p against the minimum effect"],
    rows: moved.map(({ column, decision, evidence }) => [
      column,
      evidence.kind === "score" ? formatNumber(evidence.corrected ?? evidence.score) : null,
      decision.p === undefined ? null : formatP(decision.p),
    ]),
  };
}
