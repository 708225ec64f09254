import type { ContractChange } from "./change.ts";

/** How far a contract's version must move for what changed in it. */
export interface VersionStep {
  readonly step: "major" | "minor" | "patch";
  /** The lowest version that says so. */
  readonly suggested: string;
  /** The later contract's version is that or a higher one. */
  readonly enough: boolean;
}

type Version = readonly [major: number, minor: number, patch: number];

/**
 * The step by Semantic Versioning 2.0.0: a major one for a breaking change (a minor one below 1.0.0), a minor one for what is new or
 * stops other data, a patch for the rest.
 * @returns undefined when nothing but the version changed, or a version is not of the form `1.2.3`
 */
export function versionStep(old: string, now: string, all: readonly ContractChange[]): VersionStep | undefined {
  const changes = all.filter(({ id }) => id !== "contract.version");
  const [before, after] = [parse(old), parse(now)];
  if (changes.length === 0 || before === undefined || after === undefined) return undefined;
  const breaking = changes.some((change) => change.breaking);
  const step = breaking ? "major" : changes.some(({ gate }) => gate !== "same") ? "minor" : "patch";
  const next = raise(before, breaking && before[0] === 0 ? "minor" : step);
  return { step, suggested: next.join("."), enough: compare(after, next) >= 0 };
}

function parse(version: string): Version | undefined {
  const match = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function raise([major, minor, patch]: Version, step: VersionStep["step"]): Version {
  if (step === "major") return [major + 1, 0, 0];
  return step === "minor" ? [major, minor + 1, 0] : [major, minor, patch + 1];
}

function compare(a: Version, b: Version): number {
  return a.map((part, at) => part - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
