import { dirname, join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { type DvcRecord, dvcFolder, dvcRecords } from "../../dataset/dvc.ts";
import type { Artifact, Check } from "../../kernel/command.ts";
import { digestOf, md5OfStream } from "../../kernel/digest.ts";
import type { Host } from "../../kernel/host.ts";
import { watched } from "../../kernel/watched.ts";
import { shownPath } from "../paths.ts";
import type { Part, Situation } from "./part.ts";

/** Of the command's details: what each recorded version is called. */
export const versionsSchema = z.array(
  z.strictObject({
    tool: z.literal("dvc"),
    path: z.string(),
    record: z.string(),
    md5: z.string(),
    size: z.number().nullable(),
  }),
);

/** A record that speaks of data of this run. */
interface FoundRecord extends DvcRecord {
  /** The `.dvc` file or `dvc.lock`, absolute. */
  readonly file: string;
  /** The file or folder it speaks of, absolute. */
  readonly target: string;
}

/** The versions under which DVC keeps the data, where it does, and whether the data is what was recorded. */
export async function recordedVersions({ source, host }: Situation): Promise<Part> {
  const read = new Map<string, Promise<RecordFile | undefined>>();
  const found = new Map<string, FoundRecord>();
  for (const file of source.files) {
    const record = await recordOf(file, host, read);
    if (record !== undefined) found.set(record.target, record);
  }
  if (found.size === 0) return {};
  const records = [...found.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
  const checks: Check[] = [];
  for (const record of records) checks.push(await compare(record, host));
  const files = await Promise.all([...read.values()]);
  const used = new Set(records.map(({ file }) => file));
  return {
    checks,
    materials: files.flatMap((file) => (file !== undefined && used.has(file.path) ? [file.artifact] : [])),
    details: {
      versions: records.map(({ target, file, md5, size }) => ({
        tool: "dvc",
        path: shownPath(host, target),
        record: shownPath(host, file),
        md5,
        size: size ?? null,
      })),
    },
  };
}

interface RecordFile {
  readonly path: string;
  readonly records: readonly DvcRecord[];
  readonly artifact: Artifact;
}

/** The nearest record: of the file itself, then of the folders above it. */
async function recordOf(
  file: string,
  host: Host,
  read: Map<string, Promise<RecordFile | undefined>>,
): Promise<FoundRecord | undefined> {
  for (let at = file; ; at = dirname(at)) {
    for (const path of [`${at}.dvc`, join(dirname(at), "dvc.lock")]) {
      if (!read.has(path)) read.set(path, readRecords(path, host));
      const records = (await read.get(path))?.records ?? [];
      const placed = records.map((record) => ({ ...record, file: path, target: resolve(dirname(path), record.path) }));
      const match = placed.find(({ target }) => target === file || file.startsWith(target + sep));
      if (match !== undefined) return match;
    }
    const above = dirname(at);
    if (above === host.cwd || above === dirname(above)) return undefined;
  }
}

const largestRecord = 64e6;

async function readRecords(path: string, host: Host): Promise<RecordFile | undefined> {
  const facts = await host.files.facts(path);
  const bytes = facts?.kind === "file" && facts.size <= largestRecord ? await host.files.read(path) : undefined;
  if (bytes === undefined) return undefined;
  const artifact = { name: shownPath(host, path), kind: "config", digest: digestOf(bytes) } as const;
  return { path, records: dvcRecords(new TextDecoder().decode(bytes)), artifact };
}

async function compare(record: FoundRecord, host: Host): Promise<Check> {
  const { target, file, md5, legacy } = record;
  const [data, by] = [shownPath(host, target), shownPath(host, file)];
  const head = { id: `dvc.${data}`, place: { file: by }, expected: md5 };
  const isFolder = md5.endsWith(".dir");
  const found = isFolder ? dvcFolder(await folderOf(target, host)) : await md5Of(target, host);
  if (found === md5)
    return { ...head, verdict: "pass", message: `${data} is the version that ${by} records`, observed: found };
  if (legacy)
    return {
      ...head,
      verdict: "unchecked",
      message: `${data} may not be the version that ${by} records: DVC before 3.0 took its digest in another way; run dvc commit with a newer one`,
      observed: found,
    };
  const message = `${data} is not the version that ${by} records: fetch that one with dvc pull, or record this one with dvc commit`;
  return { ...head, verdict: "fail", message, observed: found };
}

async function md5Of(path: string, host: Host): Promise<string> {
  const total = (await host.files.facts(path))?.size ?? 0;
  let done = 0;
  const chunks = watched(host.files.stream(path), host.signal, (bytes) => {
    done += bytes;
    host.log.progress("comparing the data with its recorded version", done, total);
  });
  return md5OfStream(chunks);
}

/** MD5 of every file in a folder, by path. */
async function folderOf(folder: string, host: Host): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const walk = async (at: string): Promise<void> => {
    for (const name of await host.files.list(at)) {
      const path = join(at, name);
      const kind = (await host.files.facts(path))?.kind;
      if (kind === "directory") await walk(path);
      else if (kind === "file") files.set(relative(folder, path).replaceAll(sep, "/"), await md5Of(path, host));
    }
  };
  await walk(folder);
  return files;
}
