import { resolve } from "node:path";
import type { Rule } from "../../contract/contract.ts";
import { EditableContract, type LineEdit, type Replacement, unifiedDiff } from "../../contract/edits.ts";
import type { Outcome } from "../../contract/evaluation.ts";
import type { Predicate } from "../../dataset/dataset.ts";
import type { Table } from "../../kernel/command.ts";
import { TitleholderError } from "../../kernel/error.ts";
import type { Suggestion } from "../../kernel/review.ts";
import { escapeMarkdown, fenced, visible } from "../../report/escape.ts";
import { plural } from "./checks.ts";
import type { Inferred } from "./infer.ts";
import { type InferredEdits, inferredEdits, isMissing } from "./inferred-edits.ts";
import type { Part, Situation } from "./part.ts";

/** More new values than this are no list that somebody forgot to extend. */
const mostValues = 10;
/** Levels of a column that are looked through for new values. */
const mostLevels = 1000;
const longestValue = 80;

/** How a broken rule would have to read for this data to keep it, or a rule that the contract lacks. */
export interface Proposal extends Change {
  readonly id: string;
  readonly expectation: string;
  /** A rule that is not there yet. */
  readonly adds?: boolean;
}

/**
 * For each broken rule that data may have outgrown, how the contract would read if the change of the data is meant: further valid values,
 * a wider range, more rows that break it. Values of columns that may not be shown are never proposed.
 *
 * @param inferred widens a bound of missing values to what clean batches keep, where that is enough for this data
 * @param adds whether the rules that were inferred are proposed where the contract has none
 */
export async function suggestionPart(
  situation: Situation,
  inferred: Inferred | undefined,
  adds: boolean,
): Promise<Part> {
  const { found, contract, host } = situation;
  if (found.unreadable || contract.text.includes("\r")) return {};
  const editable = new EditableContract(contract.text);
  const { rules, added } = await inferredEdits(inferred, situation, editable, adds);
  const proposals: Proposal[] = [...added];
  for (const outcome of found.outcomes.filter(({ holds }) => !holds)) {
    const change = await changeFor(outcome, situation, editable, rules);
    const { id, expectation } = outcome.rule;
    if (change !== undefined) proposals.push({ id, expectation, ...change });
  }
  const edits = editable.lineEdits(proposals.flatMap(({ replacements }) => replacements));
  const reasons = (edit: LineEdit) =>
    proposals.filter(({ replacements }) => replacements.some((one) => edit.made.includes(one)));
  const file = resolve(host.cwd, contract.path);
  const isAddition = (edit: LineEdit) => reasons(edit).every((reason) => reason.adds === true);
  const tables = [
    editTable(
      outgrown,
      contract.path,
      edits.filter((edit) => !isAddition(edit)),
      reasons,
    ),
    editTable(lacking, contract.path, edits.filter(isAddition), reasons),
  ];
  return {
    tables: tables.filter(({ rows }) => rows.length > 0),
    suggestions: edits.map((edit) => suggestionOf(file, edit, reasons(edit))),
  };
}

const outgrown = "If the change of the data is meant: suggested edits of the contract";
const lacking = "Rules that clean batches keep and the contract lacks: suggested edits of the contract";

/** Leaves the suggestions on the pull request. What goes wrong there is told, and changes no verdict. */
export async function publishSuggestions(
  { host, project, contract }: Situation,
  suggestions: readonly Suggestion[],
  token: string | undefined,
): Promise<void> {
  const review = token === undefined ? undefined : await host.review(token);
  if (review === undefined) return;
  try {
    const scope = `${project.model} ${contract.path}`;
    const { posted, updated, removed, outside } = await review.publish(scope, suggestions);
    if (posted + updated + removed > 0)
      host.log.info(`suggestions on the pull request: ${posted} posted, ${updated} updated, ${removed} removed`);
    if (outside.length > 0)
      host.log.info(
        `${plural(outside.length, "suggestion")} in the report alone: the pull request does not show the line`,
      );
  } catch (error) {
    if (!(error instanceof TitleholderError)) throw error;
    const say = `the suggested edits stand in the report alone: ${error.message}`;
    if (error.code === "TH_GITHUB_PERMISSION") host.log.info(`${say}; they need \`pull-requests: write\``);
    else host.log.warn(say);
  }
}

interface Change {
  readonly why: string;
  readonly replacements: readonly Replacement[];
}

async function changeFor(
  outcome: Outcome,
  situation: Situation,
  editable: EditableContract,
  inferred: InferredEdits["rules"],
): Promise<Change | undefined> {
  const { measure } = outcome.rule;
  const term = measure.kind === "rows" && measure.violated.op === "not" ? measure.violated.term : undefined;
  if (term?.op === "in") return furtherValues(outcome.rule, term, situation, editable);
  if (term?.op === "range") return widerRange(outcome.rule, term, situation, editable);
  return usualMissing(outcome, editable, inferred) ?? widerBound(outcome, editable);
}

