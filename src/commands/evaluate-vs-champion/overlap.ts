import { resolve } from "node:path";
import { digestOfStream } from "../../kernel/digest.ts";
import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { watched } from "../../kernel/watched.ts";
import { coverageTest } from "../../stats/coverage.ts";
import { locateData, openDataGroup } from "../data.ts";
import { chanceAlpha, mostShared } from "../validate-data/splits/shared-rows.ts";
import type { Scene } from "./part.ts";
import type { Provenance } from "./provenance.ts";

/** How much of the rows at hand a model was trained on. */
export type TrainingOverlap =
  | { readonly kind: "unknown"; readonly why: string }
  /** Whole files of the holdout are among the training's. */
  | { readonly kind: "files"; readonly paths: readonly string[] }
  | {
      readonly kind: "rows";
      readonly shared: number;
      readonly rows: number;
      /** The share that rows drawn from one population have in common, 0..1. */
      readonly expected: number;
      /** p against "no more than chance". */
      readonly p: number;
      /** `none`: no more than chance. `serious`: at least 1% of the rows beyond it. */
      readonly beyondChance: "none" | "some" | "serious";
    };

/**
 * The holdout's rows that stand in a model's training data too, equal in every feature that both have: by the files' digests, and by the
 * rows where the training's files are still what they were.
 */
export async function overlapWithTraining(of: Provenance, scene: Scene, host: Host): Promise<TrainingOverlap> {
  const { training } = of;
  if (training === undefined) return { kind: "unknown", why: "no report of its training is at hand" };
  if (training.files.length === 0) return { kind: "unknown", why: "its training names no data" };
  const trained = new Set(training.files.map(({ digest }) => digest));
  const same = scene.contest.rows.fingerprint.files.filter(({ digest }) => trained.has(digest));
  if (same.length > 0) return { kind: "files", paths: same.map(({ path }) => path) };
  for (const { path, digest } of training.files) {
    const state = await stateOf(path, digest, host);
    if (state !== "equal") {
      return {
        kind: "unknown",
        why: `${path}, which it was trained on, is ${state === "absent" ? "not here" : "another file now"}`,
      };
    }
  }
  try {
    return await compareRows(
      training.files.map(({ path }) => path),
      scene,
      host,
    );
  } catch (error) {
    if (!(error instanceof TitleholderError) || error.kind !== "configuration") throw error;
    return { kind: "unknown", why: `its training data cannot be read beside these rows (${error.message})` };
  }
}

async function stateOf(path: string, digest: string, host: Host): Promise<"equal" | "changed" | "absent"> {
  const full = resolve(host.cwd, path);
  if ((await host.files.facts(full))?.kind !== "file") return "absent";
  const found = await digestOfStream(watched(host.files.stream(full, { fleeting: true }), host.signal, () => {}));
  return found.digest === digest ? "equal" : "changed";
}

async function compareRows(files: readonly string[], scene: Scene, host: Host): Promise<TrainingOverlap> {
  const { source } = await locateData(files, host, "evidence");
  await using group = await openDataGroup({ holdout: scene.contest.rows.source, training: source }, host);
  const { holdout, training } = group.datasets;
  const there = new Set(training.columns.filter(({ kind }) => kind !== "nested").map(({ name }) => name));
  const known = holdout.columns.filter(({ name, kind }) => kind !== "nested" && there.has(name));
  const columns = comparedColumns(
    scene,
    known.map(({ name }) => name),
  );
  if (columns.length === 0) return { kind: "unknown", why: "its training data has none of the features" };
  const overlap = await group.overlap({ columns, by: "exact" });
  const { rows } = overlap.sets.holdout;
  const reference = overlap.sets.training;
  const shared = overlap.shared.holdout.training.rows;
  if (rows === 0 || reference.rows === 0) return { kind: "unknown", why: "its training data has no rows" };
  const { share, expected, p } = coverageTest(shared, rows, reference.single, reference.rows);
  const beyondChance = p > chanceAlpha ? "none" : share - expected >= mostShared ? "serious" : "some";
  return { kind: "rows", shared, rows, expected, p, beyondChance };
}

/** What the models read; where none tells what it reads, every column that is no label and does not number or group the rows. */
function comparedColumns({ contest, contestants }: Scene, known: readonly string[]): readonly string[] {
  const models = contestants.filter(({ session }) => session.from === "model");
  const features = new Set(models.flatMap(({ session }) => session.features.map(({ name }) => name)));
  const { label, key = [], weight, group, time } = contest.question;
  const others = new Set<string | undefined>([label, ...key, weight, group, time]);
  return known.filter((name) => (models.length > 0 ? features.has(name) : !others.has(name)));
}
