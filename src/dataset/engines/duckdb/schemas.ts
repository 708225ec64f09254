import type { ColumnKind, StructuralFault } from "../../dataset.ts";
import { kindOf } from "./kinds.ts";

/** The columns of one file. */
export interface FileSchema {
  readonly path: string;
  readonly names: readonly string[];
}

/** The type of all that is nested. */
export const nestedType = "STRUCT";

/** The same with the engine's types, where the files bring them. */
export interface TypedSchema extends FileSchema {
  readonly types: ReadonlyMap<string, string>;
  /** What nested columns are made of. */
  readonly parts: ReadonlyMap<string, string>;
}

/**
 * Faults of files whose columns are not those of the first. Columns that come later are worth a warning, and their order means nothing; those
 * that are gone are an error.
 */
export function schemaFaults(files: readonly FileSchema[]): readonly StructuralFault[] {
  const [first, ...others] = files;
  if (first === undefined) return [];
  const known = new Set(first.names);
  return grouped(
    others.flatMap((file) => {
      const names = new Set(file.names);
      const lacking = first.names.filter((name) => !names.has(name));
      const more = file.names.filter((name) => !known.has(name));
      if (lacking.length + more.length === 0) return [];
      const parts = [
        ...(lacking.length === 0 ? [] : [`lacks ${listed(lacking)}`]),
        ...(more.length === 0 ? [] : [`adds ${listed(more)}`]),
      ];
      const message = `the file's columns differ from those of the first file: it ${parts.join(" and ")}`;
      return [faultOf(file.path, message, lacking.length === 0 ? { severity: "warning" } : {})];
    }),
  );
}

/**
 * Faults of files in which a column has another type than in the first. Numbers and times that are merely wider or narrower are read as the
 * widest, and that is noted.
 */
export function typeFaults(files: readonly TypedSchema[]): readonly StructuralFault[] {
  const [first, ...others] = files;
  if (first === undefined) return [];
  return grouped(
    others.flatMap((file) =>
      [...file.types].flatMap(([column, type]) => {
        const before = first.types.get(column);
        if (before === undefined) return [];
        if (before === type) return partFaults(file, first, column);
        const message = `the column is ${type} here and ${before} in the first file`;
        if ((before === nestedType) !== (type === nestedType))
          return [faultOf(file.path, `${message}; the file is not read`, { column })];
        if (family(before) !== family(type)) return [faultOf(file.path, message, { column })];
        return [faultOf(file.path, `${message}; both are read as the wider`, { column, severity: "note" })];
      }),
    ),
  );
}

/** A column that is nested in one file and plain in the other: no type holds both. */
export function unitable(file: TypedSchema, first: TypedSchema): readonly string[] {
  return [...file.types].flatMap(([column, type]) => {
    const before = first.types.get(column);
    return before === undefined || (before === nestedType) === (type === nestedType) ? [] : [column];
  });
}

function partFaults(file: TypedSchema, first: TypedSchema, column: string): readonly StructuralFault[] {
  if (file.parts.get(column) === first.parts.get(column)) return [];
  const message = "the parts of the column differ from those in the first file, and are united";
  return [faultOf(file.path, message, { column, severity: "warning" })];
}

function family(type: string): ColumnKind {
  const kind = kindOf(type);
  if (kind === "integer") return "number";
  return kind === "timestamp" ? "date" : kind;
}

function faultOf(file: string, message: string, more: Pick<StructuralFault, "column" | "severity">): StructuralFault {
  return { code: "TH_DATA_SCHEMA", file, message, count: 0, first: [], ...more };
}

/** Files of the same fault are named once: a thousand partitions change together. */
function grouped(faults: readonly StructuralFault[]): readonly StructuralFault[] {
  const groups = Map.groupBy(faults, ({ column, message }) => JSON.stringify([column, message]));
  return [...groups.values()].flatMap(([fault, ...others]) => {
    if (fault === undefined || others.length === 0) return fault === undefined ? [] : [fault];
    const more = `; so in ${others.length} further ${others.length === 1 ? "file" : "files"}`;
    return [{ ...fault, message: `${fault.message}${more}` }];
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${name}"`);
  return names.length > 10 ? `${shown.join(", ")} and ${names.length - 10} more` : shown.join(", ");
}
