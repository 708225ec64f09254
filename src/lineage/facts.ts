import { z } from "zod";
import type { Digest } from "../kernel/digest.ts";
import { digestSchema } from "../kernel/digest-schema.ts";
import type { EvidenceReport } from "./evidence.ts";

/** The commands whose reports make the chain. */
export const gates = {
  validation: "validate-data",
  training: "train",
  evaluation: "evaluate-vs-champion",
} as const;

/** One file of a data fingerprint. */
export interface DataFile {
  readonly path: string;
  readonly digest: Digest;
}

const fingerprint = z.object({ files: z.array(z.object({ path: z.string(), digest: digestSchema })) });
const validationDetails = z.object({ fingerprint, splits: z.record(z.string(), z.object({ fingerprint })).optional() });
const trainingDetails = z.object({ data: fingerprint });
const evaluationDetails = z.object({
  decision: z.string(),
  purpose: z.string(),
  challenger: digestSchema,
  champion: digestSchema.nullable(),
  data: fingerprint,
  baseline: z.string().nullable().optional(),
  alpha: z.number().optional(),
  metrics: z.array(z.object({ name: z.string(), test: z.string(), margin: z.number().nullable() })).optional(),
});

export type EvaluationFacts = z.output<typeof evaluationDetails>;

/** What an evaluation decided, about which models, on which files, by which rules; undefined when its details do not say. */
export function evaluationFacts({ report }: EvidenceReport): EvaluationFacts | undefined {
  return evaluationDetails.safeParse(report.details).data;
}

/** The files a model was trained on; undefined when the report's details do not say. */
export function trainingFiles({ report }: EvidenceReport): readonly DataFile[] | undefined {
  return trainingDetails.safeParse(report.details).data?.data.files;
}

/** The files that were validated, those of the splits among them; undefined when the report's details do not say. */
export function validatedFiles({ report }: EvidenceReport): readonly DataFile[] | undefined {
  const details = validationDetails.safeParse(report.details).data;
  if (details === undefined) return undefined;
  return [details, ...Object.values(details.splits ?? {})].flatMap((data) => data.fingerprint.files);
}

/** Whether a model with this digest is what the report is about. */
export function isAboutModel({ report }: EvidenceReport, model: Digest): boolean {
  return report.subjects.some((subject) => subject.kind === "model" && subject.digest === model);
}

/** Models that a report is about. */
export function modelsOf({ report }: EvidenceReport): readonly Digest[] {
  return report.subjects.filter((subject) => subject.kind === "model").map((subject) => subject.digest);
}
