import { configurationError, TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { ModelVersion } from "../../registry/registry.ts";
import type { RolloutSubject } from "../../rollout/journal.ts";
import type { RolloutSettings } from "../../rollout/observation.ts";
import { isOver } from "../../rollout/state.ts";
import { previousAlias } from "../register-model/aliases.ts";
import { drive } from "./drive.ts";
import type { Journal } from "./journal.ts";
import { savedRollout } from "./settle.ts";
import { championOf, type Subject } from "./subject.ts";
import type { OpenTarget } from "./target.ts";

/** All that an operation on one model's rollouts works with. */
export interface Workplace {
  readonly host: Host;
  readonly subject: Subject;
  readonly journal: Journal;
  readonly open: OpenTarget;
  readonly leaseSeconds: number;
  readonly keepSeconds: number;
  readonly allowEphemeral: boolean;
  readonly onAddress: (address: string) => void;
}

/** Begins a rollout and drives it to rest. @throws TitleholderError TH_ROLLOUT_UNDER_WAY (configuration) */
export async function start(
  place: Workplace,
  canary: ModelVersion,
  champion: ModelVersion | undefined,
  settings: RolloutSettings,
): Promise<void> {
  const { journal, subject } = place;
  const before = journal.rollout;
  if (before !== undefined && !isOver(before.state)) throw underWay(before.id, before.subject);
  await deliver(place, canary, champion);
  await journal.start(
    { name: subject.name, canary: identityOf(canary), champion: champion === undefined ? null : identityOf(champion) },
    settings,
  );
  await carryOn(place, canary, champion);
}

/** Goes on with the rollout that is under way or held, by the rules that it was started with. */
export async function resume(place: Workplace): Promise<void> {
  const { journal, open } = place;
  const rollout = unfinished(place, "resume");
  const { canary, champion } = await versionsOf(place, rollout.subject);
  await deliver(place, canary, champion);
  const health = await open.target.health(rollout.id);
  const hadTraffic = rollout.state.phase !== "preparing" && rollout.state.weight > 0;
  // When stable is gone as well the machine was started anew, and the canary is no worse than the rest.
  if (hadTraffic && health.canary === "gone" && health.stable === "ready") {
    await journal.observe({ kind: "health", ...health });
  } else await journal.observe({ kind: "resumed" });
  await carryOn(place, canary, champion);
}

/** All traffic to the canary, whatever the evidence. */
export async function promoteNow(place: Workplace): Promise<void> {
  const { journal, open, host } = place;
  const rollout = unfinished(place, "promote");
  const { canary, champion } = await versionsOf(place, rollout.subject);
  await deliver(place, canary, champion);
  // Brought up again where it was lost; no traffic moves by that.
  await open.target.prepare(rollout.id, canary, champion);
  await journal.observe({ kind: "asked", operation: "promote", why: `by ${host.actor}` });
  await carryOn(place, canary, champion);
}

/** All traffic back to stable; the rollout is over. */
export async function goBack(place: Workplace, operation: "abort" | "rollback"): Promise<void> {
  const { journal, host } = place;
  const rollout = unfinished(place, operation);
  const { canary, champion } = await versionsOf(place, rollout.subject);
  await journal.observe({ kind: "asked", operation, why: `by ${host.actor}` });
  await carryOn(place, canary, champion);
}

/** After a promotion: the champion before is deployed again, at once. */
export async function returnToPrevious(place: Workplace, settings: RolloutSettings): Promise<void> {
  const { registry, name } = place.subject;
  const previous = await registry.version(name, `@${previousAlias}`);
  if (previous === undefined) {
    throw configurationError(
      "TH_ROLLOUT_NONE",
      `no rollout of ${name} is under way, and no champion came before the one that stands`,
      "deploy the version that is meant: operation: start, with version",
      { input: "operation" },
    );
  }
  await start(place, previous, await championOf(place.subject), { ...settings, direct: true });
}

async function carryOn(place: Workplace, canary: ModelVersion, champion: ModelVersion | undefined): Promise<void> {
  const { host, journal, open, subject, leaseSeconds, keepSeconds, onAddress } = place;
  const { target, source } = open;
  host.saveState(savedRollout(journal.current.id, subject, open.choice, place.allowEphemeral));
  try {
    await drive({
      host,
      registry: subject.registry,
      target,
      source,
      journal,
      canary,
      champion,
      leaseSeconds,
      keepSeconds,
      onAddress,
    });
  } catch (error) {
    // Another run has the rollout now: there is nothing of ours to settle.
    const displaced = error instanceof TitleholderError && error.code === "TH_ROLLOUT_CONCURRENT";
    if (displaced) host.saveState({});
    throw error;
  }
  host.saveState({});
}

async function deliver(place: Workplace, canary: ModelVersion, champion: ModelVersion | undefined): Promise<void> {
  const { registry } = place.subject;
  await place.open.deliver(registry, canary);
  if (champion !== undefined) await place.open.deliver(registry, champion);
}

function unfinished(place: Workplace, operation: string) {
  const { rollout } = place.journal;
  if (rollout !== undefined && !isOver(rollout.state)) return rollout;
  throw configurationError(
    "TH_ROLLOUT_NONE",
    `no rollout of ${place.subject.name} is under way, so that there is nothing to ${operation}`,
    "start one: operation: start, with version",
    { input: "operation" },
  );
}

/** Whether a run that says nothing else goes on with what is there. */
export function isToBeResumed(journal: Journal, canary: ModelVersion | undefined): boolean {
  const { rollout } = journal;
  if (rollout === undefined || isOver(rollout.state)) return false;
  if (canary !== undefined && canary.digest !== rollout.subject.canary.digest)
    throw underWay(rollout.id, rollout.subject);
  return true;
}

async function versionsOf({ subject: { registry, name } }: Workplace, subject: RolloutSubject) {
  const find = async ({ version, digest }: RolloutSubject["canary"]): Promise<ModelVersion> => {
    const found = await registry.version(name, version);
    if (found?.digest === digest) return found;
    throw new TitleholderError(
      "backend",
      "TH_ROLLOUT_JOURNAL",
      `the journal speaks of ${name} version ${version} with ${digest}, which the registry does not have`,
      "use the registry in which the rollout was started",
      { input: "registry" },
    );
  };
  return {
    canary: await find(subject.canary),
    champion: subject.champion === null ? undefined : await find(subject.champion),
  };
}

function identityOf({ version, digest }: ModelVersion): RolloutSubject["canary"] {
  return { version, digest };
}

function underWay(id: string, { name, canary }: RolloutSubject): TitleholderError {
  return configurationError(
    "TH_ROLLOUT_UNDER_WAY",
    `the rollout ${id} of ${name} version ${canary.version} is not over`,
    "resume it, or end it with operation: abort, before another one is started",
    { input: "operation" },
  );
}
