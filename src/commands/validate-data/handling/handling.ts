import type { Fingerprint } from "../../../dataset/fingerprint.ts";
import type { WritePlan, WrittenRows } from "../../../dataset/writing.ts";
import type { Artifact, Check } from "../../../kernel/command.ts";
import { canonicalJson, type Json } from "../../../kernel/json.ts";
import { overallVerdict, type Verdict } from "../../../kernel/verdict.ts";
import type { Profile } from "../../../profile/profile.ts";
import { dataEngine, dataLimits } from "../../data.ts";
import { shownPath } from "../../paths.ts";
import { checksOf, isTypeFault, plural, structureKind } from "../checks.ts";
import { withMain } from "../further-tables.ts";
import type { Part, Situation } from "../part.ts";
import { validate } from "../rules.ts";
import { flawsOf } from "./flaws.ts";
import { type FittedStrategy, fitStrategies, missingCells } from "./missing.ts";
import { handlingTables } from "./tables.ts";
import { fingerprintOfFile, noteSchema, place, type Target } from "./targets.ts";

/** What is wanted: absolute paths. */
export interface Wanted {
  readonly quarantine?: string | undefined;
  readonly clean?: string | undefined;
  readonly dryRun: boolean;
}

/** A file that was written, or would be. */
export interface WrittenFile {
  /** As shown to people. */
  readonly path: string;
  readonly rows: number;
  readonly fingerprint: Fingerprint;
}

/** The clean rows, judged by the contract anew. */
interface CleanFile extends WrittenFile {
  readonly verdict: Verdict;
  /** Ids of the checks that stand against it. */
  readonly failed: readonly string[];
}

export interface Handled {
  readonly part: Part;
  readonly quarantine?: WrittenFile;
  readonly clean?: CleanFile;
}

/** What stands for or against the data beside the contract's plain rules. */
export interface Others {
  readonly checks: readonly Check[];
  /** Asks those of them again that the clean rows can answer by themselves; their ids are the same. */
  readonly again: (clean: Situation) => Promise<readonly Check[]>;
}

/**
 * Writes the rows that break the contract to one Parquet file, and the rest, after the strategies for missing values, to another. Both are
 * written whole beside the run's own files, read again and counted, and only then moved to their places.
 * @param others what they say against the data, they say against its clean rows, unless they are asked again
 */
export async function handleRows(
  wanted: Wanted,
  situation: Situation,
  others: Others,
  reference: Profile | undefined,
): Promise<Handled> {
  const { dataset, found, contract, host } = situation;
  if (wanted.quarantine === undefined && wanted.clean === undefined) return { part: {} };
  if (found.unreadable) return { part: { checks: [nothingWritten] } };
  const declared = wanted.clean === undefined ? [] : (contract.value.missing ?? []);
  const fitted = fitStrategies(declared, found, dataset.columns, reference);
  const rows = await dataset.write(planOf(wanted, situation, fitted));
  requireSums(rows);
  const quarantine = await written("quarantine", rows.files.aside, rows.aside, wanted, situation);
  const clean = await written("clean", rows.files.kept, rows.kept, wanted, situation);
  const judged =
    clean === undefined ? undefined : { ...clean, ...(await judge(clean, rows.files.kept, situation, others, fitted)) };
  if (!wanted.dryRun) {
    // The clean file last: whoever finds it finds the other one too.
    if (rows.files.aside !== undefined) await place(rows.files.aside, wanted.quarantine ?? "", host);
    if (rows.files.kept !== undefined) await place(rows.files.kept, wanted.clean ?? "", host);
  }
  const files = {
    ...(quarantine === undefined ? {} : { quarantine }),
    ...(judged === undefined ? {} : { clean: judged }),
  };
  return { part: partOf(rows, files, fitted, wanted, situation), ...(wanted.dryRun ? {} : files) };
}

const nothingWritten: Check = {
  id: "handling",
  verdict: "unchecked",
  message: "neither clean rows nor a quarantine were written: nothing of the data can be read",
};

function planOf(
  wanted: Wanted,
  { found, fingerprint, contract, host }: Situation,
  fitted: readonly FittedStrategy[],
): WritePlan {
  const note = (target: Target, more: Readonly<Record<string, Json>>) =>
    canonicalJson({ schema: noteSchema(target), data: fingerprint.digest, contract: contract.digest, ...more });
  const missing = fitted.map(({ column, strategy, value, indicator }) => ({
    column,
    strategy,
    value: value === undefined ? null : value instanceof Date ? value.toISOString() : (value as Json),
    indicator: indicator ?? null,
  }));
  return {
    flaws: flawsOf(found),
    unreadable: structureKind,
    missing: missingCells(fitted),
    show: (file) => shownPath(host, file),
    notes: {
      ...(wanted.quarantine === undefined ? {} : { aside: note("quarantine", {}) }),
      ...(wanted.clean === undefined ? {} : { kept: note("clean", { missing }) }),
    },
  };
}

function requireSums({ read, unreadable, kept, aside, dropped }: WrittenRows): void {
  if (read + unreadable === kept + aside + dropped) return;
  throw new Error(`${read} + ${unreadable} rows became ${kept} + ${aside} + ${dropped}`);
}

