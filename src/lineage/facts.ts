import { z } from "zod";
import type { Digest } from "../kernel/digest.ts";
import { digestSchema } from "../kernel/digest-schema.ts";
import { type Verdict, verdicts } from "../kernel/verdict.ts";
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
const validationDetails = z.object({
  fingerprint,
  splits: z.record(z.string(), z.object({ fingerprint })).optional(),
  handling: z
    .object({
      quarantine: z.object({ fingerprint }).nullable(),
      clean: z.object({ fingerprint, verdict: z.enum(verdicts) }).nullable(),
    })
    .optional(),
});
const trainingDetails = z.object({ data: fingerprint });
const evaluationDetails = z.object({
  decision: z.string(),
  purpose: z.string(),
  challenger: digestSchema,
  champion: digestSchema.nullable(),
  data: fingerprint,
  baseline: z.string().nullable().optional(),
  alpha: z.number().optional(),
  ledger: z.object({ total: z.number() }).nullable().optional(),
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

/** Files that a validation speaks of, and its verdict on them. */
export interface ValidatedData {
  readonly files: readonly DataFile[];
  readonly verdict: Verdict;
}

/**
 * What a validation read, splits too, then what it wrote of it: the clean rows have a verdict of their own, and those in quarantine failed. Empty when
 * the report's details do not say.
 */
export function validatedData({ report }: EvidenceReport): readonly ValidatedData[] {
  const details = validationDetails.safeParse(report.details).data;
  if (details === undefined) return [];
  const { clean, quarantine } = details.handling ?? {};
  const read = [details, ...Object.values(details.splits ?? {})].flatMap((data) => data.fingerprint.files);
  return [
    { files: read, verdict: report.verdict },
    ...(clean ? [{ files: clean.fingerprint.files, verdict: clean.verdict }] : []),
    ...(quarantine ? [{ files: quarantine.fingerprint.files, verdict: "fail" as const }] : []),
  ];
}

const derivedFeatures = z.object({
  features: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      sources: z.array(z.string()),
      code: z.object({ path: z.string(), digest: digestSchema }).nullable(),
    }),
  ),
});

export type DerivedFeature = z.output<typeof derivedFeatures>["features"][number];

/** The features that the contract of validated data derives from it. */
export function featuresOf({ report }: EvidenceReport): readonly DerivedFeature[] {
  return derivedFeatures.safeParse(report.details).data?.features ?? [];
}

/** Whether a model with this digest is what the report is about. */
export function isAboutModel({ report }: EvidenceReport, model: Digest): boolean {
  return report.subjects.some((subject) => subject.kind === "model" && subject.digest === model);
}

/** Models that a report is about. */
export function modelsOf({ report }: EvidenceReport): readonly Digest[] {
  return report.subjects.filter((subject) => subject.kind === "model").map((subject) => subject.digest);
}
