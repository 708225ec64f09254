import { resolve } from "node:path";
import type { Check, Project } from "../../kernel/command.ts";
import type { Digest } from "../../kernel/digest.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { overallVerdict } from "../../kernel/verdict.ts";
import { type Chain, walkChain } from "../../lineage/chain.ts";
import { type EvidenceReport, parseReport } from "../../lineage/evidence.ts";
import { checkAliasName, checkModelName } from "../../registry/names.ts";
import type { AliasMove, ModelRegistry, ModelSource, ModelVersion } from "../../registry/registry.ts";
import { type ValidationStatus, validationTag } from "../../registry/tags.ts";
import { type Evidence, readEvidence } from "../evidence.ts";
import { readModel } from "../model-reference.ts";
import { openRegistry } from "../open-registry.ts";
import { championAlias, previousAlias, rivalOf } from "./aliases.ts";
import { judgeGates } from "./gates.ts";

/** What was asked for, by the command's inputs. */
export interface Wish {
  readonly modelPath: string;
  readonly name?: string | undefined;
  readonly alias: string;
  readonly expectAlias?: number | "none" | undefined;
  readonly promote: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly evidence: readonly string[];
  readonly registry?: string | undefined;
  readonly allowEphemeralRegistry: boolean;
}

/** All that is known before anything is written. */
export interface Survey {
  readonly registry: ModelRegistry;
  readonly name: string;
  readonly digest: Digest;
  readonly files: ModelSource;
  /** The alias that is to move. */
  readonly alias: string;
  readonly current: AliasMove | undefined;
  /** Where the alias must stand before it moves; undefined when that does not matter. */
  readonly from: number | null | undefined;
  /** The version, when this digest is registered already. */
  readonly existing: ModelVersion | undefined;
  readonly chain: Chain;
  /** All reports that were found on disk. */
  readonly found: readonly Evidence[];
  /** Reports of the chain that the registry does not hold yet. */
  readonly fresh: readonly Evidence[];
  readonly checks: readonly Check[];
  readonly status: ValidationStatus;
}

/** Reads the model, the registry and the evidence, and judges. Writes nothing. */
export async function survey(wish: Wish, host: Host, project: Project): Promise<Survey> {
  const name = wish.name ?? project.model;
  checkWish(name, wish);
  const alias = wish.promote ? championAlias : wish.alias;
  const { digest, files } = await readModel(resolve(host.cwd, wish.modelPath), host, "model-path");
  const registry = await openRegistry(wish.registry, host, { allowEphemeral: wish.allowEphemeralRegistry });
  const existing = await registry.version(name, digest);
  const champion = await registry.version(name, `@${championAlias}`);
  const current = await registry.alias(name, alias);
  const found = await readEvidence(wish.evidence, host);
  const stored = existing === undefined ? [] : await storedEvidence(registry, existing);
  const rival = await rivalOf(registry, digest, champion);
  const chain = walkChain(digest, distinct([...stored, ...found]), { champion: rival });
  const named = found.filter((evidence) => evidence.named);
  const expected = found.filter((evidence) => evidence.named || evidence.report.model === project.model);
  const { checks, status } = judgeGates({
    digest,
    chain,
    named,
    expected,
    champion: champion?.digest ?? null,
    promote: wish.promote,
  });
  const from = expectedPlace(wish, champion);
  const kept = new Set(stored.map((evidence) => evidence.digest));
  const used = new Set(chain.reports.map((evidence) => evidence.digest));
  return {
    registry,
    name,
    digest,
    files,
    alias,
    current,
    from,
    existing,
    chain,
    found,
    fresh: found.filter((evidence) => used.has(evidence.digest) && !kept.has(evidence.digest)),
    checks: [...checks, ...placeChecks(wish, alias, existing, current)],
    status,
  };
}

/** Whether the checks let the alias move. */
export function mayMove({ checks }: Pick<Survey, "checks">): boolean {
  return ["pass", "warn"].includes(overallVerdict(checks.map((check) => check.verdict)));
}

export function placeName(version: number | null): string {
  return version === null ? "no version" : `version ${version}`;
}

async function storedEvidence(registry: ModelRegistry, version: ModelVersion): Promise<readonly EvidenceReport[]> {
  const evidence = await registry.evidence(version);
  return evidence.map(({ statement, report }) => ({
    report: parseReport(report, `${registry.address} (${version.name} version ${version.version})`),
    digest: statement.predicate.report,
  }));
}

function distinct(reports: readonly EvidenceReport[]): readonly EvidenceReport[] {
  return [...new Map(reports.map((evidence) => [evidence.digest, evidence])).values()];
}

function checkWish(name: string, wish: Wish): void {
  checkModelName(name, { input: wish.name === undefined ? "model" : "name" });
  checkAliasName(wish.alias, { input: "alias" });
  if (wish.alias === championAlias || wish.alias === previousAlias) {
    throw configurationError(
      "TH_ALIAS_RESERVED",
      `the alias ${wish.alias} is moved by a promotion alone`,
      wish.alias === championAlias ? "write promote: true and leave alias out" : "choose another alias",
      { input: "alias" },
    );
  }
  if (Object.hasOwn(wish.tags, validationTag)) {
    throw configurationError(
      "TH_TAG_RESERVED",
      `the tag ${validationTag} follows from the evidence`,
      "leave it out of tags",
      { input: "tags" },
    );
  }
}

/** A promotion rests on an evaluation against the champion that stands now: when that one moves meanwhile, the promotion is void. */
function expectedPlace(wish: Wish, champion: ModelVersion | undefined): number | null | undefined {
  if (wish.expectAlias !== undefined) return wish.expectAlias === "none" ? null : wish.expectAlias;
  return wish.promote ? (champion?.version ?? null) : undefined;
}

/** An alias that stands at this version already is where it should be, wherever it was expected. */
function placeChecks(
  wish: Wish,
  alias: string,
  existing: ModelVersion | undefined,
  current: AliasMove | undefined,
): readonly Check[] {
  const at = current?.to ?? null;
  if (wish.expectAlias === undefined || (existing !== undefined && at === existing.version)) return [];
  const expected = wish.expectAlias === "none" ? null : wish.expectAlias;
  const id = "expected-alias";
  if (at === expected) return [{ id, verdict: "pass", message: `${alias} stands at ${placeName(at)}, as expected` }];
  return [displaced(alias, expected, at)];
}

/** The alias is not where the decision needs it to be. */
export function displaced(alias: string, expected: number | null, at: number | null): Check {
  const message = `${alias} was expected at ${placeName(expected)} and stands at ${placeName(at)}: look at what moved it, and evaluate against it`;
  return { id: "expected-alias", verdict: "fail", message, observed: at, expected };
}
