import { z } from "zod";
import type { RowSketch } from "../dataset/sketch.ts";
import { digestOf } from "../kernel/digest.ts";
import { digestSchema } from "../kernel/digest-schema.ts";
import { decodeHashes, encodeHashes, isCoarse, leastShare, shareOf } from "./known-rows.ts";

/**
 * The ledger of holdouts: every comparison that decides on a promotion is a look at its holdout and is tested at a share of the error that
 * the holdout may make in its whole life. Entries are only ever added; what a holdout has spent follows from all of them.
 */

/** A holdout as people call it; names are a model's own. */
const holdoutSchema = z.strictObject({ model: z.string(), name: z.string() });
/** How many looks share the error, or that each gets less of it than the one before. */
export const budgetSchema = z.union([z.int().positive(), z.literal("decreasing")]);

const sketchSchema = z.strictObject({
  /** Features, and columns that identify a row; the label goes before them. */
  columns: z.array(z.string()),
  key: z.array(z.string()),
  rows: z.int().nonnegative(),
  digest: digestSchema,
  /** Left out where an earlier entry has the same. */
  hashes: z.string().exactOptional(),
});

/** A look that is to be counted, as a report carries it where nothing may be written. */
export const intentSchema = z.strictObject({
  format: z.literal("titleholder/holdout-look/v1"),
  /** Of both models, the rule and the bytes of the data: the same look again is free. */
  key: digestSchema,
  holdout: holdoutSchema,
  /** Holdouts of the ledger that have rows of it. */
  alike: z.array(holdoutSchema),
  challenger: digestSchema,
  champion: digestSchema.nullable(),
  rule: digestSchema,
  /** Of this look, … */
  alpha: z.number().positive(),
  /** … and of all looks together. */
  total: z.number().positive(),
  budget: budgetSchema,
  protected: z.boolean(),
  sketches: z.array(sketchSchema).min(1),
});

export const lookSchema = z.strictObject({
  ...intentSchema.shape,
  at: z.string(),
  actor: z.string(),
  run: z.string().exactOptional(),
});

export type HoldoutName = Readonly<z.output<typeof holdoutSchema>>;
export type LookBudget = z.output<typeof budgetSchema>;
export type LookIntent = Readonly<z.output<typeof intentSchema>>;
export type Look = Readonly<z.output<typeof lookSchema>>;

/** Columns that rows are known again by. */
export interface SketchedColumns {
  readonly columns: readonly string[];
  readonly key: readonly string[];
}
export interface KnownRows extends SketchedColumns {
  readonly sketch: RowSketch;
}

/** All looks that were taken at one holdout, under whatever names, each once. */
export interface HoldoutLedger {
  readonly looks: readonly LookIntent[];
  /** The sum of their alphas. */
  readonly spent: number;
  /** Someone declared it protected: that stays. */
  readonly protected: boolean;
}

export interface NextLook {
  /** From 1. */
  readonly number: number;
  readonly alpha: number;
  /** Looks after this one; null where their number has no end. */
  readonly left: number | null;
}

/** Below this the tails of the tests reach the resolution of a double. */
const leastAlpha = 1e-6;
/** Sums of alphas are off by some last bits. */
const tolerance = 1e-9;

/**
 * The looks at a holdout: those under one of these names, and under any name that one of them was known to be alike to, and so on.
 * @param looks all entries, oldest first
 */
export function ledgerOf(looks: readonly LookIntent[], names: readonly HoldoutName[]): HoldoutLedger {
  const known = new Set(names.map(nameKey));
  const namesOf = ({ holdout, alike }: LookIntent) => [holdout, ...alike].map(nameKey);
  for (let before = -1; before < known.size; ) {
    before = known.size;
    for (const look of looks) {
      const keys = namesOf(look);
      if (keys.some((key) => known.has(key))) for (const key of keys) known.add(key);
    }
  }
  const mine = looks.filter((look) => known.has(nameKey(look.holdout)));
  const once = mine.filter(({ key }, at) => mine.findIndex((look) => look.key === key) === at);
  return {
    looks: once,
    spent: once.reduce((sum, { alpha }) => sum + alpha, 0),
    protected: mine.some((look) => look.protected),
  };
}

/**
 * What the next look may spend: alpha / K of K looks, or alpha · 6 / (π² k²) for the k-th, whose sum over all k is alpha (Bonferroni). What
 * earlier looks spent counts, by whatever budget. Undefined when it is not left, or so little that no test can use it.
 */
