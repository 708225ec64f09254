import { z } from "zod";
import {
  alikeHoldouts,
  intentSchema,
  type Look,
  type LookIntent,
  ledgerOf,
  maySettle,
  rowsOfIntent,
} from "../../evaluation/ledger.ts";
import type { Check } from "../../kernel/command.ts";
import { configurationError, TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { EvidenceReport } from "../../lineage/evidence.ts";
import { gates } from "../../lineage/facts.ts";
import type { ModelRegistry } from "../../registry/registry.ts";
import { type CountedLook, countLook } from "../holdout-ledger.ts";
import type { Survey } from "./survey.ts";

const details = z.object({ ledger: z.object({ intent: intentSchema }) });

/**
 * Counts the looks at holdouts that evaluations left in their reports because they could not write: each once, whatever came of it, and
 * whichever model it was about. A look that the ledger has no room for any more is refused, and its verdict moves no alias.
 * @param write false in a dry run
 */
export async function settleIntents(
  { registry, found, chain }: Pick<Survey, "registry" | "found" | "chain">,
  host: Host,
  write: boolean,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const evidence of found) {
    const intent = intentOf(evidence);
    if (intent === undefined) continue;
    const counted = await settle(registry, intent, host, write);
    if (evidence.digest === chain.evaluation?.digest) checks.push(settledCheck(intent, counted));
  }
  return checks;
}

function intentOf({ report }: EvidenceReport): LookIntent | undefined {
  return report.command === gates.evaluation ? details.safeParse(report.details).data?.ledger.intent : undefined;
}

/** Undefined when the ledger has no room for it. */
async function settle(
  registry: ModelRegistry,
  intent: LookIntent,
  host: Host,
  write: boolean,
): Promise<CountedLook | undefined> {
  try {
    return await countLook(registry, intent.key, async (looks) => entryOf(intent, looks), host, write);
  } catch (error) {
    if (error instanceof TitleholderError && error.code === noRoom) return undefined;
    throw error;
  }
}

const noRoom = "TH_HOLDOUT_SPENT";

/** The rows are held against the ledger as it is now: it may know them by another name since. */
function entryOf(intent: LookIntent, looks: readonly Look[]): LookIntent {
  const { model, name } = intent.holdout;
  const found = alikeHoldouts(looks, rowsOfIntent(intent, looks)).map(({ holdout }) => holdout);
  const all = [...intent.alike, ...found].filter((other) => other.model !== model || other.name !== name);
  const alike = [...new Map(all.map((other) => [JSON.stringify([other.model, other.name]), other])).values()];
  if (maySettle(ledgerOf(looks, [intent.holdout, ...alike]), intent)) return { ...intent, alike };
  throw configurationError(noRoom, `the holdout ${name} has nothing left for this look`, "rotate it");
}

function settledCheck({ holdout, alpha }: LookIntent, counted: CountedLook | undefined): Check {
  const id = "holdout-ledger";
  if (counted === undefined) {
    const message = `the evaluation was tested at alpha ${Number(alpha.toPrecision(3))}, which looks that were counted since have spent: ${holdout.name} decides nothing by it. Evaluate again, on a new holdout where this one is spent`;
    return { id, verdict: "fail", message };
  }
  const { look, before, state } = counted;
  const number = ledgerOf(before, [look.holdout, ...look.alike]).looks.length + 1;
  const message = `the evaluation's look at ${holdout.name} ${state === "intended" ? "would be" : "is"} counted: look ${number}, at alpha ${Number(alpha.toPrecision(3))}`;
  return { id, verdict: "pass", message, observed: number };
}
