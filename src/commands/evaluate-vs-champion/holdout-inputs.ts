import { z } from "zod";
import { budgetSchema, intentSchema } from "../../evaluation/ledger.ts";
import { dryRunInput, input } from "../shared.ts";

/** Inputs about the holdout: what it is called, how often it may decide, and what may be seen of it. */
export const holdoutInputs = {
  holdout: input(z.string().min(1).max(200).optional(), {
    description:
      "Name of the holdout in the registry's ledger, under which its looks are counted. `data` as written when absent. A fresh set of rows gets a new name, and with it a new budget; a copy of old rows does not.",
    example: "churn-2026-q1",
  }),
  holdoutBudget: input(budgetSchema.default(20), {
    description:
      "How many promotions the holdout may decide: each is tested at `alpha` divided by this number. `decreasing`: without an end, the k-th at `alpha` · 6 / (π² k²).",
  }),
  protected: input(z.boolean().default(false), {
    description:
      "Nothing of the holdout is shown but the verdict: no estimate, interval, p value, slice, picture or row. The ledger remembers it.",
  }),
  servingProfile: input(z.string().optional(), {
    description:
      "What the models are served now: a `profile` that validate-data wrote, its report, or data files. A holdout that has drifted from it is warned of.",
    kind: "path",
    example: ".titleholder/churn/validate-data/profile.json",
  }),
  ...dryRunInput,
} as const;

/** The look in a report's details. */
export const ledgerSchema = z
  .strictObject({
    holdout: z.string(),
    /** Names under which the ledger knows these rows too. */
    alike: z.array(z.string()),
    /** From 1. */
    look: z.int().positive(),
    /** Looks after this one; null where their number has no end. */
    left: z.int().nonnegative().nullable(),
    /** Of this look, and of all looks together. */
    alpha: z.number(),
    total: z.number(),
    budget: budgetSchema,
    /** `intended`: this job may not write; the next one that may, and reads this report, counts the look. */
    state: z.enum(["counted", "intended"]),
    intent: intentSchema.optional(),
  })
  .nullable();
