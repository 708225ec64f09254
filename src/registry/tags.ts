import type { Instant } from "../kernel/host.ts";
import { isJsonObject, type Json } from "../kernel/json.ts";

/** Tags of one version; a key that was never set is absent. */
export type Tags = Readonly<Record<string, string>>;

/** Whether the gates have spoken for a version, under the name that MLflow users know. */
export const validationTag = "model_validation_status";
export type ValidationStatus = "PENDING" | "PASSED" | "FAILED";

/** The stream in which a version's tags are kept: one entry a change, the last one of a key counts. */
export function tagStream(name: string, version: number): string {
  return `tags/${name}/${version}`;
}

/** One entry of the stream. */
export function tagEntry(key: string, value: string, at: Instant, actor: string): Json {
  return { key, value, at, actor };
}

/** The tags after all entries; entries of another shape are passed over. */
export function foldTags(entries: Iterable<Json>): Tags {
  const tags = new Map<string, string>();
  for (const entry of entries) {
    if (isJsonObject(entry) && typeof entry.key === "string" && typeof entry.value === "string") {
      tags.set(entry.key, entry.value);
    }
  }
  return Object.fromEntries(tags);
}
