import { createHash } from "node:crypto";
import { parseDocument } from "yaml";
import { z } from "zod";

/** What DVC recorded of one file or folder. */
export interface DvcRecord {
  /** Relative to the folder of the `.dvc` file or `dvc.lock`. */
  readonly path: string;
  /** 32 hex digits of an MD5; `.dir` behind them for a folder. */
  readonly md5: string;
  /** Bytes, of a folder those of all its files; absent in old records. */
  readonly size?: number;
  /** Written by DVC before 3.0, which took the MD5 of a text file with LF line endings. */
  readonly legacy: boolean;
}

const output = z.object({
  path: z.string(),
  md5: z.string().regex(/^[0-9a-f]{32}(\.dir)?$/),
  size: z.number().optional(),
  hash: z.string().optional(),
});
/** Outputs kept by another tool's version (`etag`, `checksum`) have no MD5 and are passed over. */
const outputs = z.array(z.unknown()).optional();
const tracking = z.object({ outs: z.array(z.unknown()), wdir: z.string().optional() });
const lock = z.object({
  schema: z.string(),
  stages: z.record(z.string(), z.object({ outs: outputs, deps: outputs })),
});

/**
 * The records of a `.dvc` file or a `dvc.lock` (schema 2.0), outputs of stages before what they depend on. Empty where the text is neither.
 */
export function dvcRecords(text: string): readonly DvcRecord[] {
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0) return [];
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  const single = tracking.safeParse(value);
  if (single.success) return single.data.outs.flatMap((entry) => recordOf(entry, single.data.wdir));
  const stages = Object.values(lock.safeParse(value).data?.stages ?? {});
  const entries = [...stages.flatMap(({ outs }) => outs ?? []), ...stages.flatMap(({ deps }) => deps ?? [])];
  return entries.flatMap((entry) => recordOf(entry, undefined));
}

function recordOf(entry: unknown, folder: string | undefined): readonly DvcRecord[] {
  const parsed = output.safeParse(entry);
  if (!parsed.success) return [];
  const { path, md5, size, hash } = parsed.data;
  const legacy = hash === undefined;
  return [
    { path: folder === undefined ? path : `${folder}/${path}`, md5, legacy, ...(size === undefined ? {} : { size }) },
  ];
}

/**
 * What DVC calls a folder by: the MD5 of the list of its files as Python writes JSON, sorted by path.
 * @param files MD5 by path relative to the folder, with `/`
 */
export function dvcFolder(files: ReadonlyMap<string, string>): string {
  const entries = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([relpath, md5]) => `{"md5": "${md5}", "relpath": ${ascii(JSON.stringify(relpath))}}`);
  return `${createHash("md5")
    .update(`[${entries.join(", ")}]`)
    .digest("hex")}.dir`;
}

function ascii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
