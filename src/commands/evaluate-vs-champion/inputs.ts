import type { Check, Table } from "../../kernel/command.ts";
import { unseenCategories } from "./categories.ts";
import type { Contestant } from "./columns.ts";
import { namedColumns } from "./findings.ts";
import type { Part, Scene } from "./part.ts";
import { FileSession } from "./predictions/file.ts";

/** What went into the models that nothing else speaks of: numbers that are none, columns that no model reads, predictions that no row has. */
export async function inputsTopic(scene: Scene): Promise<Part> {
  const models = scene.contestants.filter(({ session }) => session.from === "model");
  const finite = models.length === 0 ? {} : await notFinite(scene, models);
  const unseen = await unseenCategories(scene, models);
  return {
    checks: [
      ...scene.contestants.flatMap(joinedChecks),
      ...(finite.checks ?? []),
      ...(unseen.checks ?? []),
      ...(models.length === 0 ? [] : [extraColumnsCheck(scene)]),
    ],
    tables: [...(finite.tables ?? []), ...(unseen.tables ?? [])],
  };
}

function joinedChecks({ name, shown, session }: Contestant): readonly Check[] {
  if (!(session instanceof FileSession)) return [];
  const { unmatched, first } = session.joined;
  const id = `predictions-${name}`;
  if (unmatched === 0) {
    return [{ id, verdict: "pass", message: `${shown} has one prediction for each row, and no others`, observed: 0 }];
  }
  const message = `${shown} has ${unmatched} predictions for keys that the data does not have, the first ${first.join(", ")}; they were not used`;
  return [{ id, verdict: "warn", message, observed: unmatched, expected: 0 }];
}

/** NaN and infinity stand in columns of floats beside missing values, and a model scores them without a word. */
async function notFinite({ dataset, holdout }: Scene, models: readonly Contestant[]): Promise<Part> {
  const read = new Set(models.flatMap(({ session }) => session.features.map(({ name }) => name)));
  const columns = dataset.columns.filter(({ name, kind }) => kind === "number" && read.has(name));
  if (columns.length === 0) return {};
  const counts = await dataset.aggregate(
    Object.fromEntries(
      columns.map(({ name }, at) => [`${at}`, { fn: "count", where: { op: "not-finite", column: name } }] as const),
    ),
  );
  const found = columns
    .map(({ name }, at) => [name, Number(counts[`${at}`] ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const names = found.map(([name]) => name);
  const message =
    found.length === 0
      ? `no NaN and no infinity in ${columns.length} columns of fractions`
      : `${found.length} of ${columns.length} columns of fractions hold NaN or infinity (${namedColumns(names)}), which the models got as they are`;
  const check: Check = {
    id: "not-finite-values",
    verdict: found.length === 0 ? "pass" : "warn",
    message,
    observed: found.reduce((sum, [, count]) => sum + count, 0),
    n: holdout.rows,
  };
  const table: Table = { title: "NaN and infinity that the models scored", columns: ["column", "rows"], rows: found };
  return { checks: [check], tables: found.length === 0 ? [] : [table] };
}

/** A column that no model reads may be one that was renamed since the training. */
function extraColumnsCheck({ dataset, holdout, contest }: Scene): Check {
  const { labels, key = [], weight, group, time, query } = contest.question;
  const known = new Set<string | undefined>([...holdout.features, ...labels, ...key, weight, group, time, query]);
  const extra = dataset.columns.map(({ name }) => name).filter((name) => !known.has(name));
  const message =
    extra.length === 0
      ? "every column of the data is read"
      : `${extra.length} columns of the data are read by no model: ${namedColumns(extra)}`;
  return { id: "extra-columns", verdict: "pass", message, observed: extra.length };
}
