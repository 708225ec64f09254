import { describeBound, formatNumber } from "../../contract/bounds.ts";
import type { Contract, Rule } from "../../contract/contract.ts";
import type { ContractPlan, Outcome } from "../../contract/evaluation.ts";
import { isMild } from "../../contract/severity.ts";
import type { FoundRow, StructuralFault } from "../../dataset/dataset.ts";
import type { Check } from "../../kernel/command.ts";
import type { Place } from "../../kernel/error.ts";
import { describeFault } from "../data.ts";

/** Lines of the data that a check points at. */
const mostLines = 3;

/** What was found in the data, before it is worded. */
export interface Found {
  readonly contract: Contract;
  readonly plan: ContractPlan;
  readonly rows: number;
  readonly files: readonly string[];
  readonly faults: readonly StructuralFault[];
  readonly outcomes: readonly Outcome[];
  /** First failing rows by rule id. */
  readonly samples: ReadonlyMap<string, readonly FoundRow[]>;
  /** Statements by rule id that list all rows which break it. */
  readonly queries: ReadonlyMap<string, string>;
  /** Whether a file is text small enough for people to look at a line of it. */
  readonly hasLines: (file: string) => boolean;
  /** Nothing of the data could be read. */
  readonly unreadable: boolean;
  readonly show: (path: string) => string;
}

/** Every question that was asked of the data, with its answer. */
export function checksOf(found: Found): readonly Check[] {
  if (found.unreadable) {
    const count = found.contract.rules.length;
    if (count === 0) return structureChecks(found);
    return [
      ...structureChecks(found),
      {
        id: "contract",
        verdict: "unchecked",
        message: `the contract's ${plural(count, "rule")} were not checked: nothing of the data can be read`,
      },
    ];
  }
  return [
    ...structureChecks(found),
    ...columnChecks(found),
    rowsCheck(found),
    ...typeChecks(found),
    ...shapeChecks(found),
    ...found.outcomes.map((outcome) => ruleCheck(outcome, found)),
    ...uncheckedOf(found),
  ];
}

/** `2 of 14 checks failed in 45,231 rows of 1 file`. */
export function summaryOf(checks: readonly Check[], rows: number, files: number): string {
  const count = (verdict: Check["verdict"]) => checks.filter((check) => check.verdict === verdict).length;
  const [failed, warned, unchecked] = [count("fail"), count("warn"), count("unchecked")];
  const where = `in ${plural(rows, "row")} of ${plural(files, "file")}`;
  const head =
    failed > 0
      ? `${failed} of ${plural(checks.length, "check")} failed`
      : warned + unchecked > 0
        ? `no check of ${checks.length} failed`
        : `all ${plural(checks.length, "check")} passed`;
  const notes = [
    ...(warned > 0 ? [`${warned} warned`] : []),
    ...(unchecked > 0 ? [`${unchecked} could not be answered`] : []),
  ];
  return [`${head} ${where}`, ...notes].join(", ");
}

/** `1 row`, `45,231 rows`. */
export function plural(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function isTypeFault(fault: StructuralFault): boolean {
  return fault.code === "TH_DATA_TYPE";
}

/** Values of a column that did not fit its declared type: how many, and the first fault that holds some. */
export function misfitsOf(
  column: string,
  { faults }: Pick<Found, "faults">,
): { readonly count: number; readonly first: StructuralFault | undefined } {
  const misfits = faults.filter((fault) => isTypeFault(fault) && fault.column === column);
  return { count: misfits.reduce((sum, fault) => sum + fault.count, 0), first: misfits[0] };
}

/** Whether a column of the rule, or a part of it, is missing or of another type, so that a check of its own fails already. */
export function hasFailedColumn(rule: Rule, plan: ContractPlan): boolean {
  const { part } = rule;
  if (
    part !== undefined &&
    plan.shape.some(({ verdict, question }) => verdict === "fail" && isWithin(part, question.spot.path))
  )
    return true;
  return rule.columns.some(
    (name) =>
      plan.missing.some((column) => column.name === name) || plan.mistyped.some(({ column }) => column.name === name),
  );
}

/** `home.city[]` lies within `home.city` and `home`, and not within `home.c`. */
function isWithin(part: string, whole: string): boolean {
  return part === whole || part.startsWith(`${whole}.`) || part.startsWith(`${whole}[`);
}

/** What a structural fault's checks are called; a further one of the same kind gets a number. */
export function structureKind(code: StructuralFault["code"]): string {
  return `structure.${code.slice("TH_DATA_".length).toLowerCase().replaceAll("_", "-")}`;
}

function structureChecks({ faults, files, show }: Found): readonly Check[] {
  const structural = faults.filter((fault) => !isTypeFault(fault));
  if (structural.length === 0)
    return [{ id: "structure", verdict: "pass", message: `every row of ${plural(files.length, "file")} can be read` }];
  const seen = new Map<string, number>();
  return structural.map((fault) => {
    const kind = structureKind(fault.code);
    const number = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, number);
    const file = show(fault.file);
    const line = fault.first[0]?.line;
    return {
      id: number === 1 ? kind : `${kind}-${number}`,
      verdict: verdictOf(fault),
      message: `${file}: ${describeFault(fault)}`,
      place: line === undefined ? { file } : { file, line },
      ...(fault.count > 0 ? { observed: fault.count, expected: "no rows" } : {}),
    };
  });
}

function verdictOf({ severity }: StructuralFault): Check["verdict"] {
  if (severity === undefined) return "fail";
  return severity === "warning" ? "warn" : "pass";
}

