import type { Check } from "../../kernel/command.ts";
import { TitleholderError } from "../../kernel/error.ts";
import { type EvidenceReport, parseReport } from "../../lineage/evidence.ts";
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
  let evidence: readonly EvidenceReport[] = [];
  const reports = await lossOf(async () => {
    evidence = (await registry.evidence(version)).map(({ statement, report }) => ({
      report: parseReport(report, `${registry.address} (${version.name} version ${version.version})`),
      digest: statement.predicate.report,
    }));
  });
  const files = version.files.length === 1 ? "1 file has" : `${version.files.length} files have`;
  const kept = evidence.length === 1 ? "1 report has its digest" : `${evidence.length} reports have their digests`;
  return {
    checks: [
      storedCheck("stored-model", bytes, `${files} the recorded digest`),
      storedCheck("stored-evidence", reports, kept),
    ],
    evidence,
  };
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
