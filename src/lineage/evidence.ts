import { type Digest, isDigest } from "../kernel/digest.ts";
import { configurationError, type TitleholderError } from "../kernel/error.ts";
import { canonicalJson, isJsonObject, type Json } from "../kernel/json.ts";
import { schemaFault } from "../kernel/schema-fault.ts";
import { type Report, resultOf } from "../report/report.ts";
import { reportSchemaFor } from "../report/schema.ts";
import type { EvidenceStatement } from "./lineage.ts";

/** A report of an earlier gate and the digest of its file, by which later reports name it. */
export interface EvidenceReport {
  readonly report: Report;
  readonly digest: Digest;
}

const knownVersion = 1;

/**
 * Reads a report that came from outside this run. Every byte but those of `run` (who ran it, and when) is covered by `result`, and the
 * file must be the canonical form of what it says; a pin by digest covers `run` too. That finds an edit, not a forger.
 * @param file how the file is called in messages
 * @throws TH_EVIDENCE_SYNTAX (configuration) for anything but a report, TH_REPORT_FORMAT for a newer format,
 *   TH_EVIDENCE_ALTERED when the content no longer has its `result`.
 */
export function parseReport(bytes: Uint8Array, file: string): Report {
  const { text, value } = parseText(bytes, file);
  const format = isJsonObject(value) && typeof value.schema === "string" ? value.schema : undefined;
  const version = /^titleholder\/report\/v(\d+)$/.exec(format ?? "")?.[1];
  if (!isJsonObject(value) || version === undefined) throw notAReport(file, "it has no schema titleholder/report/v1");
  if (Number(version) > knownVersion) throw newerFormat(file, format ?? "");
  const report = value as unknown as Report;
  if (!isDigest(report.result) || sealOf(report, file) !== report.result) {
    throw altered(file, "its content does not have the digest that it was sealed with");
  }
  if (`${canonicalJson(value)}\n` !== text) throw altered(file, "it is not in the canonical form that is written");
  const shape = reportSchemaFor(undefined).safeParse(value);
  if (!shape.success) throw notAReport(file, schemaFault(shape.error));
  return report;
}

/** The report as an in-toto Statement v1; subjects sorted by name, then by digest. */
export function statementOf(report: Report, reportDigest: Digest): EvidenceStatement {
  const subject = report.subjects.map(({ name, digest }) => ({
    name,
    digest: { sha256: digest.slice("sha256:".length) },
  }));
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: subject.sort((a, b) => compare(a.name, b.name) || compare(a.digest.sha256, b.digest.sha256)),
    predicateType: `https://titleholder.dev/${report.command}/v1`,
    predicate: {
      command: report.command,
      verdict: report.verdict,
      report: reportDigest,
      result: report.result,
      materials: report.materials,
      finished: report.run.finished,
    },
  };
}

function parseText(bytes: Uint8Array, file: string): { readonly text: string; readonly value: Json } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { text, value: JSON.parse(text) as Json };
  } catch (cause) {
    throw notAReport(file, "it is not JSON", cause);
  }
}

/** What cannot be written canonically (NaN, lone surrogates, nesting beyond the stack) was never written by us. */
function sealOf(report: Report, file: string): Digest {
  try {
    return resultOf(report);
  } catch (cause) {
    throw notAReport(file, "it holds values that no report can hold", cause);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function notAReport(file: string, why: string, cause?: unknown): TitleholderError {
  return configurationError(
    "TH_EVIDENCE_SYNTAX",
    `${file} is not a report: ${why}`,
    "name report.json files that Titleholder wrote, or run the gate again",
    { file },
    cause,
  );
}

function newerFormat(file: string, format: string): TitleholderError {
  return configurationError(
    "TH_REPORT_FORMAT",
    `${file} has the format ${format}, and this Titleholder knows titleholder/report/v${knownVersion} and older`,
    "upgrade Titleholder: use the release in this job that wrote the report in the earlier one",
    { file },
  );
}

function altered(file: string, why: string): TitleholderError {
  return configurationError(
    "TH_EVIDENCE_ALTERED",
    `${file} was altered after it was written: ${why}`,
    "run the gate again; a report is never edited, reformatted or converted to other line ends",
    { file },
  );
}
