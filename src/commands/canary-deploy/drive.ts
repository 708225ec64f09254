import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { ModelRegistry, ModelVersion } from "../../registry/registry.ts";
import type { Observation } from "../../rollout/observation.ts";
import { describeStep } from "../../rollout/plan.ts";
import type { MetricSource, RolloutTarget } from "../../rollout/rollout.ts";
import { type Effect, effectOf, type RolloutState } from "../../rollout/state.ts";
import { promote } from "../register-model/aliases.ts";
import type { Journal } from "./journal.ts";

/** What a rollout is driven with. */
export interface Drive {
  readonly host: Pick<Host, "now" | "sleep" | "log" | "signal" | "actor" | "ci">;
  readonly registry: ModelRegistry;
  readonly target: RolloutTarget;
  readonly source: MetricSource;
  readonly journal: Journal;
  readonly canary: ModelVersion;
  readonly champion: ModelVersion | undefined;
  readonly leaseSeconds: number;
  /** How long the former stable is kept. */
  readonly keepSeconds: number;
  /** Learns where callers go. */
  readonly onAddress: (address: string) => void;
}

/** Longest time without a look at the canary's health. */
const longestBeatMs = 2000;
const secondLookMs = 200;

/**
 * Carries a rollout on from wherever its journal stands until nothing is left for this run to do: over, or held. Each turn does the one
 * thing that the state asks for, and writes down what came of it before the next. Every effect may be repeated, so that it does not
 * matter where an earlier run was stopped.
 *
 * @throws TitleholderError as target, source and registry throw; the rollout is under way then, unless the canary did not come up: that
 *   one has gone back before the error is thrown
 */
export async function drive(context: Drive): Promise<void> {
  const { journal } = context;
  let failure: unknown;
  for (let effect = effectOf(journal.current.state); effect !== undefined; effect = effectOf(journal.current.state)) {
    context.host.signal.throwIfAborted();
    const before = journal.current.state;
    const { seen, error } = await perform(effect, context);
    failure ??= error;
    await record(seen, context);
    report(before, journal.current.state, context);
  }
  if (failure !== undefined) throw failure;
}

/** Writes an observation down. Going back does not wait for a registry that cannot be reached. */
async function record(seen: Observation, { journal, target }: Drive): Promise<void> {
  try {
    await journal.observe(seen);
  } catch (error) {
    const unreachable = error instanceof TitleholderError && error.kind === "backend";
    if (unreachable && journal.foresee(seen).phase === "returning") await target.abort(journal.current.id);
    throw error;
  }
}

interface Done {
  readonly seen: Observation;
  /** To be thrown when the rollout has come to rest. */
  readonly error?: unknown;
}

async function perform(effect: Effect, context: Drive): Promise<Done> {
  const { journal, target } = context;
  const { id } = journal.current;
  switch (effect.do) {
    case "prepare":
      return prepare(id, context);
    case "set-weight":
      return { seen: await setWeight(id, effect.percent, context) };
    case "measure":
      return { seen: await measure(id, effect, context) };
    case "wait":
      return { seen: (await watch(id, Date.parse(effect.until), context)) ?? { kind: "waited" } };
    case "finish":
      return finish(id, context);
    case "move-alias":
      return { seen: await moveAlias(context) };
    case "abort":
      await target.abort(id);
      return { seen: { kind: "returned" } };
    case "hold":
      await target.releaseLease?.(id);
      return { seen: { kind: "holding" } };
  }
}

async function prepare(id: string, { target, canary, champion, onAddress }: Drive): Promise<Done> {
  try {
    const { stable, address, breaks } = await target.prepare(id, canary, champion);
    if (address !== null) onAddress(address);
    return { seen: { kind: "prepared", first: stable === null, breaks } };
  } catch (error) {
    if (!(error instanceof TitleholderError) || error.kind === "backend") throw error;
    return { seen: { kind: "failed", detail: error.message }, error };
  }
}

/** The lease runs before the weight rises, so that no share is ever left without somebody to answer for it. */
async function setWeight(id: string, percent: number, { target, leaseSeconds }: Drive): Promise<Observation> {
  await target.renewLease?.(id, leaseSeconds);
  await target.setWeight(id, percent);
  const { percent: given, effective } = await target.verifyWeight(id);
  return { kind: "weight", percent: given, effective };
}

