import { z } from "zod";
import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import { isAtRest } from "../../rollout/state.ts";
import { openRegistry } from "../open-registry.ts";
import { Journal } from "./journal.ts";
import type { Subject } from "./subject.ts";
import { openTarget, type TargetChoice, targetChoice } from "./target.ts";

const savedSchema = z.strictObject({
  rollout: z.string(),
  name: z.string(),
  registry: z.string(),
  allowEphemeral: z.boolean(),
  target: targetChoice,
});

/** What the post step needs to take this run's rollout back. */
export function savedRollout(
  rollout: string,
  { registry, name }: Subject,
  target: TargetChoice,
  allowEphemeral: boolean,
): Json {
  return { rollout, name, registry: registry.address, allowEphemeral, target: { ...target } };
}

/**
 * Takes back a rollout that this run left in the middle: cancelled, failed, or out of time. Traffic first, then the journal, so that a
 * registry that is slow or gone does not keep callers on the canary. What is held, over, or already becoming stable is left alone.
 */
export async function settleRollout(state: Json, host: Host): Promise<void> {
  const saved = savedSchema.safeParse(state).data;
  if (saved === undefined) return;
  const { target } = await openTarget(saved.target, host);
  const journal = await openJournal(saved, host);
  const rollout = journal?.rollout;
  if (journal === undefined || rollout === undefined) {
    await target.abort(saved.rollout);
    return;
  }
  const swapping = rollout.state.phase === "finishing" || rollout.state.phase === "crowning";
  if (rollout.id !== saved.rollout || isAtRest(rollout.state) || swapping) return;
  await target.abort(saved.rollout);
  await journal.observe({
    kind: "asked",
    operation: "abort",
    why: "the run that controlled it was cancelled or failed",
  });
  await journal.observe({ kind: "returned" });
}

async function openJournal(saved: z.output<typeof savedSchema>, host: Host): Promise<Journal | undefined> {
  try {
    const registry = await openRegistry(saved.registry, host, { allowEphemeral: saved.allowEphemeral });
    return await Journal.open(registry, saved.name, host);
  } catch (error) {
    if (!(error instanceof TitleholderError)) throw error;
    host.log.warn(`the journal cannot be read: ${error.message}`);
    return undefined;
  }
}
