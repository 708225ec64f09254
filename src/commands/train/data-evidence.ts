import { covers, type Fingerprint } from "../../dataset/fingerprint.ts";
import type { Artifact, Check } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import { validatedFiles } from "../../lineage/facts.ts";
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
    .filter((evidence) => {
      const validated = validatedFiles(evidence);
      return validated !== undefined && covers(validated, data).length === 0;
    })
    .sort((a, b) => badness(b) - badness(a) || (a.digest < b.digest ? -1 : 1));
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
  const { report, digest, path } = match;
  const isGood = report.verdict === "pass" || report.verdict === "warn";
  return {
    checks: [
      {
        id: "data-evidence",
        verdict: isGood ? "pass" : "fail",
        message: `the data was validated with verdict ${report.verdict}: ${report.summary}`,
        place: { file: path },
      },
    ],
    materials: [{ name: path, digest, kind: "report" }],
  };
}

function badness({ report }: Evidence): number {
  return ["pass", "warn", "inconclusive", "fail"].indexOf(report.verdict);
}
