import type { Digest } from "../../kernel/digest.ts";
import type { Host } from "../../kernel/host.ts";
import type { AliasMove, ModelRegistry, ModelVersion } from "../../registry/registry.ts";
import { runName } from "../run-name.ts";

export const championAlias = "champion";
/** Where a rollback goes back to. */
export const previousAlias = "previous-champion";

export type Moved =
  | { readonly ok: true; readonly move: AliasMove }
  | { readonly ok: false; readonly at: number | null };

/**
 * Points an alias at a version by compare-and-set. One that stands there already is left alone. With `expected` it moves only from that
 * place (null: nowhere yet), else from wherever it stands.
 */
export async function moveAlias(
  registry: ModelRegistry,
  alias: string,
  version: Pick<ModelVersion, "name" | "version">,
  reason: string,
  host: Pick<Host, "now" | "actor" | "ci">,
  expected?: number | null,
): Promise<Moved> {
  const run = runName(host);
  while (true) {
    const current = await registry.alias(version.name, alias);
    if (current !== undefined && current.to === version.version) return { ok: true, move: current };
    const from = current?.to ?? null;
    if (expected !== undefined && from !== expected) return { ok: false, at: from };
    const swap = await registry.moveAlias(version.name, {
      alias,
      from,
      to: version.version,
      at: host.now().toISOString(),
      actor: host.actor,
      reason,
      ...(run === undefined ? {} : { run }),
    });
    if (swap.ok) return { ok: true, move: swap.value };
  }
}

/**
 * Makes a version the champion and keeps the one before it as `previous-champion`. Stopped between the two moves, a rerun makes the second.
 */
export async function promote(
  registry: ModelRegistry,
  version: Pick<ModelVersion, "name" | "version">,
  reason: string,
  host: Pick<Host, "now" | "actor" | "ci">,
  expected: number | null,
): Promise<Moved> {
  const moved = await moveAlias(registry, championAlias, version, reason, host, expected);
  if (!moved.ok || moved.move.from === null) return moved;
  const before = { name: version.name, version: moved.move.from };
  await moveAlias(registry, previousAlias, before, `champion before version ${version.version}`, host);
  return moved;
}

/**
 * The champion that a model is measured by: the one that stands now. A model that stands there itself keeps being measured by the one
 * whose place it took first, so that a rerun after the promotion decides the same. Null for none.
 */
export async function rivalOf(
  registry: ModelRegistry,
  model: Digest,
  champion: ModelVersion | undefined,
): Promise<Digest | null> {
  if (champion?.digest !== model) return champion?.digest ?? null;
  return (await firstPlaceTaken(registry, champion)) ?? null;
}

/** The same for a version that is looked back at: whose place it took first or, when it never was champion, the one that stands now. */
export async function pastRivalOf(registry: ModelRegistry, version: ModelVersion): Promise<Digest | null> {
  const taken = await firstPlaceTaken(registry, version);
  return taken === undefined ? ((await registry.version(version.name, `@${championAlias}`))?.digest ?? null) : taken;
}

/** Whose place a version took when it first became champion: null for nobody's, undefined when it never did. */
export async function firstPlaceTaken(
  registry: ModelRegistry,
  { name, version }: ModelVersion,
): Promise<Digest | null | undefined> {
  for await (const { from, to } of registry.history(name, championAlias)) {
    if (to === version) return from === null ? null : (await registry.version(name, from))?.digest;
  }
  return undefined;
}
