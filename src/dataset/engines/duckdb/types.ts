import type { Column, Storage } from "../../dataset.ts";
import { kindOf } from "./kinds.ts";

/** A column as a type of the engine describes it, with the parts of structures, lists and maps at every depth. */
export function columnOfType(name: string, native: string): Column {
  const column = { name, native, nullable: true } as const;
  const list = /^(.*)\[\d*\]$/s.exec(native);
  if (list !== null) return { ...column, kind: "nested", items: columnOfType("", list[1] ?? "") };
  const fields = fieldsOf(native);
  if (fields !== undefined) return { ...column, kind: "nested", fields };
  const [key, value] = partsOf(native, "MAP") ?? [];
  if (key === "VARCHAR" && value !== undefined) return { ...column, kind: "nested", values: columnOfType("", value) };
  return { ...column, kind: kindOf(native) };
}

/** The fields of a structure; undefined for another type, and for fields without names. */
function fieldsOf(native: string): readonly Column[] | undefined {
  const fields = partsOf(native, "STRUCT")?.map((part) => /^("(?:[^"]|"")*"|[^" ]+) (.*)$/s.exec(part));
  if (fields === undefined || fields.includes(null)) return undefined;
  return fields.map((field) => {
    const [, name = "", type = ""] = field ?? [];
    return columnOfType(name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name, type);
  });
}

/** What stands between commas inside `WORD(…)`; quotes and inner parentheses hold commas of their own. */
function partsOf(native: string, word: string): readonly string[] | undefined {
  if (!native.startsWith(`${word}(`) || !native.endsWith(")")) return undefined;
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  for (const [token] of native.slice(word.length + 1, -1).matchAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|./gs)) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (token === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += token;
  }
  return [...parts, part.trim()];
}

const integers = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"];
const plain: Readonly<Record<string, Storage>> = {
  FLOAT: { type: "float", bits: 32 },
  DOUBLE: { type: "float", bits: 64 },
  VARCHAR: { type: "text" },
  BLOB: { type: "binary" },
  BOOLEAN: { type: "boolean" },
  DATE: { type: "date" },
  UUID: { type: "uuid" },
};

/** The column, and each of its parts, with how a typed file keeps its values. */
export function stored(column: Column): Column {
  const storage = storageOf(column.native);
  return {
    ...column,
    ...(storage === undefined ? {} : { storage }),
    ...(column.fields === undefined ? {} : { fields: column.fields.map(stored) }),
    ...(column.items === undefined ? {} : { items: stored(column.items) }),
    ...(column.values === undefined ? {} : { values: stored(column.values) }),
  };
}

function storageOf(native: string): Storage | undefined {
  const size = integers.indexOf(native.replace(/^U/, ""));
  if (size >= 0) return { type: "integer", bits: 8 * 2 ** size, signed: !native.startsWith("U") };
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(native);
  if (decimal !== null) return { type: "decimal", digits: Number(decimal[1]), scale: Number(decimal[2]) };
  const time = /^(TIMESTAMP|TIME)(?:_S|_MS|_NS)?( WITH TIME ZONE)?$/.exec(native);
  if (time !== null) return { type: time[1] === "TIME" ? "time" : "timestamp", zoned: time[2] !== undefined };
  return plain[native];
}
