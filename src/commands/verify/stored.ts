import { isDeepStrictEqual } from "node:util";
import type { Check } from "../../kernel/command.ts";
import { TitleholderError } from "../../kernel/error.ts";
import { type EvidenceReport, parseReport, statementOf } from "../../lineage/evidence.ts";
import type { EvidenceStatement } from "../../lineage/lineage.ts";
import type { ModelRegistry, ModelVersion } from "../../registry/registry.ts";

/** What the registry still holds of a version. That it lost something is what this command is there to find, and no error. */
export interface Stored {
  readonly checks: readonly Check[];
  readonly evidence: readonly EvidenceReport[];
}

/** Reads every byte of a version and of its evidence again, and compares the digests. */
export async function readStored(registry: ModelRegistry, version: ModelVersion): Promise<Stored> {
  const bytes = await lossOf(async () => {
    for (const file of version.files) await drain(registry.read(version, file.path));
  });
  let kept: readonly Kept[] = [];
  const lost = await lossOf(async () => {
    kept = (await registry.evidence(version)).map(({ statement, report }) => ({
      statement,
      report: parseReport(report, `${registry.address} (${version.name} version ${version.version})`),
      digest: statement.predicate.report,
    }));
  });
  const files = version.files.length === 1 ? "1 file has" : `${version.files.length} files have`;
  return {
    checks: [
      storedCheck("stored-model", bytes, `${files} the recorded digest`),
      storedCheck("stored-evidence", lost ?? liarAmong(kept), keptMessage(kept.length)),
    ],
    evidence: kept,
  };
}

interface Kept extends EvidenceReport {
  readonly statement: EvidenceStatement;
}

/** A statement is made from its report alone, so that it can be made again and compared. */
function liarAmong(kept: readonly Kept[]): string | undefined {
  const liar = kept.find(({ statement, report, digest }) => !isDeepStrictEqual(statement, statementOf(report, digest)));
  return liar === undefined ? undefined : `the statement about ${liar.digest} does not say what that report says`;
}

function keptMessage(count: number): string {
  if (count === 0) return "no report is kept with the version";
  return count === 1 ? "1 report has its digest" : `${count} reports have their digests`;
}

/** The message of what the registry has lost; undefined when all is there. Other errors are errors. */
async function lossOf(read: () => Promise<void>): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (error instanceof TitleholderError && error.code === "TH_REGISTRY_CORRUPT") return error.message;
    throw error;
  }
}

function storedCheck(id: string, loss: string | undefined, message: string): Check {
  return loss === undefined ? { id, verdict: "pass", message } : { id, verdict: "fail", message: loss };
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of chunks);
}
