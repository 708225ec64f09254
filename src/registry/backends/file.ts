import { resolve } from "node:path";
import { z } from "zod";
import { type Digest, digestOf, digestOfStream } from "../../kernel/digest.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Implementation } from "../../kernel/implementation.ts";
import { canonicalJson, type Json } from "../../kernel/json.ts";
import type { EvidenceStatement } from "../../lineage/lineage.ts";
import { checked } from "../checked.ts";
import { modelDigest, sortedFiles } from "../model-digest.ts";
import { checkAliasName, checkModelName } from "../names.ts";
import type { AliasMove, ModelRegistry, ModelSource, ModelVersion, Swap } from "../registry.ts";
import { Format } from "./file/format.ts";
import { keyText, layout } from "./file/layout.ts";
import { isInnerPath, moveRecord, parseRecord, statementRecord, streamRecord, versionRecord } from "./file/records.ts";
import { Slots } from "./file/slots.ts";
import { corrupt, Store } from "./file/store.ts";

const settings = z.strictObject({ location: z.string().min(1) });

export const implementation: Implementation<ModelRegistry> = {
  name: "file",
  summary: "A directory on a disk that outlives the job. Safe for any number of processes at once.",
  settings,
  create(json: Json, host: Host): ModelRegistry {
    const { location } = settings.parse(json);
    const store = new Store(
      host.files,
      resolve(host.cwd, location),
      location.replaceAll("\\", "/").replace(/\/+$/, ""),
    );
    return new FileRegistry(store, `file:${location}`, host.now);
  },
};

/**
 * Bytes lie by their digest; versions, moves and entries are numbered slots that exactly one writer can create. A loser reads the
 * winner's slot and goes on from there, so that nothing waits and nothing is locked.
 */
class FileRegistry implements ModelRegistry {
  readonly name = "file";
  readonly address: string;
  readonly compareAndSet = "atomic";
  readonly #store: Store;
  readonly #now: () => Date;
  readonly #format: Format;
  /** Versions already read, by name and number: they never change. */
  readonly #read = new Map<string, ModelVersion>();

  constructor(store: Store, address: string, now: () => Date) {
    this.#store = store;
    this.address = address;
    this.#now = now;
    this.#format = new Format(store);
  }

  async register(name: string, source: ModelSource): Promise<ModelVersion> {
    checkModelName(name, { input: "name" });
    const files = sortedFiles([...source].map(([path, { size, digest }]) => ({ path, size, digest })));
    for (const { path } of files) {
      if (!isInnerPath(path)) throw new Error(`not a path inside a model's folder: ${path}`);
    }
    const digest = modelDigest(files);
    await this.#format.ensure();
    for (const [path, file] of source) {
      await this.#storeBlob(
        file.digest,
        checked(file.open(), file.digest, () => changed(path)),
      );
    }
    const slots = this.#versionSlots(name);
    const taken = await slots.numbers();
    for (const number of taken) {
      const known = await this.#versionAt(name, number);
      if (known?.digest === digest) return known;
    }
    // A slot lost to another writer may hold this very model: it is looked at before the next one is tried.
    for (let number = (taken.at(-1) ?? 0) + 1; ; number++) {
      const version: ModelVersion = { name, version: number, digest, files, created: this.#now().toISOString() };
      if (await slots.claim(number, version as unknown as Json)) return version;
      const winner = await slots.readTaken(number);
      if (winner.digest === digest) return winner;
    }
  }

