import { dirname } from "node:path";
import type { InferredColumn } from "../../contract/infer.ts";
import type { Aggregate, Dataset } from "../../dataset/dataset.ts";
import { type Digest, digestOf } from "../../kernel/digest.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Profile } from "../../profile/profile.ts";
import { shownPath } from "../paths.ts";
import { checkWritable } from "../written-file.ts";
import { movingColumns } from "./moving.ts";
import type { Situation } from "./part.ts";

/** Names that keys have. */
const keyName = /(^|[_\s-])(id|key|uuid|guid)$|[a-z](Id|Key|Uuid|Guid)$/;

/** An inferred contract, and where it was written. */
export interface WrittenContract {
  /** As shown to people. */
  readonly path: string;
  readonly digest: Digest;
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

/** Writes the contract that the data's profile suggests, where one is wanted and something could be read. */
export async function writeInferred(
  path: string | undefined,
  { dataset, profile, contract, masking, project, host }: Situation,
): Promise<WrittenContract | undefined> {
  if (path === undefined || profile === undefined) return undefined;
  const { inferContract } = await import("../../contract/infer.ts");
  const moving = movingColumns(profile, profile);
  const unique = await uniqueColumns(dataset, profile, moving);
  const classes = new Map(contract.value.columns.map(({ name, classification }) => [name, classification]));
  const columns = dataset.columns.map(({ name, kind, nullable }): InferredColumn => {
    const [found, kept, classification] = [profile.columns.get(name), unique.get(name), classes.get(name)];
    return {
      name,
      kind,
      nullable,
      moves: moving.has(name),
      shows: masking.shows(name),
      ...(found === undefined ? {} : { profile: found }),
      ...(kept === undefined ? {} : { unique: kept }),
      ...(classification === undefined ? {} : { classification }),
    };
  });
  const bytes = new TextEncoder().encode(inferContract(project.model, profile.rows, columns));
  await host.files.makeDirectory(dirname(path));
  await host.files.replace(path, bytes);
  return { path: shownPath(host, path), digest: digestOf(bytes) };
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
