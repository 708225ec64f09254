import { resolve } from "node:path";
import { type Digest, digestOf, isDigest } from "../kernel/digest.ts";
import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { suggest } from "../kernel/naming.ts";
import { type EvidenceReport, parseReport } from "../lineage/evidence.ts";
import { shownPath } from "./paths.ts";

/** A report that was found on disk. */
export interface Evidence extends EvidenceReport {
  readonly bytes: Uint8Array;
  /** As shown to people. */
  readonly path: string;
  /** The user named this very file, by path or by digest; a glob would have matched whatever lies there. */
  readonly named: boolean;
}

const largestReport = 64e6;

/**
 * The reports that the patterns match, each once, sorted by path. A pattern is a path or a glob, and may end in `@sha256:…`,
 * which pins the file's digest. A glob may match nothing; a path must exist.
 * @throws TH_EVIDENCE_MISSING, TH_EVIDENCE_PIN, and what `parseReport` throws (all configuration).
 */
export async function readEvidence(
  patterns: readonly string[],
  host: Pick<Host, "cwd" | "files">,
  input = "evidence",
): Promise<readonly Evidence[]> {
  const found = new Map<string, Evidence>();
  for (const written of patterns) {
    const { pattern, pin } = splitPin(written, input);
    const isFile = (await host.files.facts(resolve(host.cwd, pattern)))?.kind === "file";
    const paths = await host.files.glob(pattern, host.cwd);
    if (paths.length === 0 && (pin !== undefined || !isGlob(pattern))) throw await missing(pattern, host, input);
    for (const path of paths) {
      const evidence = await readOne(path, host, isFile || pin !== undefined);
      if (pin !== undefined && pin !== evidence.digest) throw pinMismatch(evidence, pin, input);
      const known = found.get(evidence.digest);
      found.set(evidence.digest, known === undefined ? evidence : { ...known, named: known.named || evidence.named });
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readOne(path: string, host: Pick<Host, "cwd" | "files">, named: boolean): Promise<Evidence> {
  const file = shownPath(host, path);
  if (((await host.files.facts(path))?.size ?? 0) > largestReport) {
    throw configurationError(
      "TH_EVIDENCE_SYNTAX",
      `${file} is not a report: it is larger than ${largestReport / 1e6} MB`,
      "name report.json files that Titleholder wrote",
      { file },
    );
  }
  const bytes = await host.files.read(path);
  if (bytes === undefined) throw configurationError("TH_FILE_MISSING", `${file} vanished`, "run again", { file });
  return { report: parseReport(bytes, file), digest: digestOf(bytes), bytes, path: file, named };
}

function splitPin(written: string, input: string): { readonly pattern: string; readonly pin?: Digest } {
  const at = written.lastIndexOf("@sha256:");
  if (at === -1) return { pattern: written };
  const pin = written.slice(at + 1);
  if (isDigest(pin)) return { pattern: written.slice(0, at), pin };
  throw configurationError(
    "TH_EVIDENCE_PIN",
    `"${pin}" is not a digest`,
    "write PATH@sha256: and 64 lower-case hex digits, as the earlier job's output report-digest gives them",
    { input },
  );
}

function isGlob(pattern: string): boolean {
  return /[*?[{]/.test(pattern);
}

async function missing(pattern: string, host: Pick<Host, "cwd" | "files">, input: string): Promise<Error> {
  const file = shownPath(host, resolve(host.cwd, pattern));
  const facts = await host.files.facts(resolve(host.cwd, pattern));
  const why = facts === undefined ? "does not exist" : "is not a file";
  const others = (await host.files.glob(".titleholder/**/report.json", host.cwd)).map((path) => shownPath(host, path));
  return configurationError(
    "TH_EVIDENCE_MISSING",
    `the report ${file} ${why}`,
    others.length === 0 ? "run the gate that writes it, or download its artifact first" : suggest(file, others),
    { input, file },
  );
}

function pinMismatch(evidence: Evidence, pin: Digest, input: string): Error {
  return configurationError(
    "TH_EVIDENCE_PIN",
    `${evidence.path} has the digest ${evidence.digest}, and ${pin} was asked for`,
    "use the report that the pin was made from, or write the new digest if the gate ran again on purpose",
    { input, file: evidence.path },
  );
}
