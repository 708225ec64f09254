import { Journal } from "../../src/commands/canary-deploy/journal.ts";
import { goBack, promoteNow, resume, start, type Workplace } from "../../src/commands/canary-deploy/operations.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { Host } from "../../src/kernel/host.ts";
import type { Json } from "../../src/kernel/json.ts";
import type { AliasMove, ModelRegistry, ModelVersion } from "../../src/registry/registry.ts";
import { journalStream } from "../../src/rollout/journal.ts";
import type { RolloutSettings } from "../../src/rollout/observation.ts";
import type { Measurement, MetricSource, RolloutTarget } from "../../src/rollout/rollout.ts";
import { createRandom } from "../../src/stats/random.ts";

/** The controller's process is gone. */
export class Crash extends Error {
  override readonly name = "Crash";
}

export interface WorldOptions {
  readonly seed: number;
  readonly errorRate: { readonly stable: number; readonly canary: number };
  readonly requestsPerSecond: number;
  /** What the source does instead of measuring, for some of its calls. */
  readonly trouble?: (call: number) => Exclude<Measurement, { state: "ok" }> | "throw" | undefined;
  /** The canary's process ends at this time, in milliseconds from the start. */
  readonly canaryDiesAt?: number;
  readonly firstDeployment?: boolean;
}

export const settings: RolloutSettings = {
  steps: [
    { kind: "weight", percent: 5 },
    { kind: "analysis", ms: 5000, requests: 0 },
    { kind: "weight", percent: 50 },
    { kind: "analysis", ms: 5000, requests: 0 },
    { kind: "weight", percent: 100 },
  ],
  alpha: 0.05,
  margin: 0.5,
  maxErrorRate: 0.05,
  minRequests: 20,
  blockMs: 1000,
  horizonMs: 60_000,
  warmUpMs: 0,
  errorLimit: 3,
  onFailure: "rollback",
  direct: false,
};

const name = "flights";
export const leaseSeconds = 10;

/**
 * A registry, a router with two servers and a clock, all in memory and all working, that outlive any controller. Each call a controller
 * makes is two boundaries, before and after its effect, at which the controller can be stopped.
 */
