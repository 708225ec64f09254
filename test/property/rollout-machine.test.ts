import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Observation, RolloutSettings } from "../../src/rollout/observation.ts";
import { observationSchema } from "../../src/rollout/observation.ts";
import { effectOf, isAtRest, isOver, type RolloutState, startRollout, stepRollout } from "../../src/rollout/state.ts";
import { leaseSeconds, RolloutWorld, settings } from "../support/rollout-world.ts";

const plan = fc.constantFrom<RolloutSettings["steps"]>(
  settings.steps,
  [
    { kind: "weight", percent: 10 },
    { kind: "analysis", ms: 0, requests: 100 },
  ],
  [
    { kind: "weight", percent: 1 },
    { kind: "pause", ms: 7000 },
    { kind: "weight", percent: 30 },
    { kind: "analysis", ms: 3000, requests: 50 },
    { kind: "pause", ms: 2500 },
    { kind: "weight", percent: 100 },
    { kind: "pause", ms: 4000 },
  ],
);

const rules = fc
  .record({
    steps: plan,
    maxErrorRate: fc.constantFrom(null, 0.05, 0.2),
    onFailure: fc.constantFrom<"rollback" | "hold">("rollback", "hold"),
    horizonMs: fc.constantFrom(8000, 30_000),
    warmUpMs: fc.constantFrom(0, 1500),
    minRequests: fc.constantFrom(0, 20, 100_000),
  })
  .map((own): RolloutSettings => ({ ...settings, ...own }));

const trouble = fc.constantFrom(
  undefined,
  "throw" as const,
  { state: "empty" as const, detail: "" },
  { state: "missing" as const, detail: "" },
  { state: "not-a-number" as const, detail: "" },
  { state: "stale" as const, detail: "" },
  { state: "counter-reset" as const, detail: "" },
);

const world = fc.record({
  seed: fc.nat(),
  errorRate: fc.record({ stable: fc.constantFrom(0, 0.01, 0.2), canary: fc.constantFrom(0, 0.01, 0.2, 1) }),
  requestsPerSecond: fc.constantFrom(0, 3, 100, 1000),
  troubles: fc.array(trouble, { maxLength: 20 }),
  canaryDiesAt: fc.option(fc.integer({ min: 0, max: 40_000 }), { nil: undefined }),
  firstDeployment: fc.boolean(),
});

/** After so many boundaries the controller is stopped, and somebody comes back after so long. */
const stops = fc.array(
  fc.record({
    after: fc.integer({ min: 1, max: 150 }),
    awayMs: fc.constantFrom(0, 1000, leaseSeconds * 1000, 300_000),
  }),
  { maxLength: 6 },
);

describe("any rollout, stopped anywhere any number of times", () => {
  test("never carries more than the journal allows, and always comes to stable, promoted, or a hold on purpose", async () => {
    await fc.assert(
      fc.asyncProperty(world, rules, stops, async ({ troubles, canaryDiesAt, ...rest }, given, interruptions) => {
        const w = new RolloutWorld({
          ...rest,
          trouble: (call) => troubles[call],
          ...(canaryDiesAt === undefined ? {} : { canaryDiesAt }),
        });
        for (const { after, awayMs } of interruptions) {
          if (await goOn(w, given, after)) break;
          w.advance(awayMs);
          if (awayMs >= leaseSeconds * 1000 && (await w.rolloutNow())?.state.phase !== "held") expect(w.weight).toBe(0);
        }
        await goOn(w, given, Number.POSITIVE_INFINITY);
        const state = (await w.rolloutNow())?.state;
        if (state === undefined) throw new Error("nothing was begun");
        expect(isAtRest(state)).toBe(true);
        expect(w.excess).toBe(0);
        if (state.phase === "promoted") expect([w.stable, w.champion, w.rollout]).toEqual([2, 2, undefined]);
        else {
          expect([w.stable, w.champion]).toEqual(rest.firstDeployment ? [null, null] : [1, 1]);
          expect(w.weight).toBe(state.phase === "held" ? state.weight : 0);
        }
      }),
      { numRuns: 250 },
    );
  });
});

