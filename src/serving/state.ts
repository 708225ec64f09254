import { join } from "node:path";
import { z } from "zod";
import { digestSchema } from "../kernel/digest-schema.ts";
import { configurationError } from "../kernel/error.ts";
import type { Files } from "../kernel/files.ts";

const stateSchema = "titleholder/serving/v1";

const modelSchema = z.strictObject({
  name: z.string(),
  /** The model version's number. */
  version: z.string(),
  digest: digestSchema,
});

const serverSchema = z.strictObject({
  id: z.string(),
  pid: z.int(),
  port: z.int(),
  token: z.string(),
  model: modelSchema,
});

const servingSchema = z.strictObject({
  schema: z.literal(stateSchema),
  router: z.strictObject({ pid: z.int(), port: z.int(), adminPort: z.int(), token: z.string() }).nullable(),
  servers: z.array(serverSchema).readonly(),
  /** Id of the server that has the traffic; null before the first model. */
  stable: z.string().nullable(),
  /** The rollout under way and its canary's id. */
  rollout: z.strictObject({ id: z.string(), canary: z.string() }).nullable(),
  /** The rollout that was finished last. */
  finished: z.string().nullable(),
});

/** What runs on this machine for one model, and how to reach it: a later run, another process, finds it again by this. */
export type Serving = z.output<typeof servingSchema>;
export type ServerProcess = z.output<typeof serverSchema>;

export const nothingServed: Serving = {
  schema: stateSchema,
  router: null,
  servers: [],
  stable: null,
  rollout: null,
  finished: null,
};

/**
 * The state file of a folder. It holds tokens, so that only this account may read it, and it lies in a folder of its own that only this
 * account may enter: somebody else could put a file of theirs in its place.
 */
export class ServingStore {
  readonly #files: Files;
  readonly #folder: string;

  /** @param folder absolute */
  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = join(folder, "private");
  }

  /** Absolute path of the state file. */
  get path(): string {
    return join(this.#folder, "serving.json");
  }

  /**
   * @throws TitleholderError TH_SERVING_STATE (configuration) when the file is not ours or of a newer format, TH_SERVING_FOLDER
   *   (configuration) when another account may enter its folder.
   */
  async read(): Promise<Serving> {
    await this.#refuseOpenFolder();
    const bytes = await this.#files.read(this.path);
    if (bytes === undefined) return nothingServed;
    const parsed = servingSchema.safeParse(jsonOf(bytes));
    if (parsed.success) return parsed.data;
    throw configurationError(
      "TH_SERVING_STATE",
      "the state of the embedded servers (serving.json) cannot be read: it is damaged, or a newer Titleholder wrote it",
      "upgrade Titleholder, or end the servers, delete the file and start again",
      { input: "state-dir" },
    );
  }

  /** @throws TitleholderError TH_SERVING_FOLDER (configuration) when another account may enter the folder. */
  async write(serving: Serving): Promise<void> {
    await this.#files.makeDirectory(this.#folder);
    await this.#refuseOpenFolder();
    const bytes = new TextEncoder().encode(`${JSON.stringify(serving, undefined, 2)}\n`);
    await this.#files.replace(this.path, bytes, { private: true });
  }

  async #refuseOpenFolder(): Promise<void> {
    const facts = await this.#files.facts(this.#folder);
    if (facts?.kind !== "directory" || facts.private) return;
    throw configurationError(
      "TH_SERVING_FOLDER",
      "the folder `private` of the embedded servers' state belongs to another account, or is open to one: it holds the tokens that control them",
      "name another `state-dir`, on a disk with permissions; or, when nobody else has written there, make the folder yours alone (chmod 700)",
      { input: "state-dir" },
    );
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