async function finish(id: string, { target, keepSeconds }: Drive): Promise<Done> {
  try {
    await target.finish(id, keepSeconds);
    return { seen: { kind: "finished" } };
  } catch (error) {
    if (!(error instanceof TitleholderError) || error.kind === "backend") throw error;
    return { seen: { kind: "failed", detail: error.message } };
  }
}

/** Waits until an instant, with an eye on the canary; what it notices ends the wait. */
async function watch(id: string, untilMs: number, context: Drive): Promise<Observation | undefined> {
  const { host, target, journal, leaseSeconds } = context;
  const { weight } = journal.current.state;
  while (true) {
    if (weight > 0) {
      const held = (await target.renewLease?.(id, leaseSeconds)) ?? true;
      const { percent, effective } = await target.verifyWeight(id);
      const health = await healthOf(id, context);
      if (health.canary === "gone") return { kind: "health", ...health };
      if (!held || !effective || percent !== weight) return { kind: "weight-lost", percent };
      if (health.stable === "gone") host.log.warn("stable does not answer: callers get errors until it is back");
    }
    const left = untilMs - host.now().getTime();
    if (left <= 0) return undefined;
    await host.sleep(Math.min(left, longestBeatMs, (leaseSeconds * 1000) / 3));
  }
}

/** A canary is lost when it is found gone twice: one refused connection may be a hiccup. */
async function healthOf(id: string, { target, host }: Drive) {
  const first = await target.health(id);
  if (first.canary !== "gone") return first;
  await host.sleep(secondLookMs);
  return target.health(id);
}

async function measure(
  id: string,
  { from, to }: Extract<Effect, { do: "measure" }>,
  context: Drive,
): Promise<Observation> {
  const { host, source } = context;
  const window = { from: new Date(from), to: new Date(to) };
  const ms = window.to.getTime() - window.from.getTime();
  try {
    const noticed = await watch(id, window.to.getTime(), context);
    if (noticed !== undefined) return noticed;
    const measurement = await source.measure({ metric: "errors" }, window, host.signal);
    return { kind: "measured", ms, measurement };
  } catch (error) {
    if (!(error instanceof TitleholderError)) throw error;
    host.log.warn(`a block could not be measured: ${error.message}`);
    await host.sleep(Math.max(0, window.to.getTime() - host.now().getTime()));
    return { kind: "unmeasured", ms, detail: error.message };
  }
}

async function moveAlias({ registry, canary, journal, host }: Drive): Promise<Observation> {
  const { id, subject, state } = journal.current;
  const reason = state.byHand ? `promoted by hand in the rollout ${id}` : `promoted by the rollout ${id}`;
  const moved = await promote(registry, canary, reason, host, subject.champion?.version ?? null);
  if (moved.ok) return { kind: "alias", moved: true, detail: "" };
  const at = moved.at === null ? "nowhere" : `at version ${moved.at}`;
  return { kind: "alias", moved: false, detail: `champion stands ${at} since the rollout began` };
}

/** Tells what has changed, one line a change, and how far an analysis has come. */
function report(before: RolloutState, after: RolloutState, { host, journal }: Drive): void {
  const { id } = journal.current;
  if (after.phase === "analysing") {
    const step = after.settings.steps[after.step];
    const wanted = Math.max(step?.kind === "analysis" ? step.ms : 0, after.settings.blockMs);
    host.log.progress(`analysis at ${after.weight}%`, Math.round(after.analysis.lookedMs), wanted);
  }
  if (before.phase === after.phase && before.step === after.step) return;
  const step = after.settings.steps[after.step];
  const texts: Readonly<Record<RolloutState["phase"], string>> = {
    preparing: "the canary is brought up",
    weighing: `the canary gets ${after.weight}% of the traffic`,
    pausing: step === undefined ? "pause" : describeStep(step),
    analysing: step === undefined ? "analysis" : `${describeStep(step)} at ${after.weight}%`,
    finishing: "the canary becomes stable",
    crowning: "the champion alias follows",
    returning: `all traffic returns to stable: ${after.reason}`,
    held: `held at ${after.weight}%: ${after.reason}`,
    promoted: "promoted",
    "rolled-back": "rolled back",
    aborted: "aborted",
  };
  host.log.info(`${id}: ${texts[after.phase]}`);
}
