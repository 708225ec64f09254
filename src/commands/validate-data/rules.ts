import type { Contract } from "../../contract/contract.ts";
import { applicable, judge, type Outcome, planContract } from "../../contract/evaluation.ts";
import type { DataSource, Dataset, FoundRow } from "../../dataset/dataset.ts";
import type { Fingerprint } from "../../dataset/fingerprint.ts";
import { patternsOf } from "../../dataset/predicates.ts";
import { configurationError, TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { shownPath } from "../paths.ts";
import type { Found } from "./checks.ts";
import type { ReadContract } from "./contract-file.ts";
import { queriesFor } from "./queries.ts";

const largestWithLines = 100_000_000;

/** Answers every rule of the contract, and finds the first failing rows of the broken ones. */
export async function validate(
  dataset: Dataset,
  { value, path }: ReadContract,
  { source, fingerprint }: { readonly source: DataSource; readonly fingerprint: Fingerprint },
  limit: number,
  host: Host,
): Promise<Found> {
  const faults = await dataset.faults();
  const contract = applicable(value, dataset.columns);
  const plan = planContract(contract, dataset.columns);
  const unreadable = dataset.columns.length === 0;
  if (!unreadable && contract.columns.length > 0 && plan.missing.length === contract.columns.length) {
    const { mismatch } = await import("../../contract/odcs.ts");
    const names = dataset.columns.map((column) => column.name);
    throw mismatch(contract, path, names);
  }
  const { rows, outcomes } = judge(plan, await count(dataset, contract, plan.aggregates));
  const samples = new Map<string, readonly FoundRow[]>();
  const broken = outcomes.filter((outcome) => !outcome.holds && outcome.count > 0);
  for (const [done, outcome] of broken.entries()) {
    host.log.progress("finding failing rows", done, broken.length);
    if (limit > 0) samples.set(outcome.rule.id, await failingRows(dataset, outcome, limit, contract.key));
  }
  const rules = broken.map((outcome) => outcome.rule);
  return {
    contract,
    plan,
    rows,
    files: source.files,
    faults,
    outcomes: unreadable ? [] : outcomes,
    samples,
    queries: queriesFor(rules, dataset, (file) => shownPath(host, file)),
    hasLines: filesWithLines(source, fingerprint, host),
    unreadable,
    show: (file) => shownPath(host, file),
  };
}

/** No forge takes a text file of 100 MB, and no person reads one. */
function filesWithLines({ format }: DataSource, fingerprint: Fingerprint, host: Host): (file: string) => boolean {
  const small = new Set(fingerprint.files.filter(({ size }) => size < largestWithLines).map(({ path }) => path));
  return (file) => format !== "parquet" && !/\.(gz|zst)$/i.test(file) && small.has(shownPath(host, file));
}

/** An expression that only the engine can refuse is named with its place in the contract. */
async function count(dataset: Dataset, contract: Contract, aggregates: ReturnType<typeof planContract>["aggregates"]) {
  try {
    return await dataset.aggregate(aggregates);
  } catch (error) {
    if (!(error instanceof TitleholderError) || error.code !== "TH_DATA_PATTERN") throw error;
    const rule = contract.rules.find(
      ({ measure }) =>
        measure.kind === "rows" &&
        patternsOf(measure.violated).some((pattern) => error.message.includes(JSON.stringify(pattern))),
    );
    throw configurationError(error.code, error.message, error.fix, rule?.place ?? {}, error);
  }
}

/** Only the columns that are shown are read again. */
async function failingRows(
  dataset: Dataset,
  { rule }: Outcome,
  limit: number,
  key: readonly string[],
): Promise<readonly FoundRow[]> {
  const names = new Set([...key, ...rule.columns]);
  const shown = dataset.columns.map((column) => column.name).filter((name) => names.has(name));
  if (rule.measure.kind === "rows") return dataset.rows(rule.measure.violated, limit, shown);
  return rule.measure.kind === "duplicates" ? dataset.duplicateRows(rule.columns, limit, shown) : [];
}