  async version(name: string, ref: number | `@${string}` | Digest): Promise<ModelVersion | undefined> {
    checkModelName(name, { input: "name" });
    if (!(await this.#format.exists())) return undefined;
    if (typeof ref === "number") return this.#versionAt(name, ref);
    if (ref.startsWith("@")) {
      const to = (await this.alias(name, ref.slice(1)))?.to ?? undefined;
      return to === undefined ? undefined : this.#versionAt(name, to);
    }
    for (const number of await this.#versionSlots(name).numbers()) {
      const version = await this.#versionAt(name, number);
      if (version?.digest === ref) return version;
    }
    return undefined;
  }

  async versions(name: string, after = 0, limit = 100): Promise<readonly ModelVersion[]> {
    checkModelName(name, { input: "name" });
    if (!(await this.#format.exists())) return [];
    const numbers = await this.#versionSlots(name).numbers();
    const wanted = numbers.filter((number) => number > after).slice(0, limit);
    const found = await Promise.all(wanted.map((number) => this.#versionAt(name, number)));
    return found.filter((version) => version !== undefined);
  }

  async models(): Promise<readonly string[]> {
    if (!(await this.#format.exists())) return [];
    const names = namesOf(await this.#store.list(layout.models));
    const counts = await Promise.all(names.map((name) => this.#versionSlots(name).numbers()));
    return names.filter((_, at) => (counts[at] ?? []).length > 0).sort();
  }

  async *read(version: ModelVersion, path: string): AsyncIterable<Uint8Array> {
    const file = version.files.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`${version.name} version ${version.version} has no file ${path}`);
    await this.#format.exists();
    yield* this.#readBlob(file.digest);
  }

  async alias(name: string, alias: string): Promise<AliasMove | undefined> {
    const slots = await this.#moves(name, alias);
    const last = await slots?.length();
    return slots === undefined || last === undefined || last === 0 ? undefined : slots.readTaken(last);
  }

  async aliases(name: string): Promise<readonly string[]> {
    checkModelName(name, { input: "name" });
    if (!(await this.#format.exists())) return [];
    const names = namesOf(await this.#store.list(layout.aliases(name)));
    const moves = await Promise.all(names.map((alias) => this.alias(name, alias)));
    return names.filter((_, at) => moves[at]?.to != null).sort();
  }

  async moveAlias(name: string, move: Omit<AliasMove, "seq">): Promise<Swap<AliasMove>> {
    checkModelName(name, { input: "name" });
    checkAliasName(move.alias, { input: "alias" });
    await this.#format.ensure();
    if (move.to !== null && (await this.#versionAt(name, move.to)) === undefined) {
      throw missingVersion(name, move.to);
    }
    const slots = this.#moveSlots(name, move.alias);
    while (true) {
      const length = await slots.length();
      const last = length === 0 ? undefined : await slots.readTaken(length);
      if (last !== undefined && isSameMove(last, move)) return { ok: true, value: last };
      if ((last?.to ?? null) !== move.from) return { ok: false, current: last ?? null };
      const next: AliasMove = { ...move, seq: length + 1 };
      if (await slots.claim(next.seq, { ...next })) return { ok: true, value: next };
    }
  }

  async *history(name: string, alias: string): AsyncIterable<AliasMove> {
    const slots = await this.#moves(name, alias);
    const length = (await slots?.length()) ?? 0;
    for (let seq = 1; seq <= length && slots !== undefined; seq++) yield slots.readTaken(seq);
  }

  async attach(version: ModelVersion, statement: EvidenceStatement, report: Uint8Array): Promise<void> {
    const digest = digestOf(report);
    if (statement.predicate.report !== digest) throw new Error("the statement is about another report");
    await this.#format.ensure();
    const stored = await this.#versionAt(version.name, version.version);
    if (stored?.digest !== version.digest) throw missingVersion(version.name, version.version);
    await this.#storeBlob(digest, report);
    const text = `${canonicalJson(statement as unknown as Json)}\n`;
    const folder = layout.evidence(version.name, version.version);
    await this.#store.create(`${folder}/${digest.slice("sha256:".length)}.json`, new TextEncoder().encode(text));
  }

  async evidence(version: ModelVersion) {
    const found: { statement: EvidenceStatement; report: Uint8Array }[] = [];
    if (!(await this.#format.exists())) return found;
    const folder = layout.evidence(version.name, version.version);
    for (const name of await this.#store.list(folder)) {
      if (!/^[0-9a-f]{64}\.json$/.test(name)) continue;
      const path = `${folder}/${name}`;
      const bytes = await this.#store.read(path);
      if (bytes === undefined) throw corrupt(`${this.#store.shown(path)} is missing`, this.#store.shown(path));
      const statement = parseRecord(bytes, statementRecord, this.#store.shown(path));
      const digest: Digest = `sha256:${name.slice(0, 64)}`;
      if (statement.predicate.report !== digest) {
        throw corrupt(`${this.#store.shown(path)} speaks of another report`, this.#store.shown(path));
      }
      found.push({ statement, report: await this.#wholeBlob(digest) });
    }
    return found;
  }

  async append(stream: string, seq: number, entry: Json): Promise<Swap<number>> {
    await this.#format.ensure();
    const slots = new Slots(this.#store, layout.stream(stream), streamRecord);
    const length = await slots.length();
    if (length === seq && (await slots.claim(seq + 1, { entry }))) return { ok: true, value: seq + 1 };
    return { ok: false, current: await slots.length() };
  }

  async *entries(stream: string, from = 0): AsyncIterable<Json> {
    if (!(await this.#format.exists())) return;
    const slots = new Slots(this.#store, layout.stream(stream), streamRecord);
    const length = await slots.length();
    for (let number = from + 1; number <= length; number++) yield (await slots.readTaken(number)).entry;
  }

  #versionSlots(name: string): Slots<ModelVersion> {
    return new Slots(this.#store, layout.versions(name), versionRecord);
  }

  #moveSlots(name: string, alias: string): Slots<AliasMove> {
    return new Slots(this.#store, layout.alias(name, alias), moveRecord);
  }

  async #moves(name: string, alias: string): Promise<Slots<AliasMove> | undefined> {
    checkModelName(name, { input: "name" });
    checkAliasName(alias, { input: "alias" });
    return (await this.#format.exists()) ? this.#moveSlots(name, alias) : undefined;
  }

  async #versionAt(name: string, number: number): Promise<ModelVersion | undefined> {
    const key = `${name}@${number}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const version = await this.#versionSlots(name).read(number);
    if (version === undefined) return undefined;
    if (version.name !== name || version.version !== number || version.digest !== modelDigest(version.files)) {
      const file = this.#store.shown(layout.versions(name));
      throw corrupt(`version ${number} of ${name} does not agree with itself`, file);
    }
    this.#read.set(key, version);
    return version;
  }

  /** What is there already is read through once, so that a registration never rests on bytes that have rotted. */
  async #storeBlob(digest: Digest, bytes: AsyncIterable<Uint8Array> | Uint8Array): Promise<void> {
    const path = layout.blob(digest);
    if (await this.#store.create(path, bytes)) return;
    const stored = await digestOfStream(this.#store.stream(path));
    if (stored.digest !== digest) throw this.#rotten(digest);
  }

  async *#readBlob(digest: Digest): AsyncIterable<Uint8Array> {
    const path = layout.blob(digest);
    if (!(await this.#store.has(path))) {
      throw corrupt(`the registry has lost the bytes of ${digest}`, this.#store.shown(path));
    }
    yield* checked(this.#store.stream(path), digest, () => this.#rotten(digest));
  }

  async #wholeBlob(digest: Digest): Promise<Uint8Array> {
    const path = layout.blob(digest);
    const bytes = await this.#store.read(path);
    if (bytes === undefined) throw corrupt(`the registry has lost the bytes of ${digest}`, this.#store.shown(path));
    if (digestOf(bytes) !== digest) throw this.#rotten(digest);
    return bytes;
  }

  #rotten(digest: Digest) {
    const file = this.#store.shown(layout.blob(digest));
    return corrupt(`${file} no longer has the digest it was stored under`, file);
  }
}

/** Whatever else lies in the folder, such as a desktop's own files, is passed over. */
function namesOf(keys: readonly string[]): readonly string[] {
  return keys.map(keyText).filter((name) => name !== undefined);
}

function isSameMove(last: AliasMove, move: Omit<AliasMove, "seq">): boolean {
  return last.from === move.from && last.to === move.to && last.run === move.run;
}

function changed(path: string): Error {
  return configurationError(
    "TH_MODEL_CHANGED",
    `${path} changed while it was being registered`,
    "let what writes the model finish before it is registered",
    { file: path },
  );
}

function missingVersion(name: string, version: number): Error {
  return configurationError(
    "TH_VERSION_MISSING",
    `the registry has no version ${version} of ${name}`,
    "register it first, or name another version",
    { input: "version" },
  );
}
