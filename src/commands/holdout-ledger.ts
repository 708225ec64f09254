import { type Look, type LookIntent, lookSchema } from "../evaluation/ledger.ts";
import { configurationError, TitleholderError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import { schemaFault } from "../kernel/schema-fault.ts";
import type { ModelRegistry } from "../registry/registry.ts";
import { createRandom } from "../stats/random.ts";
import { runName } from "./run-name.ts";

/** One stream for all holdouts: one may be another under a new name, and both must be seen by the write that spends. */
const stream = "holdout/ledger";
/** Each lost attempt is another's look that was counted. */
const mostAttempts = 200;
const longestPause = 250;

/**
 * The looks from one on, oldest first.
 * @throws TH_LEDGER_FORMAT (configuration) for an entry of a newer program: passed over, it would be spent twice.
 */
export async function readLooks(registry: ModelRegistry, from = 0): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for await (const entry of registry.entries(stream, from)) {
    const read = lookSchema.safeParse(entry);
    if (!read.success) throw unknownEntry(registry, from + looks.length + 1, schemaFault(read.error));
    looks.push(read.data);
  }
  return looks;
}

export interface CountedLook {
  readonly look: LookIntent;
  /** The looks that were counted before it, at any holdout. */
  readonly before: readonly Look[];
  /** `counted` by this run, or `again`: it had been before. `intended`: nothing may be written. */
  readonly state: "counted" | "again" | "intended";
}

/**
 * Counts a look once, however many runs take the same one or others at a time: by compare-and-set on the number of entries, and after a lost
 * swap by what stands there then.
 *
 * @param key of the look; one with this key is in the ledger already when another run, or a run before a crash, took it
 * @param draft makes the entry from the looks before it, and may refuse; it is asked anew after each lost swap
 * @param write false where nothing may be written; a registry that turns out to be read-only is found out
 */
export async function countLook(
  registry: ModelRegistry,
  key: LookIntent["key"],
  draft: (looks: readonly Look[]) => Promise<LookIntent>,
  host: Host,
  write: boolean,
): Promise<CountedLook> {
  const looks: Look[] = [];
  const run = runName(host);
  const random = createRandom(`${key} ${run ?? ""} ${host.now().getTime()}`);
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    looks.push(...(await readLooks(registry, looks.length)));
    const at = looks.findIndex((look) => look.key === key);
    const counted = looks[at];
    if (counted !== undefined) return { look: counted, before: looks.slice(0, at), state: "again" };
    const look = await draft(looks);
    const entry = { ...look, at: host.now().toISOString(), actor: host.actor, ...(run === undefined ? {} : { run }) };
    const swap = write ? await append(registry, looks.length, entry) : "forbidden";
    if (swap === "forbidden") return { look, before: looks, state: "intended" };
    if (swap === "done") return { look: entry, before: looks, state: "counted" };
    await host.sleep(random.uniform() * Math.min(longestPause, 4 * attempt));
  }
  throw new TitleholderError(
    "backend",
    "TH_REGISTRY_BUSY",
    `the look could not be counted in ${mostAttempts} attempts: others write all the time`,
    "run again",
  );
}

async function append(registry: ModelRegistry, seq: number, entry: Look): Promise<"done" | "lost" | "forbidden"> {
  try {
    return (await registry.append(stream, seq, entry as Json)).ok ? "done" : "lost";
  } catch (error) {
    if (error instanceof TitleholderError && isForbidden(error.cause)) return "forbidden";
    throw error;
  }
}

function isForbidden(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && ["EACCES", "EPERM", "EROFS"].includes(String(cause.code));
}

function unknownEntry(registry: ModelRegistry, number: number, fault: string): Error {
  return configurationError(
    "TH_LEDGER_FORMAT",
    `entry ${number} of the holdout ledger in ${registry.address} is none that this Titleholder knows: ${fault}`,
    "upgrade Titleholder: pin a newer release of the action, or install a newer package for the command line",
    { input: "registry" },
  );
}
