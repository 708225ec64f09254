import type { Arm } from "../rollout/rollout.ts";

/** Windows are made of these: their ends are rounded down to a whole one. */
export const bucketMs = 100;
/** How far back a window may reach. */
export const retentionMs = 15 * 60_000;
/** Upper edges of the latency histogram in milliseconds; one more bucket holds what took longer. */
export const latencyEdgesMs: readonly number[] = [
  1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000, 10_000,
];

export interface ArmCounts {
  /** Requests that the model had to answer: those refused as the caller's fault (4xx) are left out. */
  readonly requests: number;
  /** Of them: answered with 5xx, not finite, lost, or timed out. */
  readonly failures: number;
  /** Refused as the caller's fault. */
  readonly refused: number;
  /** Requests by latency: one count for each edge, and one for the rest. */
  readonly latency: readonly number[];
}

class Tally {
  requests = 0;
  failures = 0;
  refused = 0;
  readonly latency = new Float64Array(latencyEdgesMs.length + 1);

  add(outcome: Outcome, latencyMs: number): void {
    if (outcome === "refused") {
      this.refused++;
      return;
    }
    this.requests++;
    if (outcome === "failed") this.failures++;
    const place = bucketOf(latencyMs);
    this.latency[place] = (this.latency[place] ?? 0) + 1;
  }

  merge(other: Tally): void {
    this.requests += other.requests;
    this.failures += other.failures;
    this.refused += other.refused;
    for (const [place, count] of other.latency.entries()) this.latency[place] = (this.latency[place] ?? 0) + count;
  }

  value(): ArmCounts {
    const { requests, failures, refused } = this;
    return { requests, failures, refused, latency: [...this.latency] };
  }
}

export type Outcome = "answered" | "failed" | "refused";

/** Counts by arm in short buckets of time, so that whoever asks, in whichever process, gets closed windows that tile. */
export class WindowedCounts {
  readonly #buckets = new Map<number, Record<Arm, Tally>>();

  record(arm: Arm, outcome: Outcome, latencyMs: number, nowMs: number): void {
    const index = Math.floor(nowMs / bucketMs);
    let bucket = this.#buckets.get(index);
    if (bucket === undefined) {
      bucket = { stable: new Tally(), canary: new Tally() };
      this.#buckets.set(index, bucket);
      this.#forget(index - retentionMs / bucketMs);
    }
    bucket[arm].add(outcome, latencyMs);
  }

  /** Sums over [from, to), both rounded down to a bucket. */
  between(fromMs: number, toMs: number): Readonly<Record<Arm, ArmCounts>> {
    const sums = { stable: new Tally(), canary: new Tally() };
    const [first, last] = [Math.floor(fromMs / bucketMs), Math.floor(toMs / bucketMs)];
    // Over what is kept and not over the window, which may be as long as it is asked for.
    for (const [index, bucket] of this.#buckets) {
      if (index < first || index >= last) continue;
      sums.stable.merge(bucket.stable);
      sums.canary.merge(bucket.canary);
    }
    return { stable: sums.stable.value(), canary: sums.canary.value() };
  }

  #forget(before: number): void {
    // Keys are in the order of insertion, which is that of time as long as the clock runs forward.
    for (const index of this.#buckets.keys()) {
      if (index >= before) break;
      this.#buckets.delete(index);
    }
  }
}

/** Counts that only grow, by a label such as the model's version: what Prometheus scrapes. */
export class LabelledCounts {
  readonly #tallies = new Map<string, Tally>();

  record(label: string, outcome: Outcome, latencyMs: number): void {
    let tally = this.#tallies.get(label);
    if (tally === undefined) {
      tally = new Tally();
      this.#tallies.set(label, tally);
    }
    tally.add(outcome, latencyMs);
  }

  entries(): readonly (readonly [label: string, counts: ArmCounts])[] {
    return [...this.#tallies].map(([label, tally]) => [label, tally.value()] as const);
  }
}

function bucketOf(latencyMs: number): number {
  let place = 0;
  while (place < latencyEdgesMs.length && latencyMs > (latencyEdgesMs[place] ?? 0)) place++;
  return place;
}
