import type { Artifact } from "../../src/kernel/command.ts";
import { type Digest, digestOf, digestOfJson } from "../../src/kernel/digest.ts";
import type { Json } from "../../src/kernel/json.ts";
import type { Verdict } from "../../src/kernel/verdict.ts";
import type { EvidenceReport } from "../../src/lineage/evidence.ts";
import { makeReport, type Report, serializeReport } from "../../src/report/report.ts";

/** Reports as the gates write them, with the details that later gates read. */

type DataFiles = Readonly<Record<string, string>>;

interface Common {
  readonly verdict?: Verdict;
  readonly model?: string;
  /** RFC 3339. */
  readonly finished?: string;
  readonly materials?: readonly Artifact[];
}

/** Data files by path and content, as a fingerprint. */
export function fingerprintOf(files: DataFiles) {
  const listed = Object.entries(files)
    .map(([path, content]) => ({ path, size: content.length, digest: digestOf(content) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { digest: digestOfJson(listed), files: listed };
}

export function validationReport(files: DataFiles, common: Common = {}): Report {
  const fingerprint = fingerprintOf(files);
  const subjects: Artifact[] = [{ kind: "data", name: "data", digest: fingerprint.digest }];
  return sealed("validate-data", common, subjects, { fingerprint, rows: 10 }, dataMaterials(files));
}

export function trainingReport(
  model: Digest,
  files: DataFiles,
  common: Common & { readonly code?: { readonly commit: string; readonly dirty: boolean } } = {},
): Report {
  const subjects: Artifact[] = [{ kind: "model", name: "churn", digest: model }];
  const run = { id: "1", code: common.code ?? null };
  return sealed("train", common, subjects, { data: fingerprintOf(files), run }, dataMaterials(files));
}

export function evaluationReport(
  challenger: Digest,
  files: DataFiles,
  common: Common & {
    readonly champion?: Digest | null;
    readonly purpose?: "screen" | "promote";
    readonly decision?: string;
    readonly alpha?: number;
    readonly ledger?: Json;
  } = {},
): Report {
  const { champion = null, purpose = "promote", alpha = 0.05, ledger = null } = common;
  const decision = common.decision ?? (champion === null ? "unbaselined-pass" : "superior");
  const subjects: Artifact[] = [{ kind: "model", name: "challenger", digest: challenger }];
  const details = { decision, purpose, challenger, champion, alpha, ledger, data: fingerprintOf(files), metrics: [] };
  return sealed("evaluate-vs-champion", common, subjects, details, dataMaterials(files));
}

export function asEvidence(report: Report): EvidenceReport {
  return { report, digest: serializeReport(report).digest };
}

/** The report's file as a material of a later report. */
export function asMaterial(report: Report): Artifact {
  return { kind: "report", name: report.command, digest: serializeReport(report).digest };
}

/** The text of the report's file. */
export function fileOf(report: Report): string {
  return new TextDecoder().decode(serializeReport(report).bytes);
}

function dataMaterials(files: DataFiles): readonly Artifact[] {
  return Object.entries(files).map(([name, content]) => ({ kind: "data", name, digest: digestOf(content) }));
}

function sealed(
  command: string,
  common: Common,
  subjects: readonly Artifact[],
  details: Json,
  data: readonly Artifact[],
) {
  const finished = common.finished ?? "2026-01-31T12:00:00.000Z";
  return makeReport(
    {
      command,
      model: common.model ?? "churn",
      config: { label: { value: "churned", from: "input" } },
      run: { version: "0.1.0", started: finished, finished, timings: {} },
    },
    {
      verdict: common.verdict ?? "pass",
      summary: `${command} says ${common.verdict ?? "pass"}`,
      checks: [],
      subjects,
      materials: [...data, ...(common.materials ?? [])],
      details,
      tables: [],
      series: [],
    },
  );
}