export function nextLook(
  { looks, spent }: Pick<HoldoutLedger, "looks" | "spent">,
  total: number,
  budget: LookBudget,
): NextLook | undefined {
  const number = looks.length + 1;
  const alpha = budget === "decreasing" ? (total * 6) / (Math.PI * number) ** 2 : total / budget;
  const remaining = total - spent - alpha;
  if (remaining < -tolerance * total || alpha < leastAlpha) return undefined;
  return { number, alpha, left: budget === "decreasing" ? null : Math.floor(remaining / alpha + tolerance * budget) };
}

/**
 * Whether a look that was decided elsewhere can be counted now: not when looks that were counted since took what it was tested at.
 */
export function maySettle(ledger: HoldoutLedger, { alpha, total, budget }: LookIntent): boolean {
  const next = nextLook(ledger, total, budget);
  return next !== undefined && next.alpha >= alpha * (1 - tolerance);
}

/** Columns by which the ledger knows holdouts, each list once, the newest first. */
export function sketchedColumns(looks: readonly LookIntent[]): readonly SketchedColumns[] {
  const all = looks.toReversed().flatMap(({ sketches }) => sketches.map(({ columns, key }) => ({ columns, key })));
  return [...new Map(all.map((columns) => [columnsKey(columns), columns])).values()];
}

/** A holdout of the ledger that has rows of the one at hand, and which share of these. */
export interface AlikeHoldout {
  readonly holdout: HoldoutName;
  readonly share: number;
}

/**
 * Holdouts of the ledger that have at least a twentieth of the rows at hand, the most alike first. Where the ledger's rows are often alike
 * and both sides have the same key, the key decides: without one, coarse data is known again in any sample of it.
 */
export function alikeHoldouts(looks: readonly LookIntent[], rows: readonly KnownRows[]): readonly AlikeHoldout[] {
  const mine = new Map(rows.map((known) => [columnsKey(known), known.sketch]));
  const hashes = hashesByDigest(looks);
  const shares = new Map<string, AlikeHoldout>();
  for (const { holdout, sketches } of looks) {
    const compared = sketches.flatMap((sketch) => {
      const [own, theirs] = [mine.get(columnsKey(sketch)), hashes.get(sketch.digest)];
      if (own === undefined || theirs === undefined) return [];
      const known = { rows: sketch.rows, hashes: theirs };
      return [{ byKey: sketch.key.length > 0, coarse: isCoarse(known), share: shareOf(own, known) }];
    });
    const byValues = compared.find(({ byKey }) => !byKey);
    const byKey = compared.find((one) => one.byKey);
    const { share } = (byValues?.coarse === true ? byKey : undefined) ?? byValues ?? { share: 0 };
    const before = shares.get(nameKey(holdout))?.share ?? 0;
    if (share >= leastShare && share > before) shares.set(nameKey(holdout), { holdout, share });
  }
  return [...shares.values()].sort((a, b) => b.share - a.share || (nameKey(a.holdout) < nameKey(b.holdout) ? -1 : 1));
}

/** Rows as an entry, or a look that is none yet, tells of them. */
export function rowsOfIntent({ sketches }: LookIntent, looks: readonly LookIntent[]): readonly KnownRows[] {
  const known = hashesByDigest(looks);
  return sketches.flatMap(({ columns, key, rows, digest, hashes: own }) => {
    const hashes = own === undefined ? known.get(digest) : decodeHashes(own);
    return hashes === undefined ? [] : [{ columns, key, sketch: { rows, hashes } }];
  });
}

/** Rows as an entry keeps them; hashes that the ledger has already are left out. */
export function sketchEntries(rows: readonly KnownRows[], looks: readonly LookIntent[]): LookIntent["sketches"] {
  const known = hashesByDigest(looks);
  return rows.map(({ columns, key, sketch }) => {
    const hashes = encodeHashes(sketch.hashes);
    const digest = digestOf(hashes);
    const entry = { columns: [...columns], key: [...key], rows: sketch.rows, digest };
    return known.has(digest) ? entry : { ...entry, hashes };
  });
}

function hashesByDigest(looks: readonly LookIntent[]): ReadonlyMap<string, BigUint64Array> {
  return new Map(
    looks.flatMap(({ sketches }) =>
      sketches.flatMap(({ digest, hashes }) => (hashes === undefined ? [] : [[digest, decodeHashes(hashes)] as const])),
    ),
  );
}

export function columnsKey({ columns, key }: SketchedColumns): string {
  return JSON.stringify([columns, key]);
}

function nameKey({ model, name }: HoldoutName): string {
  return JSON.stringify([model, name]);
}
