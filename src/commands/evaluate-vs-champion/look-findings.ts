import type { z } from "zod";
import type { AlikeHoldout, LookIntent } from "../../evaluation/ledger.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { shortDigest } from "../../lineage/chain-table.ts";
import type { ledgerSchema } from "./holdout-inputs.ts";

const id = "holdout-ledger";

/** Without a ledger, the error of each promotion is alpha, and that of many grows towards one. */
export function noLedgerCheck(): Check {
  const message =
    "no registry is named, so nobody counts the looks at this holdout: alpha holds for this evaluation alone, and after many of them a challenger passes by luck. Name a registry";
  return { id, verdict: "warn", message, place: { input: "registry" } };
}

export function unspentCheck(why: string): Check {
  return { id, verdict: "pass", message: `${why}: nothing of the holdout's budget is spent` };
}

/** Rows of a screen that promotions are decided on. */
export function alikeCheck(alike: readonly AlikeHoldout[]): readonly Check[] {
  if (alike.length === 0) return [];
  const held = alike.slice(0, 3).map(({ holdout, share }) => `${percent(share)} of them are in ${holdout.name}`);
  const message = `these rows are part of a holdout that promotions are decided on (${held.join(", ")}): a later promotion on it claims more than it can show`;
  return [{ id: "holdout-rows", verdict: "warn", message, place: { input: "screen-data" } }];
}

type Facts = Omit<NonNullable<z.output<typeof ledgerSchema>>, "intent">;

/** Which look this is, what it may spend, and what is left; what is odd about it is a check of its own. */
export function lookCheck(facts: Facts): readonly Check[] {
  const { holdout, look, left, alpha, total, alike } = facts;
  const of = left === null ? "" : ` of ${look + left}`;
  const rest = left === null ? "each further one gets less" : left === 0 ? "none is left: rotate it" : `${left} left`;
  const message =
    `look ${look}${of} at ${holdout}, tested at alpha ${short(alpha)} of ${short(total)} for all of them; ${rest}. ` +
    "This covers changes that were not tuned on what the holdout had shown";
  return [
    { id, verdict: left === 0 ? "warn" : "pass", message, observed: look },
    ...(alike.length === 0 ? [] : [knownCheck(holdout, alike)]),
    ...(facts.state === "intended" ? [intentCheck()] : []),
  ];
}

function knownCheck(holdout: string, alike: readonly string[]): Check {
  const message = `${holdout} has rows of ${alike.join(", ")}: their looks are counted as its own`;
  return { id: "holdout-rows", verdict: "warn", message, place: { input: "holdout" } };
}

function intentCheck(): Check {
  const message =
    "this job may not write to the registry: the look is counted by register-model, or by an evaluation that may write, and until then another may take its place";
  return { id: "holdout-intent", verdict: "warn", message };
}

const mostLooks = 20;

/** The newest looks, this one last. */
export function looksTable(looks: readonly LookIntent[]): Table {
  const shown = looks.slice(-mostLooks);
  const first = looks.length - shown.length + 1;
  return {
    title: "Looks at the holdout",
    columns: ["look", "holdout", "challenger", "champion", "alpha"],
    rows: shown.map(({ holdout, challenger, champion, alpha }, at) => [
      first + at,
      holdout.name,
      shortDigest(challenger),
      champion === null ? "none" : shortDigest(champion),
      Number(alpha.toPrecision(3)),
    ]),
    ...(first === 1 ? {} : { more: first - 1 }),
  };
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function short(alpha: number): string {
  return String(Number(alpha.toPrecision(3)));
}
