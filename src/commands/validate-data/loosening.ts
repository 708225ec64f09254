import { isAbsolute } from "node:path";
import { type ContractChange, isLoosening } from "../../contract/change.ts";
import { contractChanges } from "../../contract/changes.ts";
import { declaredColumns } from "../../contract/evaluation.ts";
import { textOf } from "../../contract/strictness.ts";
import type { Check, Policy } from "../../kernel/command.ts";
import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { kebabCase } from "../../kernel/naming.ts";
import { openData } from "../data.ts";
import { shownPath } from "../paths.ts";
import type { Base } from "./base-contract.ts";
import { changelogPart } from "./changelog.ts";
import { checksOf } from "./checks.ts";
import { withMain } from "./further-tables.ts";
import type { Part, Situation } from "./part.ts";
import { validate } from "./rules.ts";

/** Inputs that decide what is written and shown, not what passes. */
const harmless = new Set([
  "config",
  "model",
  "workingDirectory",
  "report",
  "annotations",
  "uploadReport",
  "comment",
  "profile",
  "sampleFailures",
  "skipProfile",
  "quarantine",
  "clean",
  "inferContract",
  "registry",
  "environment",
  "allowEphemeralRegistry",
  "githubToken",
  "suggest",
  "base",
  "dryRun",
  "contract",
]);

type Inputs = Readonly<Record<string, unknown>>;

/** What the contract's rules in SQL and its service levels found, and how those of another contract are answered. */
interface Further {
  readonly checks: readonly Check[];
  readonly answer: (situation: Situation) => Promise<readonly Part[]>;
}

/** What changed since the base: first whatever lets more data pass, then the contract's changelog. */
export async function trustParts(given: Inputs, situation: Situation, further: Further): Promise<readonly Part[]> {
  const { base, contract } = situation;
  const changes =
    base.state === "found" && base.contract.digest !== contract.digest
      ? contractChanges(base.contract.value, contract.value)
      : [];
  return [await looseningPart(given, situation, changes, further), changelogPart(base, contract, changes)];
}

/**
 * A check, shown first, for each thing by which more data passes than at the base. The data is judged by the base's contract too: a
 * loosening that lets through what the base's contract stops fails, unless loosening is allowed; any other warns.
 */
async function looseningPart(
  given: Inputs,
  situation: Situation,
  changes: readonly ContractChange[],
  further: Further,
): Promise<Part> {
  const { base, host } = situation;
  const allowed = allowsLoosening(given, base);
  const contract = changes.filter(isLoosening);
  const checks = [
    ...(base.state === "found" && contract.length > 0
      ? await contractChecks(base, contract, situation, further, allowed)
      : []),
    ...inputChecks(given, base, host),
  ];
  return { first: true, checks: checks.length > 0 ? checks : plainly(base) };
}

/** What the base says of the job's fate counts where it is stricter: a change cannot excuse itself. */
export function enforcedPolicy(given: Inputs, base: Base): Policy {
  const before = inputsOf(base);
  return {
    ...(before?.mode === "enforce" && given.mode !== "enforce" ? { mode: "enforce" } : {}),
    ...(before?.onInconclusive === "fail" && given.onInconclusive !== "fail" ? { onInconclusive: "fail" } : {}),
  };
}

function allowsLoosening(given: Inputs, base: Base): boolean {
  return (base.state === "found" ? base.inputs : given)?.allowLoosening === true;
}

function inputsOf(base: Base): Inputs | undefined {
  return base.state === "found" || base.state === "new" ? base.inputs : undefined;
}

/** What is said where nothing was loosened. */
function plainly(base: Base): readonly Check[] {
  switch (base.state) {
    case "none":
      return [];
    case "unreadable":
      return [
        { id: "base", verdict: "unchecked", message: `not held against an earlier contract: ${base.why}; ${base.fix}` },
      ];
    case "new":
      if (base.path === undefined) return [];
      return [{ id: "base", verdict: "pass", message: `the contract is new: ${base.name} has none at ${base.path}` }];
    case "found":
      return [{ id: "base", verdict: "pass", message: `nothing was loosened that stops data at ${base.name}` }];
  }
}

/** The answers of the base's contract to this data, by check; undefined where it describes other data altogether. */
async function judgedByBase(
  base: Extract<Base, { state: "found" }>,
  loosened: readonly ContractChange[],
  situation: Situation,
  further: Further,
): Promise<ReadonlyMap<string, Check> | undefined> {
  const { source, dataset, contract, host } = situation;
  const declared = declaredColumns(base.contract.value);
  const isSame = textOf(declared) === textOf(declaredColumns(contract.value));
  const reread = isSame ? undefined : await openData({ ...source, declared }, host, { faults: "keep", input: "data" });
  try {
    const opened = reread ?? dataset;
    const found = await validate(opened, base.contract, situation, 0, host);
    const { fingerprint, masking } = situation;
    const rows = { contract: base.contract, source, fingerprint, dataset: opened, found, masking };
    const earlier = withMain(situation, rows);
    return byId([...checksOf(found), ...(await furtherByBase(earlier, loosened, further))]);
  } catch (error) {
    if (error instanceof TitleholderError && error.code === "TH_CONTRACT_MISMATCH") return undefined;
    throw error;
  } finally {
    await reread?.[Symbol.asyncDispose]();
  }
}

