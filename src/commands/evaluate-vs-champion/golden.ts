import { z } from "zod";
import type { Cell, ColumnBatch } from "../../dataset/dataset.ts";
import { classText } from "../../evaluation/classes.ts";
import { type Answers, otherClass } from "../../evaluation/evaluation.ts";
import { NumberSheet } from "../../evaluation/number-sheet.ts";
import { ScoreSheet } from "../../evaluation/score-sheet.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { digestSchema } from "../../kernel/digest-schema.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import { suggest } from "../../kernel/naming.ts";
import { locateData, openData } from "../data.ts";
import { answersTo } from "./batches.ts";
import type { Part, Scene, Topic } from "./part.ts";

/** What the examples' columns of expected answers are called. */
const expectedColumn = "expected";
const expectedScoreColumn = "expected_score";
const mostExamples = 10_000;
const shownFailures = 50;

export const goldenDetails = z.strictObject({
  data: digestSchema,
  examples: z.int(),
  failed: z.int(),
  tolerance: z.number(),
});

interface Examples {
  readonly rows: number;
  readonly batch: ColumnBatch;
  /** Columns of the key that the examples have. */
  readonly key: readonly string[];
}

interface Failure {
  readonly row: number;
  readonly name: string;
  readonly expected: string;
  readonly found: string;
}

/** Whether the challenger answers a file of examples as it says there: what must never change, whatever the metrics say. */
export const golden: Topic = async (scene, host): Promise<Part> => {
  const { golden: patterns, goldenTolerance: tolerance } = scene.contest.gates;
  if (patterns === undefined) return {};
  const [challenger] = scene.contestants;
  if (challenger === undefined || challenger.session.from === "file" || tolerance === undefined) {
    const message = "a file of predictions holds no answers to the golden examples";
    return { checks: [{ id: "golden", verdict: "unchecked", message, place: { input: "golden" } }] };
  }
  const { source, fingerprint } = await locateData([patterns], host, "golden");
  const names = challenger.session.features.map(({ name }) => name);
  const examples = await readExamples(source, names, scene, host);
  const sheet = sheetOf(scene, `the challenger ${challenger.shown}`, examples.rows);
  for await (const [predictions, count] of answersTo(challenger.session, examples.batch, examples.rows)) {
    sheet.add(predictions, count);
  }
  const failures = failuresOf(examples, sheet.finish(), scene, tolerance);
  return {
    checks: [goldenCheck(examples, failures)],
    tables: failures.length === 0 ? [] : [failureTable(failures)],
    details: {
      golden: { data: fingerprint.digest, examples: examples.rows, failed: failures.length, tolerance },
    },
    materials: fingerprint.files.map(({ path, digest }) => ({ name: path, kind: "data" as const, digest })),
  };
};

async function readExamples(
  source: Parameters<typeof openData>[0],
  features: readonly string[],
  { contest }: Scene,
  host: Host,
): Promise<Examples> {
  await using dataset = await openData(source, host, { input: "golden" });
  const names = dataset.columns.map(({ name }) => name);
  const expected = [expectedColumn, expectedScoreColumn].filter((name) => names.includes(name));
  const absent = features.find((name) => !names.includes(name));
  if (expected.length === 0 || absent !== undefined) throw lacking(absent ?? expectedColumn, names);
  const key = (contest.question.key ?? []).filter((name) => names.includes(name));
  const columns = [...new Set([...features, ...expected, ...key])];
  for await (const batch of dataset.batches(columns, mostExamples + 1)) {
    const [values] = batch.values();
    const rows = values?.length ?? 0;
    if (rows > mostExamples) {
      throw refuse(`there are more than ${mostExamples} golden examples`, "keep those that must not change");
    }
    if (rows > 0) return { rows, batch, key };
  }
  throw refuse("there is no golden example in the file", "write the rows whose answers must not change");
}

function lacking(column: string, names: readonly string[]) {
  const fix =
    column === expectedColumn
      ? `write the class or number that must come out as "${expectedColumn}", or the positive class's score as "${expectedScoreColumn}"`
      : suggest(column, names);
  return refuse(`the golden examples have no column "${column}"`, fix);
}

function refuse(message: string, fix: string) {
  return configurationError("TH_EVALUATION_GOLDEN", message, fix, { input: "golden" });
}

function sheetOf({ holdout, contest }: Scene, who: string, rows: number) {
  const { classes } = holdout;
  return classes === undefined
    ? new NumberSheet(who, contest.quantiles, rows)
    : new ScoreSheet(who, classes, new Uint16Array(rows), []);
}

function failuresOf(
  { rows, batch, key }: Examples,
  answers: Answers,
  { holdout }: Scene,
  tolerance: number,
): readonly Failure[] {
  const failures: Failure[] = [];
  const expected = batch.get(expectedColumn);
  const expectedScore = batch.get(expectedScoreColumn);
  const name = (row: number) =>
    key.length === 0
      ? `row ${row + 1}`
      : key.map((column) => `${column} ${textOf(batch.get(column)?.[row])}`).join(", ");
  const compare = (row: number, wanted: Cell | bigint | undefined, found: string | number, same: boolean) => {
    if (!same) failures.push({ row, name: name(row), expected: textOf(wanted), found: String(found) });
  };
  for (let row = 0; row < rows; row++) {
    const wanted = expected?.[row];
    if (isThere(wanted) && holdout.classes !== undefined) {
      const place = answers.predicted?.[row] ?? otherClass;
      const found = holdout.classes.classes[place] ?? "another class";
      compare(row, wanted, found, classText(wanted) === found);
    } else if (isThere(wanted)) compareNumber(row, wanted, answers.value?.[row]);
    const score = expectedScore?.[row];
    if (isThere(score)) compareNumber(row, score, answers.score?.[row]);
  }
  return failures;

  function compareNumber(row: number, wanted: Cell, found: number | undefined) {
    const near = found !== undefined && Math.abs(found - Number(wanted)) <= tolerance;
    compare(row, wanted, found ?? "no such answer", near);
  }
}

function isThere(cell: Cell | undefined): cell is Exclude<Cell, null> {
  return cell !== null && cell !== undefined && !Number.isNaN(cell);
}

function textOf(cell: Cell | undefined): string {
  return cell instanceof Date ? cell.toISOString() : String(cell ?? "");
}

function goldenCheck({ rows }: Examples, failures: readonly Failure[]): Check {
  const failed = new Set(failures.map(({ row }) => row)).size;
  const named = failures.slice(0, 5).map(({ name, expected, found }) => `${name} gives ${found}, not ${expected}`);
  const more = failures.length > named.length ? ` and ${failures.length - named.length} more` : "";
  return {
    id: "golden",
    verdict: failures.length === 0 ? "pass" : "fail",
    message:
      failures.length === 0
        ? `all ${rows} golden examples are answered as they must be`
        : `${failed} of ${rows} golden examples are answered differently: ${named.join("; ")}${more}`,
    observed: failed,
    expected: 0,
    n: rows,
    place: { input: "golden" },
  };
}

function failureTable(failures: readonly Failure[]): Table {
  const shown = failures.slice(0, shownFailures);
  return {
    title: "Golden examples that are answered differently",
    columns: ["example", "expected", "the challenger gives"],
    rows: shown.map(({ name, expected, found }): readonly Json[] => [name, expected, found]),
    ...(failures.length > shown.length ? { more: failures.length - shown.length } : {}),
  };
}
