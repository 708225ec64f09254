import { describe, expect, test } from "vitest";
import type { Observation, RolloutSettings } from "../../src/rollout/observation.ts";
import { effectOf, isAtRest, isOver, type RolloutState, startRollout, stepRollout } from "../../src/rollout/state.ts";
import { settings } from "../support/rollout-world.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

/** Plays observations a second apart. */
function play(rules: RolloutSettings, observations: readonly Observation[]): RolloutState {
  return observations.reduce(
    (state, seen, index) => stepRollout(state, seen, at(index + 1)).state,
    startRollout(rules, at(0)),
  );
}

const prepared: Observation = { kind: "prepared", first: false, breaks: [] };
const weight = (percent: number, effective = true): Observation => ({ kind: "weight", percent, effective });
const block = (canary: number, stable: number, canaryEvents = 0, stableEvents = 0): Observation => ({
  kind: "measured",
  ms: 1000,
  measurement: { state: "ok", requests: { canary, stable }, events: { canary: canaryEvents, stable: stableEvents } },
});
const times = (count: number, seen: Observation): readonly Observation[] => Array.from({ length: count }, () => seen);
const analysing = [prepared, weight(5)];

describe("a rollout", () => {
  test("prepares, weighs, analyses, and gives all traffic once every step is passed", () => {
    let state = play(settings, [prepared]);
    expect(effectOf(state)).toEqual({ do: "set-weight", percent: 5 });
    state = play(settings, analysing);
    expect(effectOf(state)).toEqual({ do: "measure", from: at(2), to: at(3) });
    state = play(settings, [...analysing, ...times(5, block(500, 9500, 1, 30))]);
    expect(effectOf(state)).toEqual({ do: "set-weight", percent: 50 });
    state = play(settings, [
      ...analysing,
      ...times(5, block(500, 9500, 1, 30)),
      weight(50),
      ...times(5, block(5000, 5000, 10, 15)),
    ]);
    expect(effectOf(state)).toEqual({ do: "set-weight", percent: 100 });
    state = play(settings, [
      ...analysing,
      ...times(5, block(500, 9500, 1, 30)),
      weight(50),
      ...times(5, block(5000, 5000, 10, 15)),
      weight(100),
    ]);
    expect(state).toMatchObject({ phase: "finishing", mayCarry: 100 });
  });

  test("goes on after an intermediate analysis without proof, and not after the last one", () => {
    const rules = { ...settings, maxErrorRate: null };
    const middle = play(rules, [...analysing, ...times(5, block(500, 9500))]);
    expect(middle).toMatchObject({ phase: "weighing", weight: 50 });
    const last = play(rules, [
      ...analysing,
      ...times(5, block(500, 9500)),
      weight(50),
      ...times(59, block(5000, 5000)),
    ]);
    expect(last).toMatchObject({ phase: "analysing", weight: 50 });
    const held = play(rules, [
      ...analysing,
      ...times(5, block(500, 9500)),
      weight(50),
      ...times(60, block(5000, 5000)),
    ]);
    expect(held).toMatchObject({ phase: "held", hold: "inconclusive", mayCarry: 50 });
  });

  test("does not pass an analysis, however short, before five blocks: the test for harm has not spoken until then", () => {
    const rules: RolloutSettings = {
      ...settings,
      steps: settings.steps.map((step) => (step.kind === "analysis" ? { ...step, ms: 0, requests: 1 } : step)),
    };
    expect(play(rules, [...analysing, ...times(4, block(500, 9500))])).toMatchObject({ phase: "analysing", weight: 5 });
    expect(play(rules, [...analysing, ...times(5, block(500, 9500))])).toMatchObject({ phase: "weighing", weight: 50 });
  });

  test("rolls back on evidence of harm, not before five blocks", () => {
    const bad = block(500, 9500, 100, 10);
    expect(play(settings, [...analysing, ...times(4, bad)]).phase).toBe("analysing");
    const state = play(settings, [...analysing, ...times(5, bad)]);
    expect(state).toMatchObject({ phase: "returning", end: "rolled-back", weight: 0, mayCarry: 5 });
    expect(stepRollout(state, { kind: "returned" }, at(60)).state).toMatchObject({ phase: "rolled-back", mayCarry: 0 });
  });

  test("holds on evidence of harm when told so, and comes to rest when the target needs nobody", () => {
    const state = play({ ...settings, onFailure: "hold" }, [...analysing, ...times(5, block(500, 9500, 100, 10))]);
    expect(state).toMatchObject({ phase: "held", hold: "harm", mayCarry: 5 });
    expect(isAtRest(state)).toBe(false);
    const settled = stepRollout(state, { kind: "holding" }, at(60)).state;
    expect([isAtRest(settled), isOver(settled)]).toEqual([true, false]);
  });

  test("does not take silence for evidence: no traffic is no error, and ends inconclusive at the horizon", () => {
    const nobody: Observation = { kind: "measured", ms: 1000, measurement: { state: "empty", detail: "" } };
    expect(play(settings, [...analysing, ...times(59, nobody)]).phase).toBe("analysing");
    expect(play(settings, [...analysing, ...times(60, nobody)])).toMatchObject({ phase: "held", hold: "inconclusive" });
  });

  test.each<[string, Observation]>([
    ["missing counts", { kind: "measured", ms: 1000, measurement: { state: "missing", detail: "" } }],
    ["counts that are no numbers", { kind: "measured", ms: 1000, measurement: { state: "not-a-number", detail: "" } }],
    ["stale counts", { kind: "measured", ms: 1000, measurement: { state: "stale", detail: "" } }],
    ["counters that began anew", { kind: "measured", ms: 1000, measurement: { state: "counter-reset", detail: "" } }],
    ["a source that cannot be reached", { kind: "unmeasured", ms: 1000, detail: "" }],
  ])("goes back after %s three times in a row, and not for two", (_, trouble) => {
    const good = block(500, 9500, 1, 10);
    expect(play(settings, [...analysing, trouble, trouble, good, trouble, trouble]).phase).toBe("analysing");
    expect(play(settings, [...analysing, trouble, trouble, trouble])).toMatchObject({
      phase: "returning",
      end: "rolled-back",
    });
  });

  test("sets a weight that was lost again, and gives up when it does not hold", () => {
    const lost: Observation = { kind: "weight-lost", percent: 0 };
    const once = play(settings, [...analysing, lost]);
    expect(effectOf(once)).toEqual({ do: "set-weight", percent: 5 });
    expect(play(settings, [...analysing, lost, weight(5)]).phase).toBe("analysing");
    expect(play(settings, [prepared, weight(0), weight(5, false), weight(0)])).toMatchObject({
      phase: "returning",
      end: "rolled-back",
    });
  });

  test("goes back when the canary is lost, whatever it was told to do on harm", () => {
    const gone: Observation = { kind: "health", stable: "ready", canary: "gone" };
    expect(play({ ...settings, onFailure: "hold" }, [...analysing, gone])).toMatchObject({
      phase: "returning",
      end: "rolled-back",
    });
  });

  test("needs the requests that were asked for, however long it looks", () => {
    const rules = { ...settings, minRequests: 1000, horizonMs: 20_000 };
    const state = play(rules, [...analysing, ...times(20, block(10, 190, 0, 1))]);
    expect(state).toMatchObject({ phase: "held", hold: "inconclusive", mayCarry: 5 });
  });

  test("leaves the warm-up out of the analysis", () => {
    const state = play({ ...settings, warmUpMs: 30_000 }, analysing);
    expect(effectOf(state)).toEqual({ do: "measure", from: at(32), to: at(33) });
  });

  test("keeps what was measured when another run takes over, and sets everything up again", () => {
    const before = play(settings, [...analysing, ...times(3, block(500, 9500, 1, 10))]);
    const resumed = stepRollout(before, { kind: "resumed" }, at(900)).state;
    expect(effectOf(resumed)).toEqual({ do: "prepare" });
    const again = [prepared, weight(5)].reduce((state, seen) => stepRollout(state, seen, at(901)).state, resumed);
    expect(again).toMatchObject({ phase: "analysing", step: 1 });
    expect(again.analysis.stage.blocks).toHaveLength(3);
    expect(effectOf(again)).toEqual({ do: "measure", from: at(901), to: at(902) });
  });

  test("begins the first version here at once, and a former champion without an analysis", () => {
    expect(play(settings, [{ kind: "prepared", first: true, breaks: [] }])).toMatchObject({
      phase: "finishing",
      first: true,
    });
    expect(play({ ...settings, direct: true }, [prepared])).toMatchObject({ phase: "finishing", first: false });
  });

  test("is promoted by hand at any time on the way, and never after it went back", () => {
    const promote: Observation = { kind: "asked", operation: "promote", why: "by hand" };
    expect(play(settings, [...analysing, promote])).toMatchObject({ phase: "finishing", byHand: true });
    expect(play(settings, [...analysing, { kind: "asked", operation: "abort", why: "" }, promote]).phase).toBe(
      "returning",
    );
  });
});