export class RolloutWorld {
  nowMs = Date.parse("2026-01-01T00:00:00.000Z");
  /** Counts boundaries of the controller that runs; it is stopped at `stopAt`. */
  boundaries = 0;
  stopAt = Number.POSITIVE_INFINITY;
  /** Greatest excess of the canary's real share over what the journal allowed, ever. */
  excess = 0;
  readonly streams = new Map<string, Json[]>();
  readonly moves: AliasMove[] = [];
  readonly versions: readonly ModelVersion[] = [1, 2].map((version) => ({
    name,
    version,
    digest: digestOf(`model ${version}`),
    files: [{ path: "model.onnx", size: 1, digest: digestOf(`model ${version}`) }],
    created: "2026-01-01T00:00:00.000Z",
  }));
  stable: number | null;
  rollout: { readonly id: string; readonly canary: number; weight: number; leaseUntil: number | null } | undefined;
  finished: string | undefined;
  canaryAlive = false;
  readonly #options: WorldOptions;
  readonly #random;
  readonly #startedMs = this.nowMs;
  #measurements = 0;
  #canaryKilled = false;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed);
    this.stable = options.firstDeployment === true ? null : 1;
    if (this.stable !== null) this.moves.push(move(0, null, 1));
  }

  /** Percent that really goes to the canary now. */
  get weight(): number {
    this.#enforce();
    return this.rollout?.weight ?? 0;
  }

  get champion(): number | null {
    return this.moves.findLast((one) => one.alias === "champion")?.to ?? null;
  }

  get entries(): readonly { readonly after: { readonly phase: string; readonly weight: number } }[] {
    return (this.streams.get(journalStream(name)) ?? []) as never;
  }

  advance(ms: number): void {
    this.nowMs += ms;
    this.#enforce();
  }

  /** Runs a controller until it is done, or stopped at its n-th boundary; true when it was done. */
  async control(
    operation: "start" | "resume" | "abort" | "promote",
    rules = settings,
    stopAt = Number.POSITIVE_INFINITY,
  ) {
    this.boundaries = 0;
    this.stopAt = stopAt;
    try {
      const place = await this.#place();
      const [stable, canary] = this.versions;
      if (stable === undefined || canary === undefined) throw new Error("two versions");
      if (operation === "start") await start(place, canary, this.champion === null ? undefined : stable, rules);
      else if (operation === "resume") await resume(place);
      else if (operation === "promote") await promoteNow(place);
      else await goBack(place, "abort");
      return true;
    } catch (error) {
      if (error instanceof Crash) return false;
      throw error;
    }
  }

  async rolloutNow() {
    return (await this.journal()).rollout;
  }

  /** The journal as one more controller would read it now. */
  journal(): Promise<Journal> {
    return Journal.open(this.#registry(), name, this.#host());
  }

  async #place(): Promise<Workplace> {
    const registry = this.#registry();
    return {
      host: this.#host(),
      subject: { registry, name, ref: undefined },
      journal: await Journal.open(registry, name, this.#host()),
      open: {
        choice: { name: "world", settings: {} },
        target: this.#target(),
        source: this.#source(),
        deliver: async () => undefined,
      },
      leaseSeconds,
      keepSeconds: 60,
      allowEphemeral: true,
      onAddress: () => undefined,
    };
  }

  #host(): Host {
    const silent = {
      debug() {},
      info() {},
      warn() {},
      progress() {},
      group: <T>(_: string, body: () => Promise<T>) => body(),
    };
    const host: Partial<Host> = {
      now: () => new Date(this.nowMs),
      sleep: async (ms) => this.advance(ms),
      log: silent,
      signal: new AbortController().signal,
      actor: "tester",
      saveState: () => undefined,
    };
    return host as Host;
  }

  /** Counts, and stops the controller where it shall be stopped. */
  #boundary(): void {
    this.boundaries++;
    const allowed = this.entries.at(-1)?.after.weight ?? 0;
    this.excess = Math.max(this.excess, this.weight - allowed);
    if (this.boundaries >= this.stopAt) throw new Crash(`stopped at boundary ${this.stopAt}`);
  }

  async #effect<T>(body: () => T): Promise<T> {
    this.#boundary();
    const result = body();
    this.#boundary();
    return result;
  }

  /** What time does by itself. */
  #enforce(): void {
    const { canaryDiesAt } = this.#options;
    if (canaryDiesAt !== undefined && !this.#canaryKilled && this.nowMs - this.#startedMs >= canaryDiesAt) {
      this.#canaryKilled = true;
      this.canaryAlive = false;
    }
    const { rollout } = this;
    if (rollout?.leaseUntil !== null && rollout !== undefined && this.nowMs >= rollout.leaseUntil) {
      rollout.weight = 0;
      rollout.leaseUntil = null;
    }
  }

  #target(): RolloutTarget {
    const mine = (id: string) => {
      if (this.rollout?.id !== id) throw new TitleholderError("backend", "TH_TARGET_ROUTER", `not ${id}`, "none");
      return this.rollout;
    };
    return {
      name: "world",
      capabilities: { shadow: false, affinity: false, lease: true },
      prepare: (id, canary, champion) =>
        this.#effect(() => {
          this.stable ??= champion === undefined || champion.version === canary.version ? null : champion.version;
          if (this.rollout?.id !== id) this.rollout = { id, canary: canary.version, weight: 0, leaseUntil: null };
          this.canaryAlive = true;
          return { stable: this.stable === null ? null : "stable", canary: "canary", address: null, breaks: [] };
        }),
      setWeight: (id, percent) =>
        this.#effect(() => {
          mine(id).weight = percent;
        }),
      verifyWeight: (id) =>
        this.#effect(() => {
          const known = this.rollout?.id === id;
          return { percent: known ? this.weight : 0, effective: known };
        }),
      health: (id) =>
        this.#effect(() => {
          this.#enforce();
          return {
            stable: this.stable === null ? ("gone" as const) : ("ready" as const),
            canary: this.rollout?.id === id && this.canaryAlive ? ("ready" as const) : ("gone" as const),
          };
        }),
      renewLease: (id, seconds) =>
        this.#effect(() => {
          this.#enforce();
          const held = mine(id).leaseUntil !== null || mine(id).weight === 0;
          mine(id).leaseUntil = this.nowMs + seconds * 1000;
          return held;
        }),
      releaseLease: (id) =>
        this.#effect(() => {
          mine(id).leaseUntil = null;
        }),
      abort: (id) =>
        this.#effect(() => {
          if (this.rollout?.id === id) this.rollout = undefined;
        }),
      finish: (id) =>
        this.#effect(() => {
          if (this.rollout?.id === id) {
            this.#enforce();
            if (!this.canaryAlive) throw new TitleholderError("configuration", "TH_TARGET_CANARY", "gone", "none");
            this.stable = this.rollout.canary;
            this.rollout = undefined;
            this.finished = id;
          } else if (this.finished !== id)
            throw new TitleholderError("configuration", "TH_TARGET_CANARY", "gone", "none");
        }),
    };
  }

  #source(): MetricSource {
    return {
      name: "world",
      measure: (_query, window) =>
        this.#effect(() => {
          const trouble = this.#options.trouble?.(this.#measurements++);
          if (trouble === "throw") throw new TitleholderError("backend", "TH_TARGET_ROUTER", "unreachable", "none");
          if (trouble !== undefined) return trouble;
          const seconds = (window.to.getTime() - window.from.getTime()) / 1000;
          const all = Math.round(seconds * this.#options.requestsPerSecond);
          const canary = Math.round((all * this.weight) / 100);
          if (all === 0) return { state: "empty", detail: "no requests" };
          const { errorRate } = this.#options;
          return {
            state: "ok",
            requests: { stable: all - canary, canary },
            events: {
              stable: this.#failures(all - canary, errorRate.stable),
              canary: this.#failures(canary, errorRate.canary),
            },
          };
        }),
    };
  }

  #failures(requests: number, rate: number): number {
    let failures = 0;
    for (let i = 0; i < requests; i++) if (this.#random.uniform() < rate) failures++;
    return failures;
  }

  #registry(): ModelRegistry {
    const registry: Partial<ModelRegistry> = {
      append: (stream, seq, entry) =>
        this.#effect(() => {
          const entries = this.streams.get(stream) ?? [];
          if (entries.length !== seq) return { ok: false as const, current: entries.length };
          this.streams.set(stream, [...entries, JSON.parse(JSON.stringify(entry)) as Json]);
          return { ok: true as const, value: seq + 1 };
        }),
      entries: (stream) => iterate(this.streams.get(stream) ?? []),
      version: async (_name, ref) => this.versions.find(({ version }) => version === ref),
      alias: async (_name, alias) => this.moves.findLast((one) => one.alias === alias),
      moveAlias: (_name, wanted) =>
        this.#effect(() => {
          const current = this.moves.findLast((one) => one.alias === wanted.alias);
          if ((current?.to ?? null) !== wanted.from) return { ok: false as const, current: current ?? null };
          const made = { ...wanted, seq: this.moves.length };
          this.moves.push(made);
          return { ok: true as const, value: made };
        }),
    };
    return registry as ModelRegistry;
  }
}

function move(seq: number, from: number | null, to: number): AliasMove {
  return { seq, alias: "champion", from, to, at: "2026-01-01T00:00:00.000Z", actor: "tester", reason: "first" };
}

async function* iterate(entries: readonly Json[]): AsyncGenerator<Json> {
  yield* entries;
}
