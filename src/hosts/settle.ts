import type { AnyCommand } from "../kernel/command.ts";
import type { Json } from "../kernel/json.ts";
import { type NodeHostOptions, nodeHost } from "./node-host.ts";

/** What a runner leaves after SIGINT is 7.5 s; settling must be done before. */
const settleLimitMs = 5000;

/** Lets a command mend what this run left unfinished, with a signal of its own: the run's may be aborted. */
export async function settleWithin(
  command: AnyCommand,
  state: Json | undefined,
  options: Omit<NodeHostOptions, "signal">,
): Promise<void> {
  if (state === undefined || command.settle === undefined) return;
  await using host = await nodeHost({ ...options, signal: AbortSignal.timeout(settleLimitMs) });
  try {
    await command.settle(state, host);
  } catch (error) {
    options.log.warn(
      `could not settle what this run left: ${error instanceof Error ? error.message : String(error)}; the next run will`,
    );
  }
}
