import type { z } from "zod";
import type { Dataset } from "../../dataset/dataset.ts";
import { identicalAnswers } from "../../evaluation/decision.ts";
import { sketchSize } from "../../evaluation/known-rows.ts";
import {
  type AlikeHoldout,
  alikeHoldouts,
  columnsKey,
  type HoldoutName,
  type KnownRows,
  type Look,
  type LookBudget,
  type LookIntent,
  ledgerOf,
  nextLook,
  type SketchedColumns,
  sketchEntries,
  sketchedColumns,
} from "../../evaluation/ledger.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { type Digest, digestOf, digestOfJson } from "../../kernel/digest.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import type { ModelRegistry } from "../../registry/registry.ts";
import { type CountedLook, countLook, readLooks } from "../holdout-ledger.ts";
import type { Holdout } from "./columns.ts";
import type { Contest } from "./compare.ts";
import type { Given } from "./facts.ts";
import type { ledgerSchema } from "./holdout-inputs.ts";
import { alikeCheck, lookCheck, looksTable, noLedgerCheck, unspentCheck } from "./look-findings.ts";
import type { Scored } from "./scoring.ts";

/** How the holdout is kept: where, under which name, and by which budget. */
export interface HoldoutKeeping {
  /** Undefined where no registry is named. */
  readonly registry: ModelRegistry | undefined;
  readonly holdout: HoldoutName;
  readonly budget: LookBudget;
  readonly protected: boolean;
  /** Whether this run may write to the registry. */
  readonly write: boolean;
  /** All that was asked, by which the same question is known again. */
  readonly rule: Json;
}

export interface LookQuestion {
  readonly given: Given;
  readonly keeping: HoldoutKeeping;
  /** Whether the rows are the promotion's holdout. */
  readonly isHoldout: boolean;
  readonly labels: readonly string[];
  readonly key: readonly string[] | undefined;
  readonly features: readonly string[];
  /** Of both models' answers, where their digests do not settle them: a command may answer otherwise the next time. */
  readonly answers: Digest | undefined;
}

export function lookQuestion(contest: Contest, { features }: Holdout, { answers }: Scored): LookQuestion {
  const { given, keeping, rows, question, predictorCommand, rules } = contest;
  const { labels, key } = question;
  const settled = predictorCommand === undefined && rules.every(({ metric }) => metric !== "command");
  return {
    given,
    keeping,
    isHoldout: rows.input === "data",
    labels,
    key,
    features,
    answers: settled ? undefined : digestOfJson(answers.map(answersDigest)),
  };
}

/** Lists of numbers by their digest, whatever holds them. */
function answersDigest(answers: unknown): Json {
  if (ArrayBuffer.isView(answers)) {
    return digestOf(new Uint8Array(answers.buffer, answers.byteOffset, answers.byteLength));
  }
  if (answers instanceof Map) return [...answers].map(answersDigest);
  if (Array.isArray(answers)) return answers.map(answersDigest);
  if (typeof answers !== "object" || answers === null) return (answers ?? null) as Json;
  return Object.fromEntries(Object.entries(answers).map(([name, part]) => [name, answersDigest(part)]));
}

/** Why nothing is decided by these rows, where it is so. */
export function freeLook({ champion, baseline }: Contest, { answers }: Scored): string | undefined {
  const [challenger = {}, other] = answers;
  if (champion === undefined && baseline === "none") return "nothing is compared";
  return other !== undefined && identicalAnswers(challenger, other) ? "both models answer the same" : undefined;
}

/** What a look at the holdout may spend, and what the report says of it. */
export interface TakenLook {
  /** Of each test. */
  readonly alpha: number;
  /** Nothing but the verdict may be shown. */
  readonly hidden: boolean;
  readonly checks: readonly Check[];
  readonly tables: readonly Table[];
  readonly ledger: z.output<typeof ledgerSchema>;
}

/** Columns of other holdouts that the rows are held against, at most: each costs a scan. */
const mostComparisons = 32;

/**
 * Takes a look at the holdout before anything is compared: counts it in the ledger and gives the alpha of the tests. A screen counts nothing.
 * @param free why there is nothing to decide, such as answers that are all the same: such a look costs nothing
 * @throws TH_HOLDOUT_SPENT, TH_LEDGER_FORMAT (configuration) and what the registry throws
 */
export async function takeLook(
  question: LookQuestion,
  free: string | undefined,
  dataset: Dataset,
  host: Host,
): Promise<TakenLook> {
  const { given, keeping, isHoldout } = question;
  const { registry } = keeping;
  const none = { alpha: given.alpha, tables: [], ledger: null, hidden: keeping.protected && isHoldout };
  if (registry === undefined) {
    const missing = free === undefined ? noLedgerCheck() : unspentCheck(free);
    return { ...none, checks: given.purpose === "promote" ? [missing] : [] };
  }
  const rows = new KnownRowsReader(dataset, question);
  if (given.purpose === "screen" || free !== undefined) {
    const looks = await readLooks(registry);
    const alike = alikeHoldouts(looks, await rows.read(looks));
    const names = [...(isHoldout ? [keeping.holdout] : []), ...alike.map(({ holdout }) => holdout)];
    const checks = free === undefined ? alikeCheck(isHoldout ? [] : alike) : [unspentCheck(free)];
    return { ...none, checks, hidden: none.hidden || ledgerOf(looks, names).protected };
  }
  const counted = await countLook(
    registry,
    lookKey(question),
    async (looks) => {
      const alike = alikeHoldouts(looks, await rows.read(looks));
      const others = alike.filter(({ holdout }) => !isSame(holdout, keeping.holdout));
      return draftLook(question, looks, await rows.own(), others);
    },
    host,
    keeping.write,
  );
  return taken(question, counted, host);
}

