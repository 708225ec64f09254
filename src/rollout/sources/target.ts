import { z } from "zod";
import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Implementation } from "../../kernel/implementation.ts";
import { routerWindow, type UncheckedWindow } from "../../serving/client.ts";
import { bucketMs, latencyEdgesMs } from "../../serving/counts.ts";
import { ServingStore } from "../../serving/state.ts";
import type { Arm, Measurement, MetricQuery, MetricSource } from "../rollout.ts";

const settings = z.strictObject({
  /** Absolute folder of the embedded target's state. */
  stateDir: z.string(),
});

const attempts = 3;
const pauseMs = 200;

export const implementation: Implementation<MetricSource> = {
  name: "target",
  summary: "The counts of the target's own router",
  settings,
  create: (given, host) => {
    const { stateDir } = settings.parse(given);
    return {
      name: "target",
      measure: (query, window, signal) => measure(query, window, signal, stateDir, host),
    };
  },
};

async function measure(
  query: MetricQuery,
  window: { readonly from: Date; readonly to: Date },
  signal: AbortSignal,
  stateDir: string,
  host: Host,
): Promise<Measurement> {
  const { router } = await new ServingStore(host.files, stateDir).read();
  if (router === null) return { state: "missing", detail: "no router runs" };
  const [from, to] = [window.from.getTime(), window.to.getTime()];
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return judge(query, await routerWindow(router, from, to), from, to);
    } catch (error) {
      if (!(error instanceof TitleholderError) || attempt === attempts) throw error;
      await host.sleep(pauseMs);
    }
  }
}

/** What the router's answer is worth for this window. */
function judge(query: MetricQuery, window: UncheckedWindow, fromMs: number, toMs: number): Measurement {
  const lastBucket = Math.floor(toMs / bucketMs) * bucketMs;
  if (window.nowMs < lastBucket) return { state: "stale", detail: "the window is not over by the router's clock" };
  if (window.startedMs > fromMs) return { state: "counter-reset", detail: "the router was started within the window" };
  if (window.forgottenMs > fromMs) return { state: "missing", detail: "the router has forgotten the window" };
  const place = query.metric === "slow" ? latencyEdgesMs.indexOf(query.aboveMs) : -1;
  if (query.metric === "slow" && place === -1) {
    const edges = latencyEdgesMs.join(", ");
    return { state: "missing", detail: `latencies are counted at ${edges} ms, not at ${query.aboveMs} ms` };
  }
  const read = (arm: Arm) => {
    const { requests, failures, latency } = window.counts[arm];
    const events = place === -1 ? failures : sumOf(latency.slice(place + 1));
    return { requests, events };
  };
  const [stable, canary] = [read("stable"), read("canary")];
  const numbers = [stable.requests, stable.events, canary.requests, canary.events];
  if (!numbers.every((value) => Number.isSafeInteger(value) && Number(value) >= 0)) {
    return { state: "not-a-number", detail: `the router's counts are ${numbers.map(String).join(", ")}` };
  }
  if (stable.requests === 0 && canary.requests === 0) return { state: "empty", detail: "no requests came" };
  return {
    state: "ok",
    requests: { stable: Number(stable.requests), canary: Number(canary.requests) },
    events: { stable: Number(stable.events), canary: Number(canary.events) },
  };
}

function sumOf(counts: readonly unknown[]): number {
  return counts.reduce<number>((sum, count) => (typeof count === "number" ? sum + count : Number.NaN), 0);
}