function columnChecks({ contract, plan }: Found): readonly Check[] {
  if (contract.columns.length === 0)
    return [{ id: "contract", verdict: "pass", message: "no contract was named: none of its rules were asked" }];
  const missing = plan.missing.map(
    (column): Check => ({
      id: `${column.name}.present`,
      verdict: "fail",
      message: `the data has no column ${column.name}`,
      place: column.place,
    }),
  );
  if (plan.extra.length === 0 && missing.length > 0) return missing;
  const extra: Check =
    plan.extra.length > 0
      ? {
          id: "columns",
          verdict: "warn",
          message: `the contract does not describe ${plural(plan.extra.length, "column")} of the data: ${listed(plan.extra)}`,
        }
      : {
          id: "columns",
          verdict: "pass",
          message: `the data has the contract's ${plural(contract.columns.length, "column")} and no others`,
        };
  return [...missing, extra];
}

function rowsCheck({ rows, files, show }: Found): Check {
  if (rows > 0)
    return { id: "rows", verdict: "pass", message: `the data set has ${plural(rows, "row")}`, observed: rows };
  const where = files.length === 1 ? show(files[0] ?? "") : plural(files.length, "file");
  return {
    id: "rows",
    verdict: "fail",
    message: `the data set is empty: ${where} has columns and no rows`,
    observed: 0,
    expected: "at least 1 row",
    ...(files.length === 1 ? { place: { file: where } } : {}),
  };
}

function typeChecks(found: Found): readonly Check[] {
  const { contract, plan, rows, show } = found;
  const missing = new Set(plan.missing.map((column) => column.name));
  return contract.columns.flatMap((column): readonly Check[] => {
    if (column.kind === undefined || missing.has(column.name)) return [];
    const head = { id: `${column.name}.type`, place: column.place, expected: column.kind };
    const mistyped = plan.mistyped.find((item) => item.column.name === column.name);
    if (mistyped !== undefined) {
      const message = `${column.name} is declared as ${column.kind}, and the data holds ${mistyped.found.native}`;
      return [{ ...head, verdict: "fail", message, observed: mistyped.found.kind }];
    }
    const { first, count } = misfitsOf(column.name, found);
    if (first === undefined)
      return [{ ...head, verdict: "pass", message: `every value of ${column.name} is of type ${column.kind}` }];
    const at = `first in ${show(first.file)}, row ${first.first[0]?.row}`;
    const message = `${column.name} must be of type ${column.kind}: ${ofRows(count, rows)} are not; ${at}`;
    return [{ ...head, verdict: "fail", message, observed: count, n: rows }];
  });
}

function shapeChecks({ plan }: Found): readonly Check[] {
  return plan.shape.map(({ question, verdict, message }) => ({
    id: question.id,
    verdict,
    message,
    place: question.place,
  }));
}

function ruleCheck({ rule, count, holds }: Outcome, found: Found): Check {
  const { rows, samples, show } = found;
  const base = {
    id: rule.id,
    place: rule.place,
    observed: count,
    expected: describeBound(rule.bound, rule.unit),
    ...(rule.measure.kind === "row count" ? {} : { n: rows }),
  };
  if (holds) return { ...base, verdict: "pass", message: passed(rule, count, rows) };
  const [first] = samples.get(rule.id) ?? [];
  const at = first === undefined ? "" : `; first in ${show(first.file)}, row ${first.row}`;
  const verdict = isMild(rule.severity) ? "warn" : "fail";
  const what = rule.measure.kind === "row count" ? plural(count, "row") : ofRows(count, rows);
  const related = linesOf(samples.get(rule.id) ?? [], found);
  return {
    ...base,
    verdict,
    message: `${rule.expectation}; found ${what}${at}`,
    ...(related.length === 0 ? {} : { related }),
  };
}

/** Where the first failing rows stand in text files that people can open. */
export function linesOf(rows: readonly FoundRow[], { hasLines, show }: Found): readonly Place[] {
  return rows
    .flatMap(({ file, line }) => (line === undefined || !hasLines(file) ? [] : [{ file: show(file), line }]))
    .slice(0, mostLines);
}

function passed(rule: Rule, count: number, rows: number): string {
  if (rule.measure.kind === "row count") return `${rule.expectation}; found ${plural(count, "row")}`;
  return count === 0
    ? `${rule.expectation}; so in all ${plural(rows, "row")}`
    : `${rule.expectation}; found ${ofRows(count, rows)}`;
}

function uncheckedOf({ contract, plan }: Found): readonly Check[] {
  const idle = plan.idle.map(({ rule, why }): Check => {
    const message = `${rule.expectation}: not checked, as ${why}`;
    return {
      id: rule.id,
      verdict: "unchecked",
      message: /of kind \w+$/.test(why) && !hasFailedColumn(rule, plan) ? `${message}; declare its type` : message,
      place: rule.place,
    };
  });
  const unsupported = contract.unsupported.map(
    ({ id, message, words, place }): Check => ({
      id,
      verdict: "unchecked",
      message: words === undefined ? message : `${message}: ${words}`,
      place,
    }),
  );
  return [...idle, ...unsupported];
}

/** `46 of 45,231 rows (0.10%)`. */
export function ofRows(count: number, rows: number): string {
  const share = rows === 0 ? 0 : (100 * count) / rows;
  const digits = share > 0 && share < 0.01 ? "less than 0.01" : share.toFixed(2);
  return `${formatNumber(count)} of ${plural(rows, "row")} (${digits}%)`;
}

/** The first twenty names. */
export function listed(names: readonly string[]): string {
  return names.length > 20 ? `${names.slice(0, 20).join(", ")} and ${names.length - 20} more` : names.join(", ");
}
