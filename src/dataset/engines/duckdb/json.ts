import { join } from "node:path";
import type { ColumnKind, DataSource, StructuralFault } from "../../dataset.ts";
import { type CellForm, cellText, cellValue, describeForm, isPlain, nativeOf } from "./cell-forms.ts";
import { type HeldColumn, heldRow, heldRows, holdRows, type Misfit } from "./held-rows.ts";
import { inspectJson, type JsonFile, unreadableJson } from "./json-file.ts";
import type { JsonShape } from "./json-shape.ts";
import { kindOfShapes, nativeOfShapes, takesAll } from "./json-types.ts";
import { parsed } from "./kinds.ts";
import { identifier, text } from "./literals.ts";
import { ownColumns, type Partitions, planPartitions } from "./partitions.ts";
import { schemaFaults } from "./schemas.ts";
import type { Session } from "./session.ts";
import { nothingReadable, type OpenedSource, type UnreadableRow } from "./source.ts";
import type { Reading, StagedFile } from "./staging.ts";

/** The engine's least size of the buffer that an object must fit into. */
const usualObject = 2 ** 24;

/** Where the copy of the n-th file as JSON Lines would lie. */
export function linesPath(spill: string, at: number): string {
  return join(spill, `lines-${at}.jsonl`);
}

/**
 * Reads JSON files and holds their rows as Parquet. Each file is read whole for its structure first, and so are all
 * types: nothing is guessed from a sample. A column's cells have its declared kind, or else that of most of its values; all others are misfits: a
 * number is no text, and a text no number (but for "NaN", "Infinity" and "-Infinity", which stand for numbers that JSON cannot write).
 */
export async function openJson(
  session: Session,
  source: DataSource,
  staged: readonly StagedFile[],
  spill: string,
  host: Reading,
): Promise<OpenedSource> {
  const inspected: JsonFile[] = [];
  for (const [at, file] of staged.entries()) inspected.push(await inspectJson(file, linesPath(spill, at), host));
  const files = inspected.filter(({ shape }) => shape.fields.length > 0 && !shape.isWide);
  const schemas = files.map(({ path, shape }) => ({ path, names: shape.fields.map(({ name }) => name) }));
  const faults = [...inspected.flatMap((file) => file.faults), ...files.flatMap(nameFaults), ...schemaFaults(schemas)];
  if (files.length === 0) return nothingReadable(faults);
  const partitions = await planPartitions(session, source, schemas);
  const columns = [
    ...planColumns(source, files),
    ...partitions.columns.map((column) => ({ ...column, native: nativeOf(column), says: describeForm(column) })),
  ];
  const held = await load(session, files, columns, partitions, host);
  const placed = files.map((file, at) => ({ ...file, held: held[at] ?? "" }));
  return heldRows(session, placed, columns, [...faults, ...partitions.faults], () => unreadableOf(inspected, host));
}

async function* unreadableOf(files: readonly JsonFile[], host: Reading): AsyncGenerator<UnreadableRow> {
  for (const file of files) yield* unreadableJson(file, host);
}

/** Columns in the order in which the files have them. */
function planColumns({ declared = [] }: DataSource, files: readonly JsonFile[]): readonly (HeldColumn & CellForm)[] {
  const shapes = new Map<string, JsonShape[]>();
  for (const file of files)
    for (const { name, shape } of columnsOf(file)) shapes.set(name, [...(shapes.get(name) ?? []), shape]);
  const forms = new Map(declared.map((column) => [column.name, column]));
  return [...shapes].map(([name, found]) => {
    const form: CellForm = forms.get(name) ?? { kind: kindOfShapes(found) ?? "string" };
    const native = form.kind === "nested" ? nativeOfShapes(found) : nativeOf(form);
    return { ...form, name, native, says: describeForm(form) };
  });
}

/** The keys that can be columns: the engine tells names apart without regard to case, and wants a name for each. */
function columnsOf({ shape }: JsonFile): JsonShape["fields"] {
  const seen = new Set<string>();
  return shape.fields.filter(({ name }) => !isBlank(name) && seen.size < seen.add(name.toLowerCase()).size);
}

function isBlank(name: string): boolean {
  return name.trim() === "" || name.includes("\0");
}

