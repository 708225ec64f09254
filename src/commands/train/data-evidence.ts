import { covers, type Fingerprint } from "../../dataset/fingerprint.ts";
import type { Artifact, Check } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import type { Verdict } from "../../kernel/verdict.ts";
import { validatedData } from "../../lineage/facts.ts";
import { type Evidence, readEvidence } from "../evidence.ts";

/** What is known about the training data from validate-data: every file must have been part of data that passed. */
export async function dataEvidence(
  data: Fingerprint,
  patterns: readonly string[],
  host: Host,
): Promise<{ readonly checks: readonly Check[]; readonly materials: readonly Artifact[] }> {
  if (data.files.length === 0) {
    return {
      checks: [{ id: "data-evidence", verdict: "unchecked", message: "no data was named, so none is on record" }],
      materials: [],
    };
  }
  const reports = (await readEvidence(patterns, host)).filter(({ report }) => report.command === "validate-data");
  // Of several reports the worst counts: when each was written is not sealed, and so has no say.
  const [match] = reports
    .flatMap((evidence) => {
      const verdict = verdictOn(data, evidence);
      return verdict === undefined ? [] : [{ ...evidence, verdict }];
    })
    .sort((a, b) => badness(b.verdict) - badness(a.verdict) || (a.digest < b.digest ? -1 : 1));
  if (match === undefined) {
    const message =
      reports.length === 0
        ? "no report of validate-data was found"
        : `none of ${reports.length} validate-data reports covers these files`;
    return {
      checks: [
        {
          id: "data-evidence",
          verdict: "warn",
          message: `${message}: the data is on record, but nothing says it was checked`,
        },
      ],
      materials: [],
    };
  }
  const { report, digest, path, verdict } = match;
  const isGood = verdict === "pass" || verdict === "warn";
  return {
    checks: [
      {
        id: "data-evidence",
        verdict: isGood ? "pass" : "fail",
        message: `the data was validated with verdict ${verdict}: ${report.summary}`,
        place: { file: path },
      },
    ],
    materials: [{ name: path, digest, kind: "report" }],
  };
}

function badness(verdict: Verdict): number {
  return ["pass", "warn", "inconclusive", "fail"].indexOf(verdict);
}

/** What a validation says of these files: of those that it read, or of those that it wrote; undefined where some are neither. */
function verdictOn(data: Fingerprint, evidence: Evidence): Verdict | undefined {
  return validatedData(evidence)
    .filter((validated) => covers(validated.files, data).length === 0)
    .map(({ verdict }) => verdict)
    .sort((a, b) => badness(b) - badness(a))[0];
}
