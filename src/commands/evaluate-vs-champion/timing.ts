import type { ColumnBatch } from "../../dataset/dataset.ts";
import type { Requests } from "../../evaluation/latency.ts";
import type { Host } from "../../kernel/host.ts";
import { createRandom } from "../../stats/random.ts";
import { needed } from "./batches.ts";
import type { Contestant } from "./columns.ts";

export interface TimingPlan {
  /** For each model, the first ones left out. */
  readonly requests: number;
  /** As progress names it. */
  readonly task: string;
}

/** A slow model gets fewer requests rather than all the time there is. */
const longestMs = 60_000;

/**
 * Sends each model the same requests one at a time, the models in an order that is drawn anew for each, so that what the machine does
 * besides falls on both. A tenth of the requests, at least 20, warm them up before and are not counted.
 */
export async function timeRequests(
  contestants: readonly Contestant[],
  batches: readonly ColumnBatch[],
  { requests, task }: TimingPlan,
  host: Host,
): Promise<readonly Requests[]> {
  const random = createRandom(task);
  const timed = contestants.map(() => ({ ms: [] as number[], referenceMs: [] as number[] }));
  const asked = contestants.map(({ session }) => batches.map((batch) => needed(batch, session)));
  const warmUp = Math.max(20, Math.ceil(requests / 10));
  const end = host.now().getTime() + longestMs;
  for (let round = -warmUp; round < requests; round++) {
    host.signal.throwIfAborted();
    for (const at of random.shuffle([...contestants.keys()])) {
      const batch = asked[at]?.[(round + warmUp) % batches.length] ?? new Map();
      const timing = await contestants[at]?.session.time?.(batch);
      if (timing === undefined || round < 0) continue;
      timed[at]?.ms.push(timing.ms);
      timed[at]?.referenceMs.push(timing.referenceMs);
    }
    if (round % 50 === 0) host.log.progress(task, Math.max(0, round), requests);
    // A model that is slow even to warm up is warm by now.
    if (round < 0 && host.now().getTime() > end - (longestMs * 5) / 6) round = -1;
    if (round >= 0 && host.now().getTime() > end) break;
  }
  return timed;
}