/** @param own the rows by their own columns */
function draftLook(
  question: LookQuestion,
  looks: readonly Look[],
  own: readonly KnownRows[],
  alike: readonly AlikeHoldout[],
): LookIntent {
  const { given, keeping } = question;
  const names = alike.map(({ holdout }) => holdout);
  const ledger = ledgerOf(looks, [keeping.holdout, ...names]);
  const next = nextLook(ledger, given.alpha, keeping.budget);
  if (next === undefined) throw spent(keeping, alike, ledger.looks.length);
  return {
    format: "titleholder/holdout-look/v1",
    key: lookKey(question),
    holdout: keeping.holdout,
    alike: names,
    challenger: given.challenger,
    champion: given.champion,
    rule: digestOfJson(keeping.rule),
    alpha: next.alpha,
    total: given.alpha,
    budget: keeping.budget,
    protected: keeping.protected,
    sketches: sketchEntries(own, looks),
  };
}

/** The report says the same of a look that is taken again as when it was taken first. */
function taken({ keeping }: LookQuestion, { look, before, state }: CountedLook, host: Host): TakenLook {
  const { alpha, total, budget, holdout, alike } = look;
  const ledger = ledgerOf(before, [holdout, ...alike]);
  const place = nextLook(ledger, total, budget);
  const number = ledger.looks.length + 1;
  const left = place?.left ?? (budget === "decreasing" ? null : 0);
  if (state === "again") host.log.info(`look ${number} at ${holdout.name} was counted before, and costs nothing again`);
  const facts = {
    holdout: holdout.name,
    alike: alike.map(({ name }) => name),
    look: number,
    left,
    alpha,
    total,
    budget,
    state: state === "intended" ? ("intended" as const) : ("counted" as const),
  };
  return {
    alpha,
    hidden: keeping.protected || look.protected || ledger.protected,
    checks: lookCheck(facts),
    tables: [looksTable([...ledger.looks, look])],
    ledger: state === "intended" ? { ...facts, intent: look } : facts,
  };
}

/** The same models, asked the same about the same bytes: a look that was taken. The name is not part of it, and neither is the file's. */
function lookKey({ given, keeping, answers }: LookQuestion): LookIntent["key"] {
  const data = given.data.files.map(({ digest }) => digest).sort();
  return digestOfJson({
    challenger: given.challenger,
    champion: given.champion,
    rule: keeping.rule,
    data,
    answers: answers ?? null,
  });
}

/** Sketches of the rows by their own columns, and by those that the ledger knows holdouts by; each is computed once. */
class KnownRowsReader {
  readonly #dataset: Dataset;
  readonly #labels: readonly string[];
  readonly #own: readonly SketchedColumns[];
  readonly #names: ReadonlySet<string>;
  readonly #read = new Map<string, KnownRows>();

  constructor(dataset: Dataset, { labels, key, features }: LookQuestion) {
    this.#dataset = dataset;
    this.#labels = labels;
    const usable = dataset.columns.filter(({ kind, name }) => kind !== "nested" && !labels.includes(name));
    this.#names = new Set(usable.map(({ name }) => name));
    const wanted = features.length > 0 ? features : [...this.#names];
    const columns = wanted.filter((name) => this.#names.has(name)).sort();
    const keys = (key ?? []).filter((name) => this.#names.has(name)).sort();
    this.#own = [{ columns, key: [] }, ...(keys.length > 0 ? [{ columns, key: keys }] : [])];
  }

  /** The rows by their own columns. */
  own(): Promise<readonly KnownRows[]> {
    return this.#sketches(this.#own);
  }

  /** The rows by every list of columns that the ledger's can be compared by. */
  read(looks: readonly Look[]): Promise<readonly KnownRows[]> {
    const comparable = sketchedColumns(looks).filter(({ columns, key }) =>
      [...columns, ...key].every((name) => this.#names.has(name)),
    );
    return this.#sketches(comparable.slice(0, mostComparisons));
  }

  async #sketches(wanted: readonly SketchedColumns[]): Promise<readonly KnownRows[]> {
    const known: KnownRows[] = [];
    for (const columns of wanted) known.push(await this.#sketch(columns));
    return known;
  }

  async #sketch(columns: SketchedColumns): Promise<KnownRows> {
    const found = this.#read.get(columnsKey(columns));
    if (found !== undefined) return found;
    const all = [...this.#labels, ...columns.key, ...columns.columns];
    const known = { ...columns, sketch: await this.#dataset.sketch(all, sketchSize) };
    this.#read.set(columnsKey(columns), known);
    return known;
  }
}

function isSame(one: HoldoutName, other: HoldoutName): boolean {
  return one.model === other.model && one.name === other.name;
}

function spent({ holdout, budget }: HoldoutKeeping, alike: readonly AlikeHoldout[], looks: number): Error {
  const others = alike.map(
    ({ holdout: other, share }) => `${Math.round(share * 100)}% of its rows are those of ${other.name}`,
  );
  const known = others.length === 0 ? "" : ` (${others.join(", ")})`;
  const of = budget === "decreasing" ? `${looks}` : `${looks} of ${budget}`;
  return configurationError(
    "TH_HOLDOUT_SPENT",
    `the holdout ${holdout.name}${known} has decided ${of} promotions and has nothing left of the error that it may make`,
    "rotate it: give rows in `data` that no evaluation has seen, and their name in `holdout`",
    { input: "data" },
  );
}
