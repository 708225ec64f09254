import type { Overlap } from "../../../dataset/dataset.ts";
import type { Check, Table } from "../../../kernel/command.ts";
import type { Part } from "../part.ts";
import { pairsTable } from "../row-tables.ts";
import { pairsOf, type Question, type SplitName } from "./opening.ts";
import { chanceOf, conflictCheck, nearCheck, repeatsCheck, sharedCheck } from "./shared-rows.ts";

/** What is known of equal rows: by value, nearly, and with the label. */
export interface Duplicates {
  readonly exact: Overlap<SplitName>;
  readonly near: Overlap<SplitName>;
  /** Undefined when no label is named. */
  readonly labelled: Overlap<SplitName> | undefined;
}

/** Rows that stand in two splits or twice in one, word for word and nearly, and equal rows with different labels. */
export async function duplicatesPart(question: Question): Promise<Part> {
  const { splits, roles } = question;
  if (roles.compared.length === 0) {
    const message = "no column is left that rows could be compared by";
    return { checks: [{ id: "split.duplicates", verdict: "unchecked", message }] };
  }
  const duplicates = await findDuplicates(question);
  const parts: Part[] = [];
  for (const pair of pairsOf(splits.names)) parts.push(await sharedPart(pair, duplicates, question));
  for (const name of splits.names) parts.push(await repeatsPart(name, duplicates, question));
  if (question.facts?.kind === "classes") parts.push(await conflictsPart(duplicates, question));
  return {
    checks: parts.flatMap((part) => part.checks ?? []),
    tables: parts.flatMap((part) => part.tables ?? []),
    details: { sharedRows: pairsOf(splits.names).map((pair) => sharedDetails(pair, duplicates)) },
  };
}

/** Equal rows are nearly equal too: where there are none of these, one statement answers all. */
async function findDuplicates({ splits: { group, names }, roles, facts }: Question): Promise<Duplicates> {
  const { label, compared } = roles;
  const any = (overlap: Overlap<SplitName>) =>
    names.some((name) => overlap.sets[name].repeated > 0) ||
    pairsOf(names).some(([earlier, later]) => overlap.shared[later][earlier].rows > 0);
  const near = await group.overlap({ columns: compared, by: "near" });
  const exact = any(near)
    ? await group.overlap({ columns: compared, by: "exact" }, facts?.kind === "classes" ? label : undefined)
    : near;
  if (label === undefined) return { near, exact, labelled: undefined };
  const labelled = any(exact) ? await group.overlap({ columns: [...compared, label], by: "exact" }) : exact;
  return { near, exact, labelled };
}

async function sharedPart(pair: Pair, duplicates: Duplicates, question: Question): Promise<Part> {
  const [earlier, later] = pair;
  const { splits, roles, situation, limit } = question;
  const { exact, near } = duplicates;
  const checks: Check[] = [sharedCheck(pair, duplicates), nearCheck(pair, duplicates)];
  const tables: Table[] = [];
  const count = exact.shared[later][earlier].rows;
  const further = near.shared[later][earlier].rows - count;
  const shown = { shown: question.shown, both: question.shown };
  if (count > 0 && limit > 0) {
    const options = { limit, shown: question.shown };
    const pairs = await splits.group.alike(later, earlier, { columns: roles.compared, by: "exact" }, options);
    tables.push(...pairsTable(`Rows of ${later} that also stand in ${earlier}`, pairs, count, shown, situation));
  }
  if (further > 0 && limit > 0) {
    const options = { limit, shown: question.shown, differing: roles.compared };
    const pairs = await splits.group.alike(later, earlier, { columns: roles.compared, by: "near" }, options);
    tables.push(...pairsTable(`Rows of ${later} that nearly stand in ${earlier}`, pairs, further, shown, situation));
  }
  return { checks, tables };
}

async function repeatsPart(name: SplitName, { exact }: Duplicates, question: Question): Promise<Part> {
  const { splits, roles, situation, limit } = question;
  const { repeated } = exact.sets[name];
  const checks = [repeatsCheck(name, exact)];
  if (repeated === 0 || limit === 0) return { checks };
  const options = { limit, shown: question.shown };
  const pairs = await splits.group.alike(name, name, { columns: roles.compared, by: "exact" }, options);
  const title = `Rows of ${name} that repeat an earlier one`;
  return { checks, tables: pairsTable(title, pairs, repeated, { shown: question.shown, both: [] }, situation) };
}

/** Conflicts are shown inside the first split that has some, and between the others and the first. */
async function conflictsPart({ exact }: Duplicates, question: Question): Promise<Part> {
  const { splits, roles, situation, limit } = question;
  const { label } = roles;
  const check = conflictCheck(splits.names, exact);
  const [first] = splits.names;
  if (check.verdict === "pass" || label === undefined || first === undefined || limit === 0) return { checks: [check] };
  const tables: Table[] = [];
  const shown = [label, ...question.shown.filter((name) => name !== label)];
  for (const name of splits.names) {
    const options = { limit, shown, differing: [label] };
    const pairs = await splits.group.alike(name, first, { columns: roles.compared, by: "exact" }, options);
    const title = `Rows of ${name} with another label than the same row of ${first}`;
    tables.push(...pairsTable(title, pairs, pairs.length, { shown, both: [label] }, situation));
  }
  return { checks: [check], tables };
}

type Pair = readonly [earlier: SplitName, later: SplitName];

function sharedDetails([earlier, later]: Pair, { exact, near }: Duplicates) {
  const rows = exact.sets[later].rows;
  const counts = (overlap: Overlap<SplitName>) => {
    const shared = overlap.shared[later][earlier].rows;
    return { rows: shared, share: rows === 0 ? 0 : shared / rows };
  };
  const { expected } = chanceOf([earlier, later], exact);
  return { of: later, to: earlier, exact: counts(exact), near: counts(near), expected };
}
