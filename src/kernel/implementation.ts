import type { z } from "zod";
import type { Host } from "./host.ts";
import type { Json } from "./json.ts";

/** What a file in a plural folder (engines, methods, backends …) exports as `implementation`. */
export interface Implementation<T> {
  readonly name: string;
  /** One line, for enums, help and the documents' tables. */
  readonly summary: string;
  readonly settings: z.ZodObject;
  /** `settings` has passed the schema. */
  create(settings: Json, host: Host): T;
}

/** A map entry: the name is known at once (for enums and help), the code when asked for. */
export interface Lazy<T> {
  readonly summary: string;
  readonly load: () => Promise<Implementation<T>>;
}

export type Implementations<T> = Readonly<Record<string, Lazy<T>>>;
