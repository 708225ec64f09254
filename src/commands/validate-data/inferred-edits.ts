import type { Contract } from "../../contract/contract.ts";
import type { EditableContract } from "../../contract/edits.ts";
import type { InferredRule } from "../../contract/infer.ts";
import type { Predicate } from "../../dataset/dataset.ts";
import { type Inferred, rulesBy } from "./infer.ts";
import type { Situation } from "./part.ts";
import type { Proposal } from "./suggestion.ts";

/** Columns for which rules are proposed at once; the file of `infer-contract` has all. */
const mostColumns = 20;
/** A list of levels that is longer is no suggestion that anybody reads. */
const longestRule = 500;

/** Rules that were inferred, by column, and proposals of those that the contract lacks. */
export interface InferredEdits {
  readonly rules: ReadonlyMap<string, readonly InferredRule[]>;
  readonly added: readonly Proposal[];
}

/**
 * Sets rules that clean batches keep beside those of the contract: a column whose missing values, or whose values, no rule speaks of is proposed one.
 * @param adds whether rules are proposed at all; without it they only widen those that are broken
 */
export async function inferredEdits(
  inferred: Inferred | undefined,
  { contract: { value: contract } }: Situation,
  editable: EditableContract,
  adds: boolean,
): Promise<InferredEdits> {
  if (inferred === undefined || !contract.apiVersion.startsWith("v")) return { rules: new Map(), added: [] };
  const rules = await rulesBy(inferred);
  const added: Proposal[] = [];
  for (const { name, place } of adds ? contract.columns : []) {
    const lacking = (rules.get(name) ?? []).filter(
      ({ asks, text }) => text.length <= longestRule && !isAsked(contract, name, asks),
    );
    const replacement = lacking.length === 0 ? undefined : editable.addRules(place, textsOf(lacking));
    if (replacement === undefined) continue;
    const why = lacking.map((rule) => rule.why.replace(/\.$/, "")).join("; ");
    const expectation = `${name} has no rule about ${lacking.map(({ asks }) => wordsOf[asks]).join(" and ")}`;
    added.push({ id: `${name}.inferred`, expectation, why, replacements: [replacement], adds: true });
    if (added.length === mostColumns) break;
  }
  return { rules, added };
}

const wordsOf: Readonly<Record<InferredRule["asks"], string>> = { missing: "missing values", values: "its values" };

function textsOf(rules: readonly InferredRule[]): readonly string[] {
  return rules.map(({ text }) => text);
}

function isAsked({ rules, sqlRules, key }: Contract, column: string, asks: InferredRule["asks"]): boolean {
  if (asks === "missing" && key.includes(column)) return true;
  const own = rules.filter(({ columns, part }) => columns.length === 1 && columns[0] === column && part === undefined);
  const topics = own.flatMap(({ measure }) =>
    measure.kind === "rows" ? [isMissing(measure.violated) ? "missing" : "values"] : [],
  );
  return topics.includes(asks) || (asks === "values" && sqlRules.some(({ id }) => id.startsWith(`${column}.`)));
}

/** Missing, or written as one of the texts that stand for missing. */
export function isMissing(violated: Predicate): boolean {
  return violated.op === "null" || (violated.op === "or" && violated.terms.some(({ op }) => op === "null"));
}
