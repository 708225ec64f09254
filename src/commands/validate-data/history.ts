import { z } from "zod";
import { type QualityDimension, type QualityScore, qualityDimensions } from "../../contract/quality-score.ts";
import type { Digest } from "../../kernel/digest.ts";
import { digestSchema } from "../../kernel/digest-schema.ts";
import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import type { ModelRegistry } from "../../registry/registry.ts";
import { runName } from "../run-name.ts";

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
 * Records a score once for each pair of data and contract, however many runs do it at once.
 * @param write false where nothing may be written
 * @returns the scores before it, oldest first, so that a second run shows what the first one did; entries of another shape are a newer
 *   program's and left out
 */
export async function rememberScore(
  registry: ModelRegistry,
  model: string,
  now: Pick<PastScore, "data" | "contract">,
  score: QualityScore,
  host: Host,
  write: boolean,
): Promise<readonly PastScore[]> {
  const stream = qualityStream(model);
  const past: PastScore[] = [];
  let length = 0;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    for await (const entry of registry.entries(stream, length)) {
      length += 1;
      const read = entrySchema.safeParse(entry);
      if (!read.success) continue;
      if (read.data.data === now.data && read.data.contract === now.contract) return past.slice(-mostShown);
      past.push(read.data as PastScore);
    }
    if (!write || (await registry.append(stream, length, entryOf(now, score, host))).ok) return past.slice(-mostShown);
  }
  throw new TitleholderError(
    "backend",
    "TH_REGISTRY_BUSY",
    `the quality score could not be recorded in ${mostAttempts} attempts: others write all the time`,
    "run again",
  );
}

function entryOf(now: Pick<PastScore, "data" | "contract">, { score, dimensions }: QualityScore, host: Host): Json {
  const run = runName(host);
  return {
    ...now,
    score,
    dimensions: Object.fromEntries(Object.entries(dimensions).map(([name, dimension]) => [name, dimension.score])),
    at: host.now().toISOString(),
    actor: host.actor,
    ...(run === undefined ? {} : { run }),
  };
}
