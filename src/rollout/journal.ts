import { z } from "zod";
import { digestSchema } from "../kernel/digest-schema.ts";
import { TitleholderError } from "../kernel/error.ts";
import type { Instant } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import { schemaFault } from "../kernel/schema-fault.ts";
import { type Observation, observationSchema } from "./observation.ts";
import { type Phase, type RolloutState, startRollout, stepRollout } from "./state.ts";

const journalSchema = "titleholder/rollout/v1";

const versionSchema = z.strictObject({ version: z.int().min(1), digest: digestSchema });

/** Who rolls out what, in place of what. */
const subjectSchema = z.strictObject({
  name: z.string(),
  canary: versionSchema,
  /** The champion when it began; null when there was none. */
  champion: versionSchema.nullable(),
});

export type RolloutSubject = z.output<typeof subjectSchema>;

const entrySchema = z.strictObject({
  schema: z.literal(journalSchema),
  rollout: z.string(),
  at: z.string(),
  actor: z.string(),
  run: z.string().optional(),
  subject: subjectSchema,
  observation: observationSchema,
  /** What the observation led to: for people, and to notice a version of this program that would decide differently. */
  after: z.strictObject({ phase: z.string(), step: z.int(), weight: z.number() }),
});

export type JournalEntry = z.output<typeof entrySchema>;

/** One rollout as its journal tells it. */
export interface Rollout {
  readonly id: string;
  readonly subject: RolloutSubject;
  readonly state: RolloutState;
  readonly entries: readonly JournalEntry[];
}

/** The stream of a model's rollouts in the registry. */
export function journalStream(name: string): string {
  return `rollout/${name}`;
}

/** Writes down what was observed, and with it what follows, before anything is done about it. */
export function journalEntry(
  head: Pick<JournalEntry, "rollout" | "actor" | "subject"> & { readonly run?: string | undefined },
  observation: Observation,
  after: RolloutState,
  at: Instant,
): JournalEntry {
  const { run, ...rest } = head;
  return {
    schema: journalSchema,
    ...rest,
    ...(run === undefined ? {} : { run }),
    at,
    observation,
    after: { phase: after.phase, step: after.step, weight: after.mayCarry },
  };
}

/** @throws TitleholderError TH_ROLLOUT_JOURNAL (backend) when the entry was not written by this program. */
export function parseEntry(entry: Json, stream: string, seq: number): JournalEntry {
  const schema = (entry as { schema?: Json } | null)?.schema;
  if (typeof schema === "string" && schema !== journalSchema) {
    throw new TitleholderError(
      "configuration",
      "TH_ROLLOUT_FORMAT",
      `the journal ${stream} was written by another version of Titleholder (${schema}; this one knows ${journalSchema})`,
      "upgrade Titleholder to the version that started the rollout",
      { input: "registry" },
    );
  }
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) throw damaged(stream, seq, schemaFault(parsed.error));
  return parsed.data;
}

/**
 * The last rollout of a journal; undefined when it is empty.
 *
 * @throws TitleholderError TH_ROLLOUT_JOURNAL (backend) when the entries do not add up to what they say
 */
export function latestRollout(entries: readonly JournalEntry[], stream: string): Rollout | undefined {
  const begin = entries.findLastIndex((entry) => entry.observation.kind === "started");
  const first = entries[begin];
  if (first?.observation.kind !== "started") return undefined;
  let state = startRollout(first.observation.settings, first.at);
  for (const [index, entry] of entries.slice(begin + 1).entries()) {
    if (entry.rollout !== first.rollout) {
      throw damaged(stream, begin + 1 + index, `belongs to ${entry.rollout}, not to ${first.rollout}`);
    }
    state = stepRollout(state, entry.observation, entry.at).state;
    if (!agrees(entry.after, state)) {
      throw damaged(
        stream,
        begin + 1 + index,
        `says ${entry.after.phase} at ${entry.after.weight}%, the entries before it lead to ${state.phase} at ${state.mayCarry}%`,
      );
    }
  }
  return { id: first.rollout, subject: first.subject, state, entries: entries.slice(begin) };
}

function agrees(noted: JournalEntry["after"], state: RolloutState): boolean {
  return (noted.phase as Phase) === state.phase && noted.step === state.step && noted.weight === state.mayCarry;
}

function damaged(stream: string, seq: number, why: string): TitleholderError {
  return new TitleholderError(
    "backend",
    "TH_ROLLOUT_JOURNAL",
    `entry ${seq} of the journal ${stream} is damaged: ${why}`,
    "restore the registry from a copy, or run `operation: abort` to return all traffic to stable",
    { input: "registry" },
  );
}
