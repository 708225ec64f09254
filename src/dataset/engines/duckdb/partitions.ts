import type { DataSource, DeclaredColumn, StructuralFault } from "../../dataset.ts";
import { cellText, cellValue, describeForm, nativeOf } from "./cell-forms.ts";
import { guessed, guessSql } from "./kinds.ts";
import { text } from "./literals.ts";
import type { Session } from "./session.ts";

/** Without it the engine reads folders by rules of its own, and lets them hide a file's own column. */
export const ownColumns = "hive_partitioning = false";

/** The columns that folders give, beside those of the files themselves. */
export interface Partitions {
  readonly columns: readonly DeclaredColumn[];
  readonly faults: readonly StructuralFault[];
  /** SQL of the value of a column in a file; `NULL` for other columns. */
  literal(path: string, name: string): string;
}

interface Read {
  readonly column: DeclaredColumn;
  /** By the text of the folder; null where it does not fit the column's declared kind. */
  readonly values: ReadonlyMap<string, string | null>;
}

/**
 * Types the columns that folders give: as declared, or else by the narrowest kind of all their values. A column that a file has itself is the
 * file's.
 */
export async function planPartitions(
  session: Session,
  { files: paths, partitions = [], declared = [] }: DataSource,
  files: readonly { readonly path: string; readonly names: readonly string[] }[],
): Promise<Partitions> {
  const byPath = new Map(paths.map((path, at) => [path, new Map(Object.entries(partitions[at] ?? {}))]));
  const own = new Set(files.flatMap(({ names }) => names));
  const names = new Set([...byPath.values()].flatMap((partition) => [...partition.keys()]));
  const read = new Map<string, Read>();
  for (const name of names) {
    if (own.has(name)) continue;
    const texts = new Set([...byPath.values()].map((partition) => partition.get(name) ?? ""));
    texts.delete("");
    const column = declared.find((each) => each.name === name) ?? {
      name,
      kind: await kindOfTexts(session, [...texts]),
    };
    read.set(name, { column, values: await readValues(session, column, [...texts]) });
  }
  const valueIn = (path: string, name: string) => {
    const found = byPath.get(path)?.get(name) ?? null;
    const value = found === null ? "" : read.get(name)?.values.get(found);
    return value === "" ? null : (value ?? null);
  };
  return {
    columns: [...read.values()].map(({ column }) => column),
    faults: files.flatMap((file) => [...names].flatMap((name) => faultsOf(file, name, byPath.get(file.path), read))),
    literal: (path, name) => {
      const value = valueIn(path, name);
      const column = read.get(name)?.column;
      return value === null || column === undefined ? "NULL" : `CAST(${text(value)} AS ${nativeOf(column)})`;
    },
  };
}

async function kindOfTexts(session: Session, texts: readonly string[]): Promise<DeclaredColumn["kind"]> {
  if (texts.length === 0) return "string";
  return guessed((await session.row(`SELECT ${guessSql("v")} FROM ${tableOf(texts)}`)).map(Number)) ?? "string";
}

/** The texts of the values as the engine writes them; null where one does not fit, and the empty text where it stands for no value. */
async function readValues(
  session: Session,
  column: DeclaredColumn,
  texts: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (texts.length === 0) return new Map();
  const value = `CAST(${cellValue(column, "v")} AS VARCHAR)`;
  const rows = await session.rows(
    `SELECT v, CASE WHEN ${cellText(column, "v")} IS NULL THEN '' ELSE ${value} END FROM ${tableOf(texts)}`,
  );
  return new Map(rows.map(([from, to]) => [String(from), to === null ? null : String(to)]));
}

function tableOf(texts: readonly string[]): string {
  return `(SELECT unnest([${texts.map(text).join(", ")}]) AS v)`;
}

function faultsOf(
  { path, names }: { readonly path: string; readonly names: readonly string[] },
  name: string,
  partition: ReadonlyMap<string, string | null> | undefined,
  read: ReadonlyMap<string, Read>,
): readonly StructuralFault[] {
  const fault = (message: string): StructuralFault[] => [
    { code: "TH_DATA_PARTITION", file: path, column: name, message, count: 0, first: [] },
  ];
  const value = partition?.get(name);
  const found = read.get(name);
  if (names.includes(name) && value !== undefined)
    return fault(
      `the file has a column of that name, and the folder ${name}=${value ?? ""} says it too; the file's is used`,
    );
  if (found === undefined) return [];
  if (value === undefined) return fault("other files lie in folders that give the column, and this one does not");
  if (value === null || found.values.get(value) !== null) return [];
  return fault(`the folder's value "${value}" is not of type ${describeForm(found.column)}`);
}