/** Rules in SQL cost a process: they and the service levels are asked when one of them was loosened. What cannot run on this data any more answers nothing. */
async function furtherByBase(
  earlier: Situation,
  loosened: readonly ContractChange[],
  { answer }: Further,
): Promise<readonly Check[]> {
  const { sqlRules, serviceLevels } = earlier.contract.value;
  const ids = new Set([...sqlRules, ...serviceLevels].map(({ id }) => id));
  if (!loosened.some(({ asked }) => asked.old.some((id) => ids.has(id)))) return [];
  try {
    return (await answer(earlier)).flatMap(({ checks = [] }) => checks);
  } catch (error) {
    if (error instanceof TitleholderError && error.code === "TH_CONTRACT_SQL") return [];
    throw error;
  }
}

function byId(checks: readonly Check[]): ReadonlyMap<string, Check> {
  return new Map(checks.map((check) => [check.id, check]));
}

async function contractChecks(
  base: Extract<Base, { state: "found" }>,
  loosened: readonly ContractChange[],
  situation: Situation,
  further: Further,
  allowed: boolean,
): Promise<readonly Check[]> {
  const before = await judgedByBase(base, loosened, situation, further);
  const now = byId([...checksOf(situation.found), ...further.checks]);
  const escapes = ({ old, new: later }: ContractChange["asked"]): readonly Check[] => {
    const seen = Math.max(0, ...later.map((id) => weight(now.get(id))));
    return old.flatMap((id) => before?.get(id) ?? []).filter((check) => weight(check) > seen);
  };
  return loosened.map((change): Check => {
    const old = change.old === null ? "" : `, formerly "${change.old}"`;
    const later = change.new === null ? "" : `, now "${change.new}"`;
    const head = `${change.what}${old}${later}`;
    const escaped = escapes(change.asked);
    return {
      id: `loosening.${change.id}`,
      verdict: !allowed && (before === undefined || escaped.some((check) => weight(check) === 2)) ? "fail" : "warn",
      message: `${head}: ${consequence(change, before, escaped, base.name)}`,
      place: change.place,
    };
  });
}

/** What a check does to the data: nothing, a word of warning, a stop. */
function weight(check: Check | undefined): number {
  return check?.verdict === "fail" ? 2 : check?.verdict === "warn" ? 1 : 0;
}

function consequence(
  { asked }: ContractChange,
  before: ReadonlyMap<string, Check> | undefined,
  [escaped]: readonly Check[],
  base: string,
): string {
  if (before === undefined)
    return `the contract at ${base} describes other columns, and would let none of this data through`;
  if (escaped !== undefined) return `this data breaks what the contract at ${base} asks for (${escaped.message})`;
  if (asked.old.length === 0) return "values that were masked may be shown";
  const isAnswered = asked.old.some((id) => before.has(id) && before.get(id)?.verdict !== "unchecked");
  return isAnswered ? "it changes no verdict on this data" : "whether it changes a verdict on this data is not known";
}

/** Which way a value of an input goes; of any other input nobody can tell. */
const looserValues: Readonly<Record<string, unknown>> = {
  mode: "report-only",
  onInconclusive: "pass",
  allowLoosening: true,
};

function inputChecks(given: Inputs, base: Base, host: Host): readonly Check[] {
  const before = inputsOf(base);
  if (before === undefined || base.state === "none" || base.state === "unreadable") return [];
  return Object.keys(given).flatMap((key): readonly Check[] => {
    const [old, now] = [before[key], given[key]];
    if (harmless.has(key) || textOf(old) === textOf(now)) return [];
    const isKnown = Object.hasOwn(looserValues, key);
    if (isKnown && now !== looserValues[key]) return [];
    const shown = (value: unknown) => (value === undefined ? "not given" : shownValue(value, host));
    const effect = isKnown
      ? "the former value counts until this change is merged"
      : "other data or other questions decide";
    return [
      {
        id: `loosening.inputs.${kebabCase(key)}`,
        verdict: "warn",
        message: `${kebabCase(key)} of titleholder.yaml is ${shown(now)}, at ${base.name} it is ${shown(old)}: ${effect}`,
      },
    ];
  });
}

function shownValue(value: unknown, host: Host): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "string" && isAbsolute(inner) ? shownPath(host, inner) : inner,
  );
}
