import { stat, truncate } from "node:fs/promises";
import { nodeFiles, type WriteStep } from "../../src/hosts/files.ts";
import type { Files } from "../../src/kernel/files.ts";

/** The process is gone: nothing after it runs, clean-up included. */
export class Crash extends Error {
  override readonly name = "Crash";
}

export interface FaultyFiles extends Files {
  /** Steps of writes so far: the boundaries at which a run could have been stopped. */
  steps(): number;
  stopped(): boolean;
}

/**
 * Real files that stop at the `stopAt`-th step of a write (from 1), as if the process had been killed there: that step and every later
 * operation throw `Crash`. A temporary file that was just written is left torn, half of its bytes gone. Without `stopAt` it counts.
 */
export function crashingFiles(stopAt = Number.POSITIVE_INFINITY): FaultyFiles {
  let steps = 0;
  const alive = () => {
    if (steps >= stopAt) throw new Crash(`stopped at step ${stopAt}`);
  };
  const real = nodeFiles({
    async onStep(step, { temp }) {
      alive();
      if (step === "clean-up") return;
      steps += 1;
      if (steps === stopAt && step === "temp-written") await tear(temp);
      alive();
    },
  });
  return { ...guarded(real, alive), steps: () => steps, stopped: () => steps >= stopAt };
}

/** Real files whose write steps fail as the operating system lets them fail: the `failAt`-th step with `code`, once. */
export function failingFiles(failAt: number, code: string, at?: WriteStep): FaultyFiles {
  let steps = 0;
  let failed = false;
  const real = nodeFiles({
    onStep(step) {
      if (step === "clean-up" || failed) return;
      if (at !== undefined && step !== at) return;
      steps += 1;
      if (steps !== failAt) return;
      failed = true;
      throw Object.assign(new Error(`${code}: injected`), { code });
    },
  });
  return { ...real, steps: () => steps, stopped: () => failed };
}

async function tear(temp: string): Promise<void> {
  await truncate(temp, Math.floor((await stat(temp)).size / 2));
}

function guarded(real: Files, alive: () => void): Files {
  const check = <A extends readonly unknown[], R>(operation: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      alive();
      return operation(...args);
    };
  };
  return {
    read: check(real.read),
    facts: check(real.facts),
    list: check(real.list),
    glob: check(real.glob),
    makeDirectory: check(real.makeDirectory),
    createExclusive: check(real.createExclusive),
    replace: check(real.replace),
    async *stream(path, options) {
      alive();
      yield* real.stream(path, options);
    },
  };
}