function nameFaults(file: JsonFile): readonly StructuralFault[] {
  const columns = new Set(columnsOf(file).map(({ name }) => name));
  const others = file.shape.fields.map(({ name }) => name).filter((name) => !columns.has(name));
  const repeated = others.filter((name) => !isBlank(name)).map((name) => `"${name}"`);
  const fault = (code: StructuralFault["code"], message: string): StructuralFault[] => [
    { code, file: file.path, message, count: 0, first: [] },
  ];
  return [
    ...(others.length === repeated.length ? [] : fault("TH_DATA_HEADER_BLANK", "objects have a key without a name")),
    ...(repeated.length === 0
      ? []
      : fault("TH_DATA_HEADER_DUPLICATE", `two keys have the name ${repeated.join(", ")} (case is not told apart)`)),
  ];
}

async function load(
  session: Session,
  files: readonly JsonFile[],
  columns: readonly HeldColumn[],
  partitions: Partitions,
  host: Reading,
): Promise<readonly string[]> {
  const held: string[] = [];
  for (const [at, file] of files.entries()) {
    host.log.progress("reading the data", at, files.length);
    held.push(await holdRows(session, rowsOf(file, columns, partitions), file));
  }
  host.log.progress("reading the data", files.length, files.length);
  return held;
}

/** A column whose cells all fit is read by the engine; in others each cell is looked at. */
function rowsOf(file: JsonFile, columns: readonly HeldColumn[], partitions: Partitions): string {
  const shapes = new Map(columnsOf(file).map(({ name, shape }) => [name, shape]));
  const reading = columns.flatMap((column, at) => {
    const shape = shapes.get(column.name);
    return shape === undefined ? [] : [{ at, column, ...readingOf(column, shape) }];
  });
  const cells = columns.map(
    ({ name }, number) => reading.find(({ at }) => at === number)?.value ?? partitions.literal(file.path, name),
  );
  const misfits = reading.flatMap(({ at, misfit }) => (misfit === undefined ? [] : [{ at, ...misfit }]));
  const types = reading.map(({ column, type }) => `${text(column.name)}: ${text(type)}`);
  const options = [
    text(file.at),
    "format = 'newline_delimited'",
    "compression = 'uncompressed'",
    "records = true",
    "auto_detect = false",
    ownColumns,
    `maximum_object_size = ${Math.max(usualObject, 2 * file.longest)}`,
    `columns = {${types.join(", ")}}`,
  ];
  return `SELECT ${heldRow(columns, cells, misfits)} FROM read_json(${options.join(", ")})`;
}

interface CellReading {
  /** What the engine reads the cell as. */
  readonly type: string;
  /** SQL of its value, null where it does not fit. */
  readonly value: string;
  readonly misfit?: Omit<Misfit, "at">;
}

function readingOf(column: HeldColumn & CellForm, shape: JsonShape): CellReading {
  const { name, kind, native } = column;
  const cell = identifier(name);
  const isTime = kind === "date" || kind === "timestamp";
  if (isPlain(column) && takesAll(kind, shape))
    return isTime ? { type: "VARCHAR", value: parsed(kind, cell) } : { type: native, value: cell };
  const value = kind === "nested" ? nestedValue(cell, native) : cellValue(column, textWhere(cell, wanted[kind]));
  return {
    type: "JSON",
    value,
    misfit: { found: `left(CAST(${cell} AS VARCHAR), 200)`, is: `(${hasValue(column, cell)} AND ${value} IS NULL)` },
  };
}

function hasValue(form: CellForm, cell: string): string {
  return form.missing === undefined ? `${cell} IS NOT NULL` : `${cellText(form, plain(cell))} IS NOT NULL`;
}

/** A text without its quotes; any other value as it is written. */
const plain = (cell: string) => `json_extract_string(${cell}, '$')`;
const isNumber = (cell: string) => `json_type(${cell}) NOT IN ('VARCHAR', 'BOOLEAN', 'OBJECT', 'ARRAY', 'NULL')`;
const isText = (cell: string) => `json_type(${cell}) = 'VARCHAR'`;

/** SQL that tells whether a value is one of those that a kind is read from. */
const wanted: Readonly<Record<Exclude<ColumnKind, "nested">, (cell: string) => string>> = {
  boolean: (cell) => `json_type(${cell}) = 'BOOLEAN'`,
  integer: isNumber,
  number: (cell) => `(${isNumber(cell)} OR ${plain(cell)} IN ('NaN', 'Infinity', '-Infinity'))`,
  string: isText,
  date: isText,
  timestamp: isText,
};

function textWhere(cell: string, condition: (cell: string) => string): string {
  return `(CASE WHEN ${condition(cell)} THEN ${plain(cell)} END)`;
}

function nestedValue(cell: string, native: string): string {
  return `TRY_CAST(CASE WHEN json_type(${cell}) IN ('OBJECT', 'ARRAY') THEN ${cell} END AS ${native})`;
}