/** Starts what was not begun, resumes what is not over; true when it is at rest. */
async function goOn(w: RolloutWorld, given: RolloutSettings, stopAt: number): Promise<boolean> {
  const rollout = await w.rolloutNow();
  if (rollout !== undefined && isAtRest(rollout.state)) return true;
  return w.control(rollout === undefined ? "start" : "resume", given, stopAt);
}

const arm = fc.record({
  requests: fc.integer({ min: 0, max: 5000 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});
const measured = fc.tuple(arm, arm).map(
  ([stable, canary]): Observation => ({
    kind: "measured",
    ms: 1000,
    measurement: {
      state: "ok",
      requests: { stable: stable.requests, canary: canary.requests },
      events: {
        stable: Math.floor(stable.requests * stable.share),
        canary: Math.floor(canary.requests * canary.share),
      },
    },
  }),
);
const percent = fc.constantFrom(0, 1, 5, 10, 30, 50, 100);
const health = fc.constantFrom<"ready" | "not-ready" | "gone">("ready", "not-ready", "gone");

const observation: fc.Arbitrary<Observation> = fc.oneof(
  measured,
  fc.record({
    kind: fc.constant("prepared" as const),
    first: fc.boolean(),
    breaks: fc.array(fc.string(), { maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant("weight" as const), percent, effective: fc.boolean() }),
  fc.record({ kind: fc.constant("weight-lost" as const), percent }),
  fc.record({ kind: fc.constant("health" as const), stable: health, canary: health }),
  fc.record({ kind: fc.constantFrom("failed" as const), detail: fc.string() }),
  fc.record({ kind: fc.constant("unmeasured" as const), ms: fc.constant(1000), detail: fc.string() }),
  fc.constantFrom<Observation>(
    { kind: "waited" },
    { kind: "resumed" },
    { kind: "finished" },
    { kind: "returned" },
    { kind: "holding" },
    { kind: "alias", moved: true, detail: "" },
    { kind: "asked", operation: "promote", why: "" },
    { kind: "asked", operation: "abort", why: "" },
    { kind: "asked", operation: "rollback", why: "" },
  ),
);

describe("the state machine under any sequence of observations", () => {
  const at = (index: number) => new Date(Date.UTC(2026, 0, 1) + 1000 * index).toISOString();

  test("is plain JSON, keeps the order of its promises, and stays where it ended", () => {
    fc.assert(
      fc.property(rules, fc.array(observation, { maxLength: 60 }), (given, observations) => {
        let state: RolloutState = startRollout(given, at(0));
        for (const [index, seen] of observations.entries()) {
          expect(observationSchema.parse(seen)).toEqual(seen);
          const before = state;
          const { state: next, effect } = stepRollout(before, seen, at(index + 1));
          expect(JSON.parse(JSON.stringify(next))).toEqual(next);
          expect(stepRollout(before, seen, at(index + 1)).state).toEqual(next);
          expect(effect).toEqual(effectOf(next));
          expect(effect === undefined).toBe(isAtRest(next));
          if (isOver(before)) expect(next).toBe(before);
          // What is allowed falls only when the target has confirmed that it carries less.
          if (next.mayCarry < before.mayCarry) expect(["weight", "returned"]).toContain(seen.kind);
          if (effect?.do === "set-weight") expect(effect.percent).toBeLessThanOrEqual(next.mayCarry);
          if (effect?.do === "finish") expect(next.mayCarry).toBe(100);
          if (next.phase === "promoted" && !isOver(before)) expect(before.phase).toBe("crowning");
          if (next.phase === "rolled-back" || next.phase === "aborted") expect(next.mayCarry).toBe(0);
          state = next;
        }
      }),
      { numRuns: 500 },
    );
  });
});
