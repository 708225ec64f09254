import { describe, expect, test } from "vitest";
import type { ModelVersion } from "../../src/registry/registry.ts";
import type { RolloutTarget } from "../../src/rollout/rollout.ts";

/** A target with nothing served yet, and what a test needs to see of it from outside. */
export interface TargetBench extends AsyncDisposable {
  readonly target: RolloutTarget;
  /** The same target as another process would find it. */
  again(): RolloutTarget;
  /** Registered versions of one model whose answers differ: the n-th answers n. */
  version(n: number): ModelVersion;
  /** What a caller gets now: the number of the version that answers, or undefined for none. */
  ask(): Promise<number | undefined>;
  /** Ends the canary's process from outside. */
  killCanary(): Promise<void>;
}

/** What every rollout target promises. */
export function rolloutTargetContract(name: string, bench: () => Promise<TargetBench>): void {
  const share = async (b: TargetBench, version: number, requests: number) => {
    let hits = 0;
    for (let i = 0; i < requests; i++) if ((await b.ask()) === version) hits++;
    return hits;
  };
  /** Version 1 serves. */
  const serving = async () => {
    const b = await bench();
    try {
      await b.target.prepare("r1", b.version(1));
      await b.target.finish("r1", 0);
      return b;
    } catch (error) {
      await b[Symbol.asyncDispose]();
      throw error;
    }
  };

  describe(`the rollout target ${name}`, () => {
    test("serves the first version only after it was finished", async () => {
      await using b = await bench();
      const prepared = await b.target.prepare("r1", b.version(1));
      expect(prepared.stable).toBeNull();
      expect(await b.ask()).toBeUndefined();
      await b.target.finish("r1", 0);
      expect(await b.ask()).toBe(1);
    });

    test("serves the champion as stable when nothing is served yet", async () => {
      await using b = await bench();
      const prepared = await b.target.prepare("r2", b.version(2), b.version(1));
      expect(prepared.stable).not.toBeNull();
      expect(await b.ask()).toBe(1);
      expect(await b.target.health("r2")).toEqual({ stable: "ready", canary: "ready" });
    });

    test("prepares with weight 0, gives the share it is told, and says so", async () => {
      await using b = await serving();
      await b.target.prepare("r2", b.version(2));
      expect(await b.target.verifyWeight("r2")).toMatchObject({ percent: 0 });
      expect(await share(b, 2, 40)).toBe(0);
      await b.target.setWeight("r2", 25);
      expect(await b.target.verifyWeight("r2")).toEqual({ percent: 25, effective: true });
      expect(await share(b, 2, 40)).toBe(10);
    });

    test("takes every operation twice, also from another process", async () => {
      await using b = await serving();
      const first = await b.target.prepare("r2", b.version(2));
      const second = await b.again().prepare("r2", b.version(2));
      expect(second).toEqual(first);
      await b.target.setWeight("r2", 50);
      await b.again().setWeight("r2", 50);
      expect(await b.again().prepare("r2", b.version(2))).toEqual(first);
      expect(await b.target.verifyWeight("r2")).toEqual({ percent: 50, effective: true });
      await b.target.finish("r2", 0);
      await b.again().finish("r2", 0);
      expect(await share(b, 2, 10)).toBe(10);
    });

    test("returns all traffic to stable on abort, from any state and twice", async () => {
      await using b = await serving();
      await b.target.abort("r2");
      await b.target.prepare("r2", b.version(2));
      await b.target.setWeight("r2", 100);
      expect(await share(b, 2, 5)).toBe(5);
      await b.again().abort("r2");
      await b.target.abort("r2");
      expect(await share(b, 1, 10)).toBe(10);
      expect(await b.target.verifyWeight("r2")).toMatchObject({ percent: 0, effective: false });
      expect((await b.target.health("r2")).canary).toBe("gone");
    });

    test("does not touch another rollout on abort", async () => {
      await using b = await serving();
      await b.target.prepare("r2", b.version(2));
      await b.target.setWeight("r2", 50);
      await b.target.abort("r1");
      expect(await b.target.verifyWeight("r2")).toEqual({ percent: 50, effective: true });
    });

    test("notices the loss of the canary, and goes on answering", async () => {
      await using b = await serving();
      await b.target.prepare("r2", b.version(2));
      await b.target.setWeight("r2", 50);
      await b.killCanary();
      expect((await b.target.health("r2")).canary).toBe("gone");
      expect(await share(b, 1, 10)).toBe(10);
      await expect(b.target.finish("r2", 0)).rejects.toMatchObject({ code: expect.stringMatching(/^TH_TARGET_/) });
    });

    test("brings a lost canary back when it is prepared again", async () => {
      await using b = await serving();
      await b.target.prepare("r2", b.version(2));
      await b.killCanary();
      await b.target.prepare("r2", b.version(2));
      await b.target.setWeight("r2", 100);
      expect(await share(b, 2, 5)).toBe(5);
    });

    test("refuses a second rollout while one has traffic", async () => {
      await using b = await serving();
      await b.target.prepare("r2", b.version(2));
      await b.target.setWeight("r2", 10);
      await expect(b.target.prepare("r3", b.version(1))).rejects.toMatchObject({ code: "TH_TARGET_BUSY" });
      expect(await b.target.verifyWeight("r2")).toEqual({ percent: 10, effective: true });
    });

    test("goes back by itself when its lease is not renewed, where it has leases", async () => {
      await using b = await serving();
      const { target } = b;
      if (!target.capabilities.lease) {
        expect(target.renewLease).toBeUndefined();
        return;
      }
      await target.prepare("r2", b.version(2));
      expect(await target.renewLease?.("r2", 0.3)).toBe(true);
      await target.setWeight("r2", 100);
      expect(await b.ask()).toBe(2);
      await expect.poll(() => b.ask(), { timeout: 5000 }).toBe(1);
      expect(await target.verifyWeight("r2")).toMatchObject({ effective: false });
      expect(await target.renewLease?.("r2", 10)).toBe(false);
    });

    test("keeps its weight without renewing once the lease was released", async () => {
      await using b = await serving();
      const { target } = b;
      await target.prepare("r2", b.version(2));
      await target.renewLease?.("r2", 0.2);
      await target.setWeight("r2", 50);
      await target.releaseLease?.("r2");
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(await target.verifyWeight("r2")).toEqual({ percent: 50, effective: true });
    });
  });
}
