import type { Digest } from "../kernel/digest.ts";
import type { Instant } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import type { EvidenceStatement } from "../lineage/lineage.ts";

export interface ModelFile {
  /** Relative, with `/`, without `..`. */
  readonly path: string;
  readonly size: number;
  readonly digest: Digest;
}

export interface ModelVersion {
  readonly name: string;
  /** From 1. */
  readonly version: number;
  /** Of the one file, or over the sorted (path, size, digest) of several. */
  readonly digest: Digest;
  readonly files: readonly ModelFile[];
  readonly created: Instant;
}

export interface AliasMove {
  readonly seq: number;
  readonly alias: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly at: Instant;
  readonly actor: string;
  readonly run?: string;
  readonly reason: string;
}

export type Swap<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly current: T | null };

export type ModelSource = ReadonlyMap<
  string,
  { readonly size: number; readonly digest: Digest; open(): AsyncIterable<Uint8Array> }
>;

/**
 * Everything mutable is an append-only stream with compare-and-set on its length: an alias is its last move, so that history and state
 * are one write and cannot disagree. Missing things are `undefined`, never thrown; a registry of a newer format is TH_REGISTRY_FORMAT.
 */
export interface ModelRegistry {
  readonly name: string;
  /** The address as configured, for people and reports. */
  readonly address: string;
  /** "serialised": two writers may both win; the caller holds a lock and reads back. */
  readonly compareAndSet: "atomic" | "serialised";
  /**
   * Idempotent by digest: bytes, then the entry. A crash leaves at most invisible orphans.
   * @throws TH_MODEL_CHANGED (configuration) when the bytes are not those that were declared; then nothing is registered.
   */
  register(name: string, files: ModelSource): Promise<ModelVersion>;
  version(name: string, ref: number | `@${string}` | Digest): Promise<ModelVersion | undefined>;
  /** Ascending, those above `after` (default 0), at most `limit` (default 100). */
  versions(name: string, after?: number, limit?: number): Promise<readonly ModelVersion[]>;
  /** Names of the models with at least one version, sorted. */
  models(): Promise<readonly string[]>;
  /** Verified while streaming; a mismatch throws TH_REGISTRY_CORRUPT. */
  read(version: ModelVersion, path: string): AsyncIterable<Uint8Array>;
  alias(name: string, alias: string): Promise<AliasMove | undefined>;
  /** Aliases that point at a version of the model, sorted. */
  aliases(name: string): Promise<readonly string[]>;
  /**
   * Same move again (same from, to, run) is ok and adds nothing. `current` is null when the alias never stood.
   * @throws TH_VERSION_MISSING (configuration) when `to` is no version of the model.
   */
  moveAlias(name: string, move: Omit<AliasMove, "seq">): Promise<Swap<AliasMove>>;
  history(name: string, alias: string): AsyncIterable<AliasMove>;
  /** Evidence is a set by digest: attaching twice is once. */
  attach(version: ModelVersion, statement: EvidenceStatement, report: Uint8Array): Promise<void>;
  evidence(
    version: ModelVersion,
  ): Promise<readonly { readonly statement: EvidenceStatement; readonly report: Uint8Array }[]>;
  /**
   * Journals (`rollout/…`), ledgers (`holdout/…`, `budget/…`), tags (`tags/…`). `seq` = entries expected before this one.
   * The value is the number of entries with this one; `current` the number there are.
   */
  append(stream: string, seq: number, entry: Json): Promise<Swap<number>>;
  /** In order, without the first `from` (default 0). */
  entries(stream: string, from?: number): AsyncIterable<Json>;
}
