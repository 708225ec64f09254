import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import type { ModelRegistry } from "../../registry/registry.ts";
import {
  type JournalEntry,
  journalEntry,
  journalStream,
  latestRollout,
  parseEntry,
  type Rollout,
  type RolloutSubject,
} from "../../rollout/journal.ts";
import type { Observation, RolloutSettings } from "../../rollout/observation.ts";
import { startRollout, stepRollout } from "../../rollout/state.ts";

export type JournalHost = Pick<Host, "now" | "actor" | "ci">;
export type JournalRegistry = Pick<ModelRegistry, "append" | "entries">;

/** The journal of a model's rollouts in the registry, and the one that is under way or was last. */
export class Journal {
  readonly stream: string;
  readonly #registry: JournalRegistry;
  readonly #host: JournalHost;
  #length: number;
  #rollout: Rollout | undefined;

  private constructor(registry: JournalRegistry, stream: string, host: JournalHost, entries: readonly JournalEntry[]) {
    this.#registry = registry;
    this.stream = stream;
    this.#host = host;
    this.#length = entries.length;
    this.#rollout = latestRollout(entries, stream);
  }

  /** @throws TitleholderError TH_ROLLOUT_JOURNAL (backend), TH_ROLLOUT_FORMAT (configuration) */
  static async open(registry: JournalRegistry, name: string, host: JournalHost): Promise<Journal> {
    const stream = journalStream(name);
    const entries: JournalEntry[] = [];
    for await (const entry of registry.entries(stream)) entries.push(parseEntry(entry, stream, entries.length));
    return new Journal(registry, stream, host, entries);
  }

  /** The last rollout; undefined when there never was one. */
  get rollout(): Rollout | undefined {
    return this.#rollout;
  }

  /** The last rollout, where there has to be one. */
  get current(): Rollout {
    if (this.#rollout === undefined) throw new Error(`the journal ${this.stream} is empty`);
    return this.#rollout;
  }

  /** Begins a rollout. @throws TitleholderError TH_ROLLOUT_CONCURRENT (configuration) */
  async start(subject: RolloutSubject, settings: RolloutSettings): Promise<void> {
    const at = this.#host.now().toISOString();
    const state = startRollout(settings, at);
    // The place in the journal makes the name: two runs that start at once ask for the same one, and one of them gets it.
    const id = `${subject.name}-${subject.canary.version}-${this.#length}`;
    const entry = journalEntry(this.#head(id, subject), { kind: "started", settings }, state, at);
    await this.#append(entry);
    this.#rollout = { id, subject, state, entries: [entry] };
  }

  /**
   * Writes down an observation, and only then lets it count: whatever is done about it, a later run knows of it.
   * @throws TitleholderError TH_ROLLOUT_CONCURRENT (configuration) when another run wrote meanwhile
   */
  async observe(observation: Observation): Promise<void> {
    const { id, subject, state, entries } = this.current;
    const at = this.#host.now().toISOString();
    const next = stepRollout(state, observation, at).state;
    const entry = journalEntry(this.#head(id, subject), observation, next, at);
    await this.#append(entry);
    this.#rollout = { id, subject, state: next, entries: [...entries, entry] };
  }

  /** What the observation would lead to, without writing it. */
  foresee(observation: Observation) {
    return stepRollout(this.current.state, observation, this.#host.now().toISOString()).state;
  }

  async #append(entry: JournalEntry): Promise<void> {
    const swap = await this.#registry.append(this.stream, this.#length, entry as unknown as Json);
    if (!swap.ok) {
      throw configurationError(
        "TH_ROLLOUT_CONCURRENT",
        `another run wrote to the journal ${this.stream} meanwhile, and goes on with the rollout`,
        "let one run at a time control a rollout: give the job a `concurrency` group",
      );
    }
    this.#length = swap.value;
  }

  #head(rollout: string, subject: RolloutSubject) {
    const { actor, ci } = this.#host;
    const run = ci === undefined ? undefined : `${ci.repository}/actions/runs/${ci.runId}/attempts/${ci.attempt}`;
    return { rollout, subject, actor, run };
  }
}
