import { z } from "zod";
import { type QualityDimension, type QualityScore, qualityDimensions } from "../../contract/quality-score.ts";
import type { Digest } from "../../kernel/digest.ts";
import { digestSchema } from "../../kernel/digest-schema.ts";
import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { ModelRegistry } from "../../registry/registry.ts";

/** The score of data that was validated before. */
export interface PastScore {
  readonly data: Digest;
  readonly contract: Digest;
  readonly score: number;
  readonly dimensions: Readonly<Partial<Record<QualityDimension, number>>>;
}

/** The score in a report. */
export const qualitySchema = z.strictObject({
  score: z.number(),
  dimensions: z.partialRecord(
    z.enum(qualityDimensions),
    z.strictObject({ score: z.number(), questions: z.int().positive() }),
  ),
});

const entrySchema = z.object({
  data: digestSchema,
  contract: digestSchema,
  score: z.number(),
  dimensions: z.partialRecord(z.enum(qualityDimensions), z.number()),
});
/** The newest that a report shows. */
const mostShown = 60;
const mostAttempts = 20;

/** Where the scores of a model's data stand in a registry. */
function qualityStream(model: string): string {
  return `quality/${model}`;
}

/**
 * The scores before this one, oldest first; what was recorded for the same data and contract, and after it, is left out, so that a
 * second run shows what the first one did. Entries of another shape are a newer program's and left out too.
 */
export async function pastScores(
  registry: ModelRegistry,
  model: string,
  now: Pick<PastScore, "data" | "contract">,
): Promise<readonly PastScore[]> {
  const past: PastScore[] = [];
  for await (const entry of registry.entries(qualityStream(model))) {
    const read = entrySchema.safeParse(entry);
    if (!read.success) continue;
    if (read.data.data === now.data && read.data.contract === now.contract) break;
    past.push(read.data as PastScore);
  }
  return past.slice(-mostShown);
}

/** Records a score once for each pair of data and contract, however many runs do it at once. */
export async function recordScore(
  registry: ModelRegistry,
  model: string,
  now: Pick<PastScore, "data" | "contract">,
  score: QualityScore,
  host: Host,
): Promise<void> {
  const stream = qualityStream(model);
  const dimensions = Object.fromEntries(
    Object.entries(score.dimensions).map(([name, dimension]) => [name, dimension.score]),
  );
  const run = host.ci === undefined ? {} : { run: `${host.ci.runId}/${host.ci.attempt}` };
  const entry = { ...now, score: score.score, dimensions, at: host.now().toISOString(), actor: host.actor, ...run };
  let length = 0;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    for await (const found of registry.entries(stream, length)) {
      const read = entrySchema.safeParse(found);
      if (read.success && read.data.data === now.data && read.data.contract === now.contract) return;
      length += 1;
    }
    if ((await registry.append(stream, length, entry)).ok) return;
  }
  throw new TitleholderError(
    "backend",
    "TH_REGISTRY_BUSY",
    `the quality score could not be recorded in ${mostAttempts} attempts: others write all the time`,
    "run again",
  );
}
