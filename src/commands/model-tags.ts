import type { Host } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import type { ModelRegistry, ModelVersion } from "../registry/registry.ts";
import { foldTags, type Tags, tagEntry, tagStream } from "../registry/tags.ts";

/** The tags of a version. */
export async function readTags(registry: ModelRegistry, { name, version }: ModelVersion): Promise<Tags> {
  return foldTags(await entriesOf(registry, tagStream(name, version)));
}

/** Sets tags; those that have their value already are left alone, so that a rerun writes nothing. */
export async function writeTags(
  registry: ModelRegistry,
  { name, version }: ModelVersion,
  tags: Tags,
  host: Pick<Host, "now" | "actor">,
): Promise<void> {
  const stream = tagStream(name, version);
  for (const [key, value] of Object.entries(tags)) {
    let entries = await entriesOf(registry, stream);
    while (foldTags(entries)[key] !== value) {
      const entry = tagEntry(key, value, host.now().toISOString(), host.actor);
      if ((await registry.append(stream, entries.length, entry)).ok) break;
      entries = await entriesOf(registry, stream);
    }
  }
}

async function entriesOf(registry: ModelRegistry, stream: string): Promise<readonly Json[]> {
  const entries: Json[] = [];
  for await (const entry of registry.entries(stream)) entries.push(entry);
  return entries;
}
