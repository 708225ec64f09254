import type { Dataset } from "../../../dataset/dataset.ts";
import type { Check, Table } from "../../../kernel/command.ts";
import { formatShare } from "../../../report/format.ts";
import { listed, ofRows, plural } from "../checks.ts";
import type { Masking } from "../masking.ts";
import type { Part } from "../part.ts";
import { type LabelFacts, labelFacts } from "./label-facts.ts";

/** With fewer rows of a class its part in any score is chance. */
const leastRows = 10;

/** A data set whose label is looked at: a split, or the data as a whole. */
export interface LabelledSet {
  readonly name: string;
  readonly dataset: Dataset;
  readonly rows: number;
}

/** Missing labels, and how the classes are spread over the sets, the first of which is learnt from. */
export async function labelsPart(
  sets: readonly LabelledSet[],
  label: string,
  facts: LabelFacts,
  masking: Masking,
): Promise<Part> {
  const missing: Check[] = [];
  for (const set of sets) missing.push(await missingCheck(set, label));
  if (facts.kind !== "classes") return { checks: missing };
  const found: ClassCounts[] = [];
  for (const set of sets) {
    const own = set === sets[0] ? facts : await labelFacts(set.dataset, label);
    if (own.kind === "classes") found.push({ name: set.name, classes: own.classes, total: totalOf(own.classes) });
  }
  const shown = (level: string) => masking.cell(label, level) ?? "";
  return {
    checks: [...missing, ...classChecks(found, shown), balanceCheck(found, shown)].flat(),
    tables: [balanceTable(found, label, shown)],
  };
}

interface ClassCounts {
  readonly name: string;
  readonly classes: ReadonlyMap<string, number>;
  readonly total: number;
}

function totalOf(classes: ReadonlyMap<string, number>): number {
  return [...classes.values()].reduce((sum, count) => sum + count, 0);
}

async function missingCheck({ name, dataset, rows }: LabelledSet, label: string): Promise<Check> {
  const isNumber = dataset.columns.find((column) => column.name === label)?.kind === "number";
  const none = { op: "null", column: label } as const;
  const where = isNumber ? ({ op: "or", terms: [none, { op: "not-finite", column: label }] } as const) : none;
  const count = Number((await dataset.aggregate({ n: { fn: "count", where } })).n);
  const head = { id: `label.missing.${name}`, observed: count, expected: "no rows", n: rows };
  return count === 0
    ? { ...head, verdict: "pass", message: `every row of ${name} has a label` }
    : { ...head, verdict: "warn", message: `${ofRows(count, rows)} of ${name} have no label` };
}

/** Whether there is something to learn, and whether what is asked later was learnt. */
function classChecks(found: readonly ClassCounts[], shown: (level: string) => string): readonly Check[] {
  const [first, ...others] = found;
  if (first === undefined) return [];
  if (first.classes.size < 2) {
    const message = `${first.name} has ${first.classes.size === 0 ? "no label" : "one class alone"}: there is nothing to learn`;
    return [{ id: "label.classes", verdict: "fail", message, observed: first.classes.size, expected: "2 or more" }];
  }
  if (others.length === 0) return [];
  return others.map((other): Check => {
    const id = `label.classes.${other.name}`;
    const fresh = [...other.classes.keys()].filter((level) => !first.classes.has(level));
    const gone = [...first.classes.keys()].filter((level) => !other.classes.has(level));
    if (fresh.length > 0) {
      const rows = fresh.reduce((sum, level) => sum + (other.classes.get(level) ?? 0), 0);
      const message =
        `${plural(rows, "row")} of ${other.name} are of ${fresh.length === 1 ? "a class" : `${fresh.length} classes`} ` +
        `that ${first.name} does not have: ${listed(fresh.map(shown))}`;
      return { id, verdict: "fail", message, observed: rows, expected: "no rows", n: other.total };
    }
    if (gone.length > 0) {
      const message = `${other.name} has no row of ${gone.length === 1 ? "the class" : "the classes"} ${listed(gone.map(shown))}: nothing will be known of how well ${gone.length === 1 ? "it is" : "they are"} predicted`;
      return { id, verdict: "warn", message, observed: gone.length, expected: "no class" };
    }
    const message = `${other.name} and ${first.name} have the same ${plural(first.classes.size, "class").replace("classs", "classes")}`;
    return { id, verdict: "pass", message };
  });
}

function balanceCheck(found: readonly ClassCounts[], shown: (level: string) => string): readonly Check[] {
  const [first] = found;
  if (first === undefined || first.classes.size === 0) return [];
  const [level, count] = [...first.classes].reduce((least, entry) => (entry[1] < least[1] ? entry : least));
  const head = {
    id: "label.balance",
    observed: count,
    expected: `at least ${leastRows} rows of each class`,
    n: first.total,
  };
  const what = `the rarest of ${first.classes.size} classes, ${shown(level)}, has ${plural(count, "row")} of ${first.name} (${formatShare(count / first.total)})`;
  return count < leastRows
    ? [{ ...head, verdict: "warn", message: `${what}: too few to learn it, or to tell whether it was learnt` }]
    : [{ ...head, verdict: "pass", message: what }];
}

function balanceTable(found: readonly ClassCounts[], label: string, shown: (level: string) => string): Table {
  const levels = [...new Set(found.flatMap(({ classes }) => [...classes.keys()]))];
  return {
    title: `Balance of ${label}`,
    columns: ["class", ...found.flatMap(({ name }) => [name, `share of ${name}`])],
    rows: levels.map((level) => [
      shown(level),
      ...found.flatMap(({ classes, total }) => {
        const count = classes.get(level) ?? 0;
        return [count, total === 0 ? null : formatShare(count / total)];
      }),
    ]),
  };
}
