import { describe, expect, test } from "vitest";
import type { Observation, RolloutSettings } from "../../src/rollout/observation.ts";
import { effectOf, isAtRest, startRollout, stepRollout } from "../../src/rollout/state.ts";
import { createRandom, type Random } from "../../src/stats/random.ts";
import { settings } from "../support/rollout-world.ts";

interface Service {
  readonly perBlock: number;
  readonly stable: number;
  readonly canary: number;
}

/** Plays one rollout against a service, and gives its end. */
function ending(service: Service, rules: RolloutSettings, random: Random): string {
  let nowMs = Date.UTC(2026, 0, 1);
  const at = () => new Date(nowMs).toISOString();
  let state = stepRollout(startRollout(rules, at()), { kind: "prepared", first: false, breaks: [] }, at()).state;
  while (!isAtRest(state)) {
    const effect = effectOf(state);
    const seen = answer(effect, service, state.weight, random);
    if (effect?.do === "measure") nowMs = Date.parse(effect.to);
    state = stepRollout(state, seen, at()).state;
  }
  return state.phase;
}

function answer(effect: ReturnType<typeof effectOf>, service: Service, weight: number, random: Random): Observation {
  if (effect?.do === "set-weight") return { kind: "weight", percent: effect.percent, effective: true };
  if (effect?.do === "finish") return { kind: "finished" };
  if (effect?.do === "move-alias") return { kind: "alias", moved: true, detail: "" };
  if (effect?.do === "abort") return { kind: "returned" };
  if (effect?.do === "hold") return { kind: "holding" };
  const canary = Math.round((service.perBlock * weight) / 100);
  const requests = { canary, stable: service.perBlock - canary };
  const events = {
    canary: binomial(requests.canary, service.canary, random),
    stable: binomial(requests.stable, service.stable, random),
  };
  return { kind: "measured", ms: settings.blockMs, measurement: { state: "ok", requests, events } };
}

function binomial(trials: number, p: number, random: Random): number {
  let hits = 0;
  for (let i = 0; i < trials; i++) if (random.uniform() < p) hits++;
  return hits;
}

function share(end: string, service: Service, rules: RolloutSettings, runs: number): number {
  const random = createRandom(2026);
  let count = 0;
  for (let run = 0; run < runs; run++) if (ending(service, rules, random) === end) count++;
  return count / runs;
}

/** An allowance of three standard errors above a true rate of 5%. */
const runs = 150;
const allowed = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs);

describe("whole rollouts, simulated", () => {
  test("of a version that is no worse are rolled back in at most alpha of the cases", () => {
    const rules = { ...settings, maxErrorRate: null };
    expect(share("rolled-back", { perBlock: 1000, stable: 0.02, canary: 0.02 }, rules, runs)).toBeLessThan(allowed);
  });

  test("of a version that is exactly at the declared ceiling are promoted in at most alpha of the cases", () => {
    const rules = { ...settings, maxErrorRate: 0.02, horizonMs: 25_000 };
    expect(share("promoted", { perBlock: 600, stable: 0.02, canary: 0.02 }, rules, runs)).toBeLessThan(allowed);
  });

  test("of a version whose error rate is worse by exactly the margin are promoted in at most alpha of the cases", () => {
    const rules = { ...settings, maxErrorRate: null };
    expect(share("promoted", { perBlock: 300, stable: 0.02, canary: 0.03 }, rules, runs)).toBeLessThan(allowed);
  });

  test("of a version that fails three times as often are nearly always rolled back", () => {
    expect(share("rolled-back", { perBlock: 1000, stable: 0.02, canary: 0.06 }, settings, 60)).toBeGreaterThan(0.95);
  });

  test("of a healthy version far below the ceiling are nearly always promoted", () => {
    expect(share("promoted", { perBlock: 500, stable: 0.001, canary: 0.001 }, settings, 60)).toBeGreaterThan(0.95);
  });
});
