import type { ColumnKind } from "../../dataset/dataset.ts";
import type { Artifact, Check } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import { checksOf, listed, plural } from "./checks.ts";
import type { Part, Situation } from "./part.ts";
import { validate } from "./rules.ts";
import { duplicatesPart } from "./splits/duplicates.ts";
import { giveawayPart } from "./splits/giveaway.ts";
import { groupsPart } from "./splits/groups.ts";
import type { SplitInputs } from "./splits/inputs.ts";
import { type LabelFacts, labelFacts } from "./splits/label-facts.ts";
import { type LabelledSet, labelsPart } from "./splits/labels.ts";
import { openSplits, type Question, type SplitName, type Splits } from "./splits/opening.ts";
import { type Roles, rolesOf } from "./splits/roles.ts";
import { shiftPart } from "./splits/shift.ts";
import { timePart } from "./splits/time-order.ts";
import { tablesOf } from "./tables.ts";

/** Columns whose cells stand beside a row that is shown. */
const mostShown = 6;

/** What is shared between splits that must not be, and whether each keeps to the contract. */
export async function splitsPart(given: SplitInputs, situation: Situation, limit: number): Promise<readonly Part[]> {
  if (given.split === undefined) return wholePart(given, situation);
  await using splits = await openSplits(given.split, situation);
  const parts: Part[] = [identityPart(splits)];
  for (const name of splits.names) parts.push(await contractPart(name, splits, situation, limit));
  const unreadable = splits.names.filter((name) => splits.group.datasets[name].columns.length === 0);
  if (unreadable.length > 0) {
    const message = `the splits were not held against each other: nothing of ${unreadable.join(" and ")} can be read`;
    return [...parts, { checks: [{ id: "split", verdict: "unchecked", message }] }];
  }
  const question = await questionOf(given, splits, situation, limit);
  parts.push({ checks: [columnsCheck(splits)] });
  const progress = (done: number) => situation.host.log.progress("holding the splits against each other", done, 3);
  progress(0);
  parts.push(await duplicatesPart(question));
  progress(1);
  if (question.roles.group.length > 0) parts.push(await groupsPart(question));
  progress(2);
  if (question.roles.time !== undefined) parts.push(await timePart(question, question.roles.time));
  progress(3);
  const sets = splits.names.map((name) => ({ name, dataset: splits.group.datasets[name], rows: splits.rows[name] }));
  parts.push(...(await learningParts(sets, question.roles, question.facts, given, situation)));
  parts.push(await shiftPart(sets, question.roles.label, question.roles.features, situation.host));
  return parts;
}

/** What is asked of the label of data that was not split. */
async function wholePart(given: SplitInputs, situation: Situation): Promise<readonly Part[]> {
  const { dataset, found } = situation;
  if (given.label === undefined || found.unreadable) return [];
  const roles = rolesOf(given, [dataset.columns], situation.contract.value.key);
  const sets = [{ name: "the data", dataset, rows: found.rows }];
  return learningParts(sets, roles, await labelFacts(dataset, given.label), given, situation);
}

/** Balance of the label, and columns that give it away: asked of what a model learns from. */
async function learningParts(
  sets: readonly LabelledSet[],
  { label, features }: Roles,
  facts: LabelFacts | undefined,
  { allowedPredictors: allowed = [] }: SplitInputs,
  { masking, host }: Situation,
): Promise<readonly Part[]> {
  const [first] = sets;
  if (label === undefined || facts === undefined || first === undefined) return [];
  const labels = await labelsPart(sets, label, facts, masking);
  host.log.progress("looking for columns that give the label away", 0, 1);
  const giveaway = await giveawayPart(first.dataset, label, facts, { features, allowed }, masking);
  host.log.progress("looking for columns that give the label away", 1, 1);
  return [labels, giveaway];
}

async function questionOf(given: SplitInputs, splits: Splits, situation: Situation, limit: number): Promise<Question> {
  const roles = rolesOf(
    given,
    splits.names.map((name) => splits.group.datasets[name].columns),
    situation.contract.value.key,
  );
  const first = [...situation.contract.value.key, ...(roles.label === undefined ? [] : [roles.label])];
  const shown = [...new Set([...first, ...roles.compared])].filter((name) => roles.common.includes(name));
  const facts = roles.label === undefined ? undefined : await labelFacts(splits.group.datasets.train, roles.label);
  return { splits, roles, situation, limit, shown: shown.slice(0, mostShown), facts };
}

/** The files of the splits belong to what was validated: a later gate that uses them finds them here. */
function identityPart({ names, located, rows }: Splits): Part {
  const entries = names.map((name) => [name, { fingerprint: located[name].fingerprint, rows: rows[name] }] as const);
  return {
    materials: entries.flatMap(([, { fingerprint }]) =>
      fingerprint.files.map((file): Artifact => ({ name: file.path, kind: "data", digest: file.digest })),
    ),
    details: { splits: Object.fromEntries(entries) as unknown as Json },
  };
}

/** Of files that are not among the data's own the contract's rules are asked too: only then does the report speak for them. */
async function contractPart(name: SplitName, splits: Splits, situation: Situation, limit: number): Promise<Part> {
  const { contract, host, fingerprint, masking } = situation;
  const located = splits.located[name];
  const known = new Set(fingerprint.files.map((file) => file.digest));
  const id = `split.contract.${name}`;
  if (located.fingerprint.files.every((file) => known.has(file.digest)))
    return {
      checks: [{ id, verdict: "pass", message: `the files of ${name} are among the data, whose checks hold for them` }],
    };
  const found = await validate(splits.group.datasets[name], contract, located, limit, host);
  const checks = checksOf(found);
  const broken = checks.filter((check) => check.verdict !== "pass" && check.verdict !== "unchecked");
  if (broken.length === 0) {
    const where = `${plural(found.rows, "row")} of ${name}`;
    return {
      checks: [{ id, verdict: "pass", message: `every rule of the contract that was asked holds in ${where}` }],
    };
  }
  return {
    checks: broken.map(
      (check): Check => ({ ...check, id: `split.${name}.${check.id}`, message: `${name}: ${check.message}` }),
    ),
    tables: tablesOf(found, limit, masking).map((table) => ({ ...table, title: `${name}: ${table.title}` })),
  };
}

/** Columns that not every split has, or has in another kind. */
function columnsCheck({ names, group }: Splits): Check {
  const kinds = new Map<string, Set<string>>();
  const holders = new Map<string, number>();
  for (const name of names)
    for (const column of group.datasets[name].columns) {
      kinds.set(column.name, (kinds.get(column.name) ?? new Set()).add(family(column.kind)));
      holders.set(column.name, (holders.get(column.name) ?? 0) + 1);
    }
  const lacking = [...holders].filter(([, count]) => count < names.length).map(([column]) => column);
  const mixed = [...kinds].filter(([, found]) => found.size > 1).map(([column]) => column);
  if (lacking.length + mixed.length === 0)
    return {
      id: "split.columns",
      verdict: "pass",
      message: `the splits have the same ${plural(kinds.size, "column")}`,
    };
  const parts = [
    ...(lacking.length === 0 ? [] : [`not every split has ${listed(lacking)}`]),
    ...(mixed.length === 0 ? [] : [`${listed(mixed)} ${mixed.length === 1 ? "is" : "are"} of different types`]),
  ];
  return { id: "split.columns", verdict: "fail", message: `the splits differ: ${parts.join("; ")}` };
}

/** Kinds whose values can be held against each other. */
function family(kind: ColumnKind): string {
  if (kind === "integer") return "number";
  return kind === "timestamp" ? "date" : kind;
}
