import { describe, expect, test } from "vitest";
import { isOver } from "../../src/rollout/state.ts";
import { RolloutWorld, settings, type WorldOptions } from "../support/rollout-world.ts";

const healthy: WorldOptions = { seed: 1, errorRate: { stable: 0.01, canary: 0.01 }, requestsPerSecond: 200 };
const harmful: WorldOptions = { ...healthy, errorRate: { stable: 0.01, canary: 0.3 } };

/** Boundaries of an undisturbed run. */
async function boundariesOf(options: WorldOptions): Promise<number> {
  const world = new RolloutWorld(options);
  await world.control("start");
  return world.boundaries;
}

async function stopAndResume(options: WorldOptions, stopAt: number, awayMs: number): Promise<RolloutWorld> {
  const world = new RolloutWorld(options);
  const done = await world.control("start", settings, stopAt);
  world.advance(awayMs);
  if (!done) {
    // Nothing was written down yet: then nothing was begun.
    if ((await world.rolloutNow()) === undefined) await world.control("start");
    else if (!isOver((await world.rolloutNow())?.state ?? never())) await world.control("resume");
  }
  return world;
}

function never(): never {
  throw new Error("there is a rollout");
}

describe("a controller that is killed at each boundary of a rollout", () => {
  test.each([
    ["and resumed at once", 0],
    ["and resumed when the lease has run out", 60_000],
  ])("of a healthy version, %s, ends promoted", async (_, awayMs) => {
    const boundaries = await boundariesOf(healthy);
    expect(boundaries).toBeGreaterThan(100);
    for (let stopAt = 1; stopAt <= boundaries; stopAt++) {
      const world = await stopAndResume(healthy, stopAt, awayMs);
      expect({ stopAt, excess: world.excess }).toEqual({ stopAt, excess: 0 });
      expect({ stopAt, stable: world.stable, champion: world.champion, rollout: world.rollout }).toEqual({
        stopAt,
        stable: 2,
        champion: 2,
        rollout: undefined,
      });
      expect(world.moves.filter(({ alias }) => alias === "champion")).toHaveLength(2);
      expect(world.moves.findLast(({ alias }) => alias === "previous-champion")?.to).toBe(1);
    }
  });

  test("of a harmful version ends with all traffic at stable", async () => {
    const boundaries = await boundariesOf(harmful);
    expect(boundaries).toBeGreaterThan(50);
    for (let stopAt = 1; stopAt <= boundaries; stopAt++) {
      const world = await stopAndResume(harmful, stopAt, stopAt % 2 === 0 ? 0 : 60_000);
      expect({ stopAt, excess: world.excess }).toEqual({ stopAt, excess: 0 });
      expect({ stopAt, stable: world.stable, champion: world.champion, rollout: world.rollout }).toEqual({
        stopAt,
        stable: 1,
        champion: 1,
        rollout: undefined,
      });
    }
  });

  test("leaves no traffic at the canary once its lease has run out, even if nobody ever comes back", async () => {
    const boundaries = await boundariesOf(healthy);
    for (let stopAt = 1; stopAt <= boundaries; stopAt += 3) {
      const world = new RolloutWorld(healthy);
      await world.control("start", settings, stopAt);
      world.advance(60_000);
      expect({ stopAt, weight: world.weight }).toEqual({ stopAt, weight: 0 });
    }
  });

  test("is taken back by an abort at each boundary", async () => {
    const boundaries = await boundariesOf(healthy);
    for (let stopAt = 2; stopAt <= boundaries; stopAt += 2) {
      const world = new RolloutWorld(healthy);
      await world.control("start", settings, stopAt);
      const state = (await world.rolloutNow())?.state;
      if (state === undefined || isOver(state)) continue;
      await world.control("abort");
      const after = (await world.rolloutNow())?.state;
      // What had begun to become stable is finished, not torn in two.
      const swapped = state.phase === "finishing" || state.phase === "crowning";
      expect({ stopAt, phase: after?.phase, stable: world.stable }).toEqual({
        stopAt,
        phase: swapped ? "promoted" : "aborted",
        stable: swapped ? 2 : 1,
      });
      expect(world.weight).toBe(0);
    }
  });
});
