import { describe, expect, test } from "vitest";
import type { MetricSource } from "../../src/rollout/rollout.ts";

/** A source over traffic that the test makes. */
export interface SourceBench extends AsyncDisposable {
  readonly source: MetricSource;
  /** Makes requests of which some fail, and gives the instants before and after. */
  traffic(arms: {
    readonly stable: number;
    readonly canary: number;
    readonly canaryFailures: number;
  }): Promise<{ readonly from: Date; readonly to: Date }>;
  /** The counters begin anew. */
  restart(): Promise<void>;
  /** Nothing answers any more. */
  lose(): Promise<void>;
}

/** What every metric source promises. */
export function metricSourceContract(name: string, bench: () => Promise<SourceBench>): void {
  const errors = { metric: "errors" } as const;
  const signal = new AbortController().signal;

  describe(`the metric source ${name}`, () => {
    test("counts requests and failures of both arms within the window", async () => {
      await using b = await bench();
      const window = await b.traffic({ stable: 30, canary: 10, canaryFailures: 4 });
      expect(await b.source.measure(errors, window, signal)).toEqual({
        state: "ok",
        requests: { stable: 30, canary: 10 },
        events: { stable: 0, canary: 4 },
      });
    });

    test("shares no request between windows that follow each other", async () => {
      await using b = await bench();
      const first = await b.traffic({ stable: 6, canary: 2, canaryFailures: 0 });
      const second = await b.traffic({ stable: 9, canary: 3, canaryFailures: 1 });
      const [one, two, both] = await Promise.all([
        b.source.measure(errors, { from: first.from, to: second.from }, signal),
        b.source.measure(errors, second, signal),
        b.source.measure(errors, { from: first.from, to: second.to }, signal),
      ]);
      expect(one).toMatchObject({ requests: { stable: 6, canary: 2 } });
      expect(two).toMatchObject({ requests: { stable: 9, canary: 3 } });
      expect(both).toMatchObject({ requests: { stable: 15, canary: 5 }, events: { stable: 0, canary: 1 } });
    });

    test("says empty, not zero, when nobody asked", async () => {
      await using b = await bench();
      const { to } = await b.traffic({ stable: 1, canary: 1, canaryFailures: 0 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await b.source.measure(errors, { from: to, to: new Date(to.getTime() + 200) }, signal)).toMatchObject({
        state: "empty",
      });
    });

    test("says stale for a window that is not over", async () => {
      await using b = await bench();
      const { from, to } = await b.traffic({ stable: 1, canary: 1, canaryFailures: 0 });
      expect(await b.source.measure(errors, { from, to: new Date(to.getTime() + 60_000) }, signal)).toMatchObject({
        state: "stale",
      });
    });

    test("says counter-reset when the counters began within the window", async () => {
      await using b = await bench();
      const { from } = await b.traffic({ stable: 5, canary: 1, canaryFailures: 0 });
      await b.restart();
      const { to } = await b.traffic({ stable: 3, canary: 1, canaryFailures: 0 });
      expect(await b.source.measure(errors, { from, to }, signal)).toMatchObject({ state: "counter-reset" });
    });

    test("counts slow requests, or says that it cannot at this threshold", async () => {
      await using b = await bench();
      const window = await b.traffic({ stable: 5, canary: 1, canaryFailures: 0 });
      expect(await b.source.measure({ metric: "slow", aboveMs: 10_000 }, window, signal)).toMatchObject({
        state: "ok",
        events: { stable: 0, canary: 0 },
      });
      expect(await b.source.measure({ metric: "slow", aboveMs: 123.456 }, window, signal)).toMatchObject({
        state: "missing",
      });
    });

    test("throws a backend error when it cannot be reached", async () => {
      await using b = await bench();
      const window = await b.traffic({ stable: 1, canary: 1, canaryFailures: 0 });
      await b.lose();
      await expect(b.source.measure(errors, window, signal)).rejects.toMatchObject({ kind: "backend" });
    });

    test("stops for a signal", async () => {
      await using b = await bench();
      const window = await b.traffic({ stable: 1, canary: 1, canaryFailures: 0 });
      await expect(b.source.measure(errors, window, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    });
  });
}
