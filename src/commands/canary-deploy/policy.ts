import type { Artifact, Check } from "../../kernel/command.ts";
import type { Digest } from "../../kernel/digest.ts";
import type { Host } from "../../kernel/host.ts";
import { overallVerdict } from "../../kernel/verdict.ts";
import { walkChain } from "../../lineage/chain.ts";
import { type EvidenceReport, parseReport } from "../../lineage/evidence.ts";
import type { ModelRegistry, ModelVersion } from "../../registry/registry.ts";
import { readEvidence } from "../evidence.ts";
import { firstPlaceTaken } from "../register-model/aliases.ts";
import { judgeGates } from "../register-model/gates.ts";

export interface Candidate {
  readonly digest: Digest;
  /** Absent in a dry run on a path. */
  readonly version?: ModelVersion;
  /** Digest of the champion that stands now. */
  readonly champion: Digest | null;
}

export interface PolicyAnswer {
  /** False: the version gets no traffic. */
  readonly allowed: boolean;
  readonly checks: readonly Check[];
  /** The reports it rests on. */
  readonly materials: readonly Artifact[];
}

/**
 * Whether a version's evidence lets it have traffic: the rules by which register-model would make it champion, as that is what the rollout
 * ends with. `unproven` lets it pass and says so.
 */
export async function judgePolicy(
  candidate: Candidate,
  registry: ModelRegistry,
  host: Host,
  options: { readonly evidence: readonly string[]; readonly unproven: boolean; readonly promote: boolean },
): Promise<PolicyAnswer> {
  const { digest, version, champion } = candidate;
  const found = await readEvidence(options.evidence, host);
  const stored = version === undefined ? [] : await storedEvidence(registry, version);
  const reports = new Map<Digest, EvidenceReport>([...stored, ...found].map((report) => [report.digest, report]));
  const rival = champion === digest && version !== undefined ? await firstPlaceTaken(registry, version) : champion;
  const chain = walkChain(digest, [...reports.values()], { champion: rival });
  const named = found.filter((report) => report.named);
  const { checks } = judgeGates({ digest, chain, named, expected: named, champion, promote: options.promote });
  const allowed = ["pass", "warn"].includes(overallVerdict(checks.map(({ verdict }) => verdict)));
  const materials = chain.reports.map(
    ({ report, digest: file }): Artifact => ({ name: report.command, digest: file, kind: "report" }),
  );
  if (allowed || !options.unproven) return { allowed, checks, materials };
  return { allowed: true, checks: checks.map(softened), materials };
}

function softened(check: Check): Check {
  if (check.verdict !== "fail" && check.verdict !== "inconclusive") return check;
  return { ...check, verdict: "warn", message: `deployed all the same (allow-unproven): ${check.message}` };
}

async function storedEvidence(registry: ModelRegistry, version: ModelVersion): Promise<readonly EvidenceReport[]> {
  const evidence = await registry.evidence(version);
  return evidence.map(({ statement, report }) => ({
    report: parseReport(report, `${registry.address} (${version.name} version ${version.version})`),
    digest: statement.predicate.report,
  }));
}