/** Reads a written file again: it must hold as many rows as were counted. */
async function written(
  target: Target,
  path: string | undefined,
  rows: number,
  wanted: Wanted,
  { host }: Situation,
): Promise<WrittenFile | undefined> {
  const to = wanted[target];
  if (path === undefined || to === undefined) return undefined;
  const engine = await dataEngine(host);
  await using file = await engine.open({ kind: "files", files: [path], format: "parquet" }, await dataLimits(host));
  const { n } = await file.aggregate({ n: { fn: "count" } });
  if (n !== rows) throw new Error(`${target} holds ${String(n)} rows where ${rows} were counted`);
  return { path: shownPath(host, to), rows, fingerprint: await fingerprintOfFile(path, to, host) };
}

/** The contract's rules are asked of the clean rows; what else stands against the data stands against them. */
async function judge(
  clean: WrittenFile,
  path: string | undefined,
  situation: Situation,
  others: Others,
  fitted: readonly FittedStrategy[],
): Promise<Pick<CleanFile, "verdict" | "failed">> {
  const { contract, found, host } = situation;
  const engine = await dataEngine(host);
  const source = { kind: "files", files: [path ?? ""], format: "parquet" } as const;
  await using dataset = await engine.open(source, await dataLimits(host));
  const { fingerprint } = clean;
  const again = await validate(dataset, contract, { source, fingerprint }, 0, host);
  const { masking } = situation;
  const rows = { contract, source, fingerprint, dataset, found: again, masking };
  const asked = await others.again(withMain(situation, rows));
  const left = others.checks.filter(({ id }) => !asked.some((check) => check.id === id));
  const ours = fitted.flatMap(({ indicator }) => indicator ?? []);
  const added = again.plan.extra.every((name) => ours.includes(name));
  const checks = checksOf(again).filter((check) => !(check.id === "columns" && added));
  // A file of which nothing was read may have held any rows.
  const lost = checksOf({
    ...found,
    faults: found.faults.filter((fault) => fault.count === 0 && !isTypeFault(fault)),
  }).filter(({ id }) => id.startsWith("structure."));
  const all = [...checks, ...asked, ...lost, ...left];
  return {
    verdict: overallVerdict(all.map(({ verdict }) => verdict)),
    failed: all.filter(({ verdict }) => verdict === "fail" || verdict === "inconclusive").map(({ id }) => id),
  };
}

function partOf(
  rows: WrittenRows,
  { quarantine, clean }: { readonly quarantine?: WrittenFile; readonly clean?: CleanFile },
  fitted: readonly FittedStrategy[],
  wanted: Wanted,
  situation: Situation,
): Part {
  const { read, unreadable, kept, aside, dropped } = rows;
  const missing = fitted.map(({ column, strategy, value, indicator }) => ({
    column,
    strategy,
    value: value === undefined ? null : situation.masking.cell(column, value),
    indicator: indicator ?? null,
    cells: rows.filled.get(column) ?? 0,
  }));
  const reasons = [...rows.reasons].map(([id, count]) => ({ id, rows: count }));
  const artifacts = [quarantine, clean].flatMap((file): readonly Artifact[] =>
    file === undefined || wanted.dryRun ? [] : [{ name: file.path, kind: "data", digest: file.fingerprint.digest }],
  );
  return {
    checks: [sumCheck(rows, wanted), ...(clean === undefined ? [] : [cleanCheck(clean)]), ...idleChecks(situation)],
    tables: handlingTables(rows, reasons, missing, wanted),
    subjects: artifacts,
    details: {
      handling: {
        rows: { read, unreadable, clean: kept, quarantined: aside, dropped },
        quarantine: quarantine === undefined || wanted.dryRun ? null : { ...quarantine },
        clean: clean === undefined || wanted.dryRun ? null : { ...clean },
        reasons,
        missing,
      } as unknown as Json,
    },
  };
}

function sumCheck({ read, unreadable, kept, aside, dropped }: WrittenRows, { dryRun }: Wanted): Check {
  const parts = `${plural(kept, "clean row")}, ${plural(aside, "row")} in quarantine, ${plural(dropped, "row")} dropped`;
  const message = `${plural(read, "row")} read and ${plural(unreadable, "row")} that cannot be read make ${parts}`;
  return {
    id: "handling.rows",
    verdict: "pass",
    message: dryRun ? `${message}; a dry run writes none of them` : message,
    observed: kept + aside + dropped,
    expected: read + unreadable,
  };
}

function cleanCheck({ verdict, failed, path }: CleanFile): Check {
  const id = "handling.clean";
  const rest = verdict === "pass" ? "" : "; what warns of the data may concern them too";
  if (failed.length === 0) return { id, verdict, message: `the rows of ${path} keep the contract${rest}` };
  const shown =
    failed.length > 10 ? `${failed.slice(0, 10).join(", ")} and ${failed.length - 10} more` : failed.join(", ");
  return { id, verdict, message: `${path} is no better for it, as setting rows aside does not mend: ${shown}` };
}

/** A strategy for values that the contract does not let be missing is never asked. */
function idleChecks({ contract: { value } }: Situation): readonly Check[] {
  return (value.missing ?? []).flatMap(({ column, place: at }): readonly Check[] => {
    const required = value.rules.find(({ id }) => id === `${column}.required`);
    if (required === undefined) return [];
    const message = `${column} is required: a row without it goes into quarantine, and its strategy for missing values is never asked`;
    return [{ id: `${column}.missing-values`, verdict: "warn", message, place: at }];
  });
}
