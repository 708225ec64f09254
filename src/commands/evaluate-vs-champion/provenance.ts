import { z } from "zod";
import type { DataFile } from "../../dataset/fingerprint.ts";
import type { Digest } from "../../kernel/digest.ts";
import type { Host } from "../../kernel/host.ts";
import type { EvidenceReport } from "../../lineage/evidence.ts";
import { trainingFiles } from "../../lineage/facts.ts";
import { weighTrainings } from "../../lineage/weighing.ts";
import { readEvidence } from "../evidence.ts";
import type { LocatedModel } from "../model-reference.ts";

/** What the reports at hand say of a model's training. */
export interface Training {
  /** When it ended, as its report says; that is not sealed. */
  readonly finished: string;
  readonly files: readonly Pick<DataFile, "path" | "digest">[];
  /** Absent where it ran outside of a repository. */
  readonly commit?: string;
  /** Files differed from the commit. */
  readonly dirty: boolean;
}

/** Where a model that takes part comes from. What is not known is absent. */
export interface Provenance {
  readonly name: "challenger" | "champion";
  readonly reference: string;
  readonly digest: Digest;
  /** When its version was registered. */
  readonly registered?: string;
  readonly training?: Training;
}

const trainingCode = z.object({
  run: z.object({ code: z.object({ commit: z.string(), dirty: z.boolean() }).nullable() }),
});

/**
 * Where both models come from, by the reports at hand and those that the registry keeps with a version.
 * @param patterns of the input `evidence`
 * @throws what `readEvidence` throws
 */
export async function provenancesOf(
  models: readonly { readonly name: Provenance["name"]; readonly model: LocatedModel }[],
  patterns: readonly string[],
  host: Host,
): Promise<readonly Provenance[]> {
  const atHand = await readEvidence(patterns, host);
  return Promise.all(
    models.map(async ({ name, model }) => {
      const training = trainingOf(model.digest, [...atHand, ...((await model.evidence?.()) ?? [])]);
      const { reference, digest, version } = model;
      return {
        name,
        reference,
        digest,
        ...(version === undefined ? {} : { registered: version.created }),
        ...(training === undefined ? {} : { training }),
      };
    }),
  );
}

function trainingOf(model: Digest, evidence: readonly EvidenceReport[]): Training | undefined {
  const chosen = weighTrainings(evidence, model)?.chosen;
  if (chosen === undefined) return undefined;
  const code = trainingCode.safeParse(chosen.report.details).data?.run.code;
  return {
    finished: chosen.report.run.finished,
    files: trainingFiles(chosen) ?? [],
    dirty: code?.dirty ?? false,
    ...(code ? { commit: code.commit } : {}),
  };
}