async function furtherValues(
  { columns: [column = ""], place }: Rule,
  { values }: Extract<Predicate, { op: "in" }>,
  { dataset, masking }: Situation,
  editable: EditableContract,
): Promise<Change | undefined> {
  if (!masking.shows(column)) return undefined;
  const known = new Set(values.map(String));
  const { counts, others } = await dataset.levels(column, mostLevels);
  const further = [...counts].filter(([value]) => !known.has(value));
  const isText = values.every((value) => typeof value === "string");
  const isNumber = values.every((value) => typeof value === "number");
  const fits = ([value]: readonly [string, number]) =>
    isNumber ? Number.isFinite(Number(value)) : isText && value.length <= longestValue && visible(value) === value;
  if (others > 0 || further.length === 0 || further.length > mostValues || !further.every(fits)) return undefined;
  const added = further.map(([value]) => (isNumber ? Number(value) : value));
  const replacement = editable.append(place, ["arguments", "validValues"], added);
  const why = further.map(([value, count]) => `${value} (${plural(count, "row")})`).join(", ");
  return replacement && { why: `further values: ${why}`, replacements: [replacement] };
}

async function widerRange(
  { columns: [column = ""], place }: Rule,
  range: Extract<Predicate, { op: "range" }>,
  { dataset, masking }: Situation,
  editable: EditableContract,
): Promise<Change | undefined> {
  const kind = dataset.columns.find(({ name }) => name === column)?.kind;
  if (!masking.shows(column) || (kind !== "integer" && kind !== "number")) return undefined;
  const { min, max } = await dataset.aggregate({ min: { fn: "min", column }, max: { fn: "max", column } });
  const isBelow = min !== null && range.min !== undefined && range.min !== null && min < range.min;
  const isAbove = max !== null && range.max !== undefined && range.max !== null && max > range.max;
  // An open end would have to become a closed one.
  if ((isBelow && range.openMin === true) || (isAbove && range.openMax === true)) return undefined;
  const replacements = [
    isBelow ? editable.set(place, ["minimum"], Number(min)) : undefined,
    isAbove ? editable.set(place, ["maximum"], Number(max)) : undefined,
  ].filter((one) => one !== undefined);
  if (replacements.length < Number(isBelow) + Number(isAbove)) return undefined;
  return { why: `values from ${String(min)} to ${String(max)}`, replacements };
}

/** The share of missing values that clean batches keep to, where this data keeps to it. */
function usualMissing(
  { rule, share }: Outcome,
  editable: EditableContract,
  inferred: InferredEdits["rules"],
): Change | undefined {
  const { measure, bound, unit, place, columns } = rule;
  if (unit !== "percent" || measure.kind !== "rows" || !isMissing(measure.violated)) return undefined;
  const usual = inferred.get(columns[0] ?? "")?.find(({ asks }) => asks === "missing");
  if (usual === undefined || share * 100 >= usual.percent) return undefined;
  const key = bound.op === "<" ? "mustBeLessThan" : bound.op === "≤" ? "mustBeLessOrEqualTo" : undefined;
  const replacement = key === undefined ? undefined : editable.set(place, [key], usual.percent);
  const why = `${(share * 100).toFixed(2)}% of the rows; ${usual.why.replace(/\.$/, "")}`;
  return replacement && { why, replacements: [replacement] };
}

/** Counts and shares are no values of a column, and may be told of any. */
function widerBound({ rule, count, share }: Outcome, editable: EditableContract): Change | undefined {
  const { bound, unit, place, measure } = rule;
  if (measure.kind === "duplicates") return undefined;
  const measured = unit === "percent" ? share * 100 : count;
  const [above, below] = [Math.ceil(measured), Math.floor(measured)];
  const replacement =
    bound.op === "<"
      ? editable.set(place, ["mustBeLessThan"], below + 1)
      : bound.op === "≤"
        ? editable.set(place, ["mustBeLessOrEqualTo"], above)
        : bound.op === ">"
          ? editable.set(place, ["mustBeGreaterThan"], Math.max(0, above - 1))
          : bound.op === "≥"
            ? editable.set(place, ["mustBeGreaterOrEqualTo"], below)
            : bound.op === "between"
              ? editable.setItem(
                  place,
                  ["mustBeBetween"],
                  measured < bound.low ? 0 : 1,
                  measured < bound.low ? below : above,
                )
              : undefined;
  const amount = unit === "percent" ? `${measured.toFixed(2)}% of the rows` : plural(count, "row");
  return replacement && { why: amount, replacements: [replacement] };
}

function editTable(
  title: string,
  path: string,
  edits: readonly LineEdit[],
  reasons: (edit: LineEdit) => readonly Proposal[],
): Table {
  return {
    title,
    columns: ["rule", "found", "line"],
    rows: edits.flatMap((edit) => reasons(edit).map(({ id, why }) => [id, why, edit.line])),
    diff: unifiedDiff(path, edits),
  };
}

function suggestionOf(file: string, { line, old, new: now }: LineEdit, reasons: readonly Proposal[]): Suggestion {
  const ids = reasons.map(({ id }) => id);
  return { key: [...ids, now.trim().split(/[:\s]/, 1)[0]].join(" "), file, line, old, body: bodyOf(reasons, now) };
}

function bodyOf(reasons: readonly Proposal[], now: string): string {
  const found = reasons.map(
    ({ expectation, why }) => `**${escapeMarkdown(expectation)}**: found ${escapeMarkdown(why)}.`,
  );
  const isAddition = reasons.every(({ adds }) => adds === true);
  return [
    found.join("<br>\n"),
    isAddition
      ? "Clean batches keep what these lines ask for:"
      : "If this change of the data is meant, the contract would have to say:",
    fenced("suggestion", now),
    ...(isAddition ? [] : ["If it is not, mend the data."]),
  ].join("\n\n");
}
