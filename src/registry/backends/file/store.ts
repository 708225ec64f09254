import { join } from "node:path";
import { TitleholderError } from "../../../kernel/error.ts";
import type { Files } from "../../../kernel/files.ts";

/** The registry's folder: files by their path relative to it, with `/`. */
export class Store {
  readonly #files: Files;
  readonly #root: string;
  readonly #location: string;

  /** `root` is absolute; `location` is the same folder as the user wrote it, for messages. */
  constructor(files: Files, root: string, location: string) {
    this.#files = files;
    this.#root = root;
    this.#location = location;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#files.read(join(this.#root, path));
  }

  stream(path: string): AsyncIterable<Uint8Array> {
    return this.#files.stream(join(this.#root, path));
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#files.list(join(this.#root, folder));
  }

  async has(path: string): Promise<boolean> {
    return (await this.#files.facts(join(this.#root, path)))?.kind === "file";
  }

  /** False when the file is there already. */
  create(path: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<boolean> {
    return this.#files.createExclusive(join(this.#root, path), bytes);
  }

  /** What stands where the folder should be. */
  async rootKind(): Promise<"file" | "directory" | "other" | undefined> {
    return (await this.#files.facts(this.#root))?.kind;
  }

  shown(path: string): string {
    return `${this.#location}/${path}`;
  }
}

/** Something in the registry is not what was written. Only a copy can mend it. */
export function corrupt(message: string, file: string, cause?: unknown): TitleholderError {
  return new TitleholderError(
    "backend",
    "TH_REGISTRY_CORRUPT",
    message,
    "restore the registry's folder from a copy; nothing in it may be edited or removed by hand",
    { file },
    cause,
  );
}
