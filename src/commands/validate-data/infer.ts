import { dirname } from "node:path";
import type { InferredColumn, InferredFrom, InferredRule } from "../../contract/infer.ts";
import type { Aggregate, Dataset } from "../../dataset/dataset.ts";
import { type Digest, digestOf } from "../../kernel/digest.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Reference } from "../../profile/periods.ts";
import type { Profile } from "../../profile/profile.ts";
import { shownPath } from "../paths.ts";
import { checkWritable } from "../written-file.ts";
import { movingColumns } from "./moving.ts";
import type { Part, Situation } from "./part.ts";

/** Names that keys have. */
const keyName = /(^|[_\s-])(id|key|uuid|guid)$|[a-z](Id|Key|Uuid|Guid)$/;

/** An inferred contract, and where it was written. */
export interface WrittenContract {
  /** As shown to people. */
  readonly path: string;
  readonly digest: Digest;
  readonly from: InferredFrom["from"];
}

/**
 * Checks before any work is done that an inferred contract can be written there. One that somebody has edited since is never lost.
 * @throws TH_OUTPUT_PATH (configuration)
 */
export async function checkInferred(path: string | undefined, host: Host): Promise<void> {
  if (path === undefined) return;
  const place = { input: "infer-contract" };
  await checkWritable(path, host, place);
  const bytes = await host.files.read(path);
  if (bytes === undefined) return;
  const { isInferred } = await import("../../contract/infer.ts");
  if (isInferred(new TextDecoder().decode(bytes))) return;
  throw configurationError(
    "TH_OUTPUT_PATH",
    `${shownPath(host, path)} cannot be written: another file is there, or an inferred contract that was edited since`,
    "name a file that is not there yet, and compare the two",
    place,
  );
}

/** What a contract is inferred from, and of which columns. */
export interface Inferred {
  readonly source: InferredFrom;
  readonly columns: readonly InferredColumn[];
}

/**
 * What the reference tells, whatever the data at hand looks like; without a reference what the data tells, where something could be read and
 * `path` names where the contract goes.
 */
export async function inferredOf(
  path: string | undefined,
  reference: Reference | undefined,
  situation: Situation,
): Promise<Inferred | undefined> {
  if (reference !== undefined) return fromReference(reference, situation);
  return path === undefined ? undefined : fromData(situation);
}

/** The rules that stand in the inferred contract, by column. */
export async function rulesBy({ source, columns }: Inferred): Promise<ReadonlyMap<string, readonly InferredRule[]>> {
  const { inferredRules } = await import("../../contract/infer.ts");
  return inferredRules(source, columns);
}

/** Writes what was inferred as a contract. */
export async function writeInferred(
  path: string | undefined,
  inferred: Inferred | undefined,
  { project, host }: Situation,
): Promise<WrittenContract | undefined> {
  if (path === undefined || inferred === undefined) return undefined;
  const { source, columns } = inferred;
  const { inferContract } = await import("../../contract/infer.ts");
  const bytes = new TextEncoder().encode(inferContract(project.model, source, columns));
  await host.files.makeDirectory(dirname(path));
  await host.files.replace(path, bytes);
  return { path: shownPath(host, path), digest: digestOf(bytes), from: source.from };
}

/** What the report says of an inferred contract. */
export function inferredParts(inferred: WrittenContract | undefined): readonly Part[] {
  if (inferred === undefined) return [];
  const { path, digest, from } = inferred;
  const origin = from === "data" ? "the data" : "the reference, and not the data at hand";
  const table = { title: "Inferred contract", columns: ["file", "inferred from"], rows: [[path, origin]] };
  return [{ details: { inferred: { path, digest, from } }, tables: [table] }];
}

async function fromData(situation: Situation): Promise<Inferred | undefined> {
  const { dataset, profile } = situation;
  if (profile === undefined) return undefined;
  const moving = movingColumns(profile, profile);
  const unique = await uniqueColumns(dataset, profile, moving);
  const columns = dataset.columns.map(({ name, kind, nullable }): InferredColumn => {
    const [found, kept] = [profile.columns.get(name), unique.get(name)];
    return {
      name,
      kind,
      nullable,
      moves: moving.has(name),
      ...disclosureOf(name, situation),
      ...(found === undefined ? {} : { profile: found }),
      ...(kept === undefined ? {} : { unique: kept }),
    };
  });
  return { source: { from: "data", rows: [profile.rows] }, columns };
}

/** Columns and types are the newest period's. A profile does not tell whether values repeat: there is no key. */
function fromReference({ periods, whole }: Reference, situation: Situation): Inferred {
  const newest = periods.at(-1) ?? whole;
  const moving = movingColumns(newest, newest);
  const fields = newest.fields ?? [...newest.columns.keys()].map((name) => ({ name, nullable: true }));
  const columns = fields.map((field): InferredColumn => {
    const found = whole.columns.get(field.name);
    return {
      ...field,
      moves: moving.has(field.name),
      ...disclosureOf(field.name, situation),
      ...(found === undefined ? {} : { profile: found }),
      periods: periods.flatMap((period) => period.columns.get(field.name) ?? []),
    };
  });
  return { source: { from: "reference", rows: periods.map(({ rows }) => rows) }, columns };
}

/** Whether values of a column may stand in the file, and what the contract at hand calls it. */
function disclosureOf(
  name: string,
  { contract, masking }: Situation,
): Pick<InferredColumn, "shows" | "classification"> {
  const classification = contract.value.columns.find((column) => column.name === name)?.classification;
  return { shows: masking.shows(name), ...(classification === undefined ? {} : { classification }) };
}

/** Columns without a repeated or missing value: the first with the name of a key, or that stands first, is taken for the primary key. */
async function uniqueColumns(
  dataset: Dataset,
  profile: Profile,
  moving: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, "key" | "by chance">> {
  const candidates = dataset.columns.filter(
    ({ name, kind }) =>
      (kind === "integer" || kind === "string") && moving.has(name) && profile.columns.get(name)?.missing === 0,
  );
  const plan = Object.fromEntries(
    candidates.map(({ name }): [string, Aggregate] => [name, { fn: "duplicates", columns: [name] }]),
  );
  const repeats = candidates.length === 0 ? {} : await dataset.aggregate(plan);
  const names = candidates.map(({ name }) => name).filter((name) => Number(repeats[name]) === 0);
  const key = names.find((name) => keyName.test(name) || name === dataset.columns[0]?.name);
  return new Map(names.map((name) => [name, name === key ? "key" : "by chance"]));
}
