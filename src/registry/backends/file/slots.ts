import type { z } from "zod";
import { canonicalJson, type Json } from "../../../kernel/json.ts";
import { slotNumber } from "./layout.ts";
import { parseRecord } from "./records.ts";
import { corrupt, type Store } from "./store.ts";

const slotName = /^(\d{8,})\.json$/;

/** Numbered files in one folder, from 1. Whoever creates the next one has the slot; it is never changed after that. */
export class Slots<T> {
  readonly #store: Store;
  readonly #folder: string;
  readonly #schema: z.ZodType<T>;

  constructor(store: Store, folder: string, schema: z.ZodType<T>) {
    this.#store = store;
    this.#folder = folder;
    this.#schema = schema;
  }

  /** Ascending. */
  async numbers(): Promise<readonly number[]> {
    const names = await this.#store.list(this.#folder);
    return names.flatMap((name) => {
      const digits = slotName.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    });
  }

  /**
   * How many slots are taken, when none may be missing in between.
   * @throws TH_REGISTRY_CORRUPT (backend) when one is.
   */
  async length(): Promise<number> {
    const numbers = await this.numbers();
    const gap = numbers.findIndex((number, index) => number !== index + 1);
    if (gap === -1) return numbers.length;
    throw corrupt(`${this.#shown(gap + 1)} is missing`, this.#shown(gap + 1));
  }

  async read(number: number): Promise<T | undefined> {
    const bytes = await this.#store.read(this.#path(number));
    return bytes === undefined ? undefined : parseRecord(bytes, this.#schema, this.#shown(number));
  }

  /** A slot that a listing has shown. @throws TH_REGISTRY_CORRUPT (backend) when it is gone. */
  async readTaken(number: number): Promise<T> {
    const record = await this.read(number);
    if (record === undefined) throw corrupt(`${this.#shown(number)} is missing`, this.#shown(number));
    return record;
  }

  /** False when another writer was first. */
  claim(number: number, record: Json): Promise<boolean> {
    return this.#store.create(this.#path(number), new TextEncoder().encode(`${canonicalJson(record)}\n`));
  }

  #path(number: number): string {
    return `${this.#folder}/${slotNumber(number)}.json`;
  }

  #shown(number: number): string {
    return this.#store.shown(this.#path(number));
  }
}
