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
import type { Part, Situation } from "./part.ts";

/** More new values than this are no list that somebody forgot to extend. */
const mostValues = 10;
/** Levels of a column that are looked through for new values. */
const mostLevels = 1000;
const longestValue = 80;

/** How a broken rule would have to read for this data to keep it. */
interface Proposal extends Change {
  readonly rule: Rule;
}

/**
 * For each broken rule that data may have outgrown, how the contract would read if the change of the data is meant: further valid values,
 * a wider range, more rows that break it. Values of columns that may not be shown are never proposed.
 */
export async function suggestionPart(situation: Situation): Promise<Part> {
  const { found, contract, host } = situation;
  if (found.unreadable || contract.text.includes("\r")) return {};
  const editable = new EditableContract(contract.text);
  const proposals: Proposal[] = [];
  for (const outcome of found.outcomes.filter(({ holds }) => !holds)) {
    const change = await changeFor(outcome, situation, editable);
    if (change !== undefined) proposals.push({ rule: outcome.rule, ...change });
  }
  const edits = editable.lineEdits(proposals.flatMap(({ replacements }) => replacements));
  if (edits.length === 0) return {};
  const reasons = (edit: LineEdit) =>
    proposals.filter(({ replacements }) => replacements.some((one) => edit.made.includes(one)));
  const file = resolve(host.cwd, contract.path);
  return {
    tables: [editTable(contract.path, edits, reasons)],
    suggestions: edits.map((edit) => suggestionOf(file, edit, reasons(edit))),
  };
}

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
): Promise<Change | undefined> {
  const { measure } = outcome.rule;
  const term = measure.kind === "rows" && measure.violated.op === "not" ? measure.violated.term : undefined;
  if (term?.op === "in") return furtherValues(outcome.rule, term, situation, editable);
  if (term?.op === "range") return widerRange(outcome.rule, term, situation, editable);
  return widerBound(outcome, editable);
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

function editTable(path: string, edits: readonly LineEdit[], reasons: (edit: LineEdit) => readonly Proposal[]): Table {
  return {
    title: "If the change of the data is meant: suggested edits of the contract",
    columns: ["rule", "found", "line"],
    rows: edits.flatMap((edit) => reasons(edit).map(({ rule, why }) => [rule.id, why, edit.line])),
    diff: unifiedDiff(path, edits),
  };
}

function suggestionOf(file: string, { line, old, new: now }: LineEdit, reasons: readonly Proposal[]): Suggestion {
  const ids = reasons.map(({ rule }) => rule.id);
  return { key: [...ids, now.trim().split(/[:\s]/, 1)[0]].join(" "), file, line, old, body: bodyOf(reasons, now) };
}

function bodyOf(reasons: readonly Proposal[], now: string): string {
  const found = reasons.map(
    ({ rule, why }) => `**${escapeMarkdown(rule.expectation)}**: found ${escapeMarkdown(why)}.`,
  );
  return [
    found.join("<br>\n"),
    "If this change of the data is meant, the contract would have to say:",
    fenced("suggestion", now),
    "If it is not, mend the data.",
  ].join("\n\n");
}
