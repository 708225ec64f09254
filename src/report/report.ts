import type { Artifact, Check, Findings, Series, Table } from "../kernel/command.ts";
import { type Digest, digestOf, digestOfJson } from "../kernel/digest.ts";
import type { CiContext, Instant } from "../kernel/host.ts";
import { canonicalJson, type Json, type JsonObject } from "../kernel/json.ts";
import type { Verdict } from "../kernel/verdict.ts";

export const reportSchema = "titleholder/report/v1";

/** Where the value of an input came from. */
export type Origin = "input" | "file" | "default";

export interface RunFacts {
  readonly version: string;
  readonly started: Instant;
  readonly finished: Instant;
  /** Milliseconds by phase. */
  readonly timings: Readonly<Record<string, number>>;
  readonly ci?: CiContext;
}

/**
 * Written as RFC 8785 canonical JSON. `report-digest` is the SHA-256 of the file's bytes. `result` is the digest of everything but `run`
 * and `result` itself: equal for equal evidence on a rerun, and the self-check that finds an edited byte (only a signature finds a forger).
 */
export interface Report {
  readonly schema: typeof reportSchema;
  readonly command: string;
  readonly model: string;
  readonly result: Digest;
  readonly verdict: Verdict;
  readonly summary: string;
  readonly checks: readonly Check[];
  readonly subjects: readonly Artifact[];
  readonly materials: readonly Artifact[];
  /** By kebab-case name; secrets left out. Values as written, so that a report from another folder compares equal. */
  readonly config: Readonly<Record<string, { readonly value: Json; readonly from: Origin }>>;
  readonly details: Json;
  readonly tables: readonly Table[];
  readonly series: readonly Series[];
  readonly run: RunFacts;
}

/** Joins what a command found with who ran it, and seals it by `result`. */
export function makeReport(
  head: Pick<Report, "command" | "model" | "config" | "run">,
  { timings: _timings, ...findings }: Findings,
): Report {
  const { run, ...rest } = { schema: reportSchema, ...head, ...findings } as const;
  return { ...rest, result: digestOfJson(rest as unknown as Json), run };
}

/** The `result` that the report's content has; differs from `report.result` when a byte was edited. */
export function resultOf(report: Report): Digest {
  const { run: _run, result: _result, ...rest } = report;
  return digestOfJson(rest as unknown as JsonObject);
}

/** The bytes of the report's file and their digest. */
export function serializeReport(report: Report): { readonly bytes: Uint8Array; readonly digest: Digest } {
  const bytes = new TextEncoder().encode(`${canonicalJson(report as unknown as Json)}\n`);
  return { bytes, digest: digestOf(bytes) };
}
