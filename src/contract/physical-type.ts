import type { Column, ColumnKind } from "../dataset/dataset.ts";

/** A type of a database, warehouse or file format. What is left open is not stated. */
export type PhysicalType =
  | { readonly type: "integer"; readonly bits: number; readonly signed: boolean }
  | { readonly type: "float"; readonly bits?: 32 | 64 }
  | { readonly type: "decimal"; readonly digits?: number; readonly scale?: number }
  | { readonly type: "text"; readonly length?: number }
  | { readonly type: "time" | "timestamp"; readonly zoned?: boolean }
  /** `bytes`: of Parquet, in which texts, decimals and others are kept. */
  | { readonly type: "binary" | "bytes" | "boolean" | "date" | "uuid" }
  | { readonly type: "list" | "map"; readonly items?: PhysicalType }
  | { readonly type: "structure"; readonly fields: readonly (readonly [string, PhysicalType])[] };

const integer = (bits: number, signed = true): PhysicalType => ({ type: "integer", bits, signed });
const byWords = (words: string, type: PhysicalType): readonly (readonly [string, PhysicalType])[] =>
  words.split(",").map((word) => [word.trim(), type]);

/**
 * Words that mean one thing wherever they are used, of PostgreSQL, MySQL, SQL Server, Oracle, Snowflake, BigQuery, Redshift, Spark, DuckDB,
 * Arrow and Parquet. INT8 (8 bits or 8 bytes) and BIT (a flag or a text of bits) do not.
 */
const words: ReadonlyMap<string, PhysicalType> = new Map([
  ...byWords("TINYINT, BYTE", integer(8)),
  ...byWords("SMALLINT, INT2, INT16, SHORT, SMALLSERIAL", integer(16)),
  ...byWords("MEDIUMINT", integer(24)),
  ...byWords("INT, INTEGER, INT4, INT32, SERIAL, SIGNED", integer(32)),
  ...byWords("BIGINT, INT64, LONG, BIGSERIAL", integer(64)),
  ...byWords("HUGEINT, INT128", integer(128)),
  ...byWords("UTINYINT, UINT8", integer(8, false)),
  ...byWords("USMALLINT, UINT16", integer(16, false)),
  ...byWords("UINTEGER, UINT32", integer(32, false)),
  ...byWords("UBIGINT, UINT64", integer(64, false)),
  ...byWords("UHUGEINT, UINT128", integer(128, false)),
  ...byWords("REAL, FLOAT4, FLOAT32, BINARY_FLOAT", { type: "float", bits: 32 }),
  ...byWords("DOUBLE, DOUBLE PRECISION, FLOAT8, FLOAT64, BINARY_DOUBLE", { type: "float", bits: 64 }),
  ...byWords("FLOAT", { type: "float" }),
  ...byWords("DECIMAL, NUMERIC, NUMBER, DEC, BIGNUMERIC, BIGDECIMAL, DECIMAL128, DECIMAL256", { type: "decimal" }),
  ...byWords("VARCHAR, CHAR, CHARACTER, CHARACTER VARYING, CHAR VARYING, NVARCHAR, NCHAR, VARCHAR2", { type: "text" }),
  ...byWords("NVARCHAR2, BPCHAR, TEXT, STRING, CLOB, NCLOB, NTEXT, TINYTEXT, MEDIUMTEXT, LONGTEXT", { type: "text" }),
  ...byWords("CITEXT, UTF8, LARGE_STRING, LARGE_UTF8", { type: "text" }),
  ...byWords("BINARY, VARBINARY, BYTEA, BYTES, BLOB, TINYBLOB, MEDIUMBLOB, LONGBLOB, RAW, IMAGE", { type: "binary" }),
  ...byWords("BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY", { type: "bytes" }),
  ...byWords("BOOLEAN, BOOL", { type: "boolean" }),
  ...byWords("DATE, DATE32", { type: "date" }),
  ...byWords("UUID, UNIQUEIDENTIFIER", { type: "uuid" }),
  ...byWords("TIME", { type: "time" }),
  ...byWords("TIME WITHOUT TIME ZONE", { type: "time", zoned: false }),
  ...byWords("TIMETZ, TIME WITH TIME ZONE", { type: "time", zoned: true }),
  ...byWords("TIMESTAMP, INT96, TIMESTAMP_S, TIMESTAMP_MS, TIMESTAMP_NS", { type: "timestamp" }),
  ...byWords("DATETIME, DATETIME2, SMALLDATETIME, TIMESTAMP_NTZ", { type: "timestamp", zoned: false }),
  ...byWords("TIMESTAMPNTZ, TIMESTAMP WITHOUT TIME ZONE", { type: "timestamp", zoned: false }),
  ...byWords("TIMESTAMPTZ, TIMESTAMP WITH TIME ZONE, TIMESTAMP_TZ, TIMESTAMP_LTZ", { type: "timestamp", zoned: true }),
  ...byWords("TIMESTAMP WITH LOCAL TIME ZONE, DATETIMEOFFSET", { type: "timestamp", zoned: true }),
  ...byWords("ARRAY, LIST, REPEATED", { type: "list" }),
  ...byWords("MAP", { type: "map" }),
]);

/** @returns undefined for a type that is not known, and for one with a part that is not known. */
export function parsePhysicalType(written: string): PhysicalType | undefined {
  const text = written.trim().replace(/\s+/g, " ");
  const list = /^(.+?) ?\[\d*\]$/.exec(text);
  if (list !== null) return withItems("list", list[1] ?? "");
  // The words after the parentheses belong to the name: TIMESTAMP(3) WITH TIME ZONE, INT(11) UNSIGNED.
  const [, head = "", open, inside = "", tail = ""] =
    /^([A-Za-z][A-Za-z0-9_ ]*?) ?(?:([(<])(.*)[)>])?( [A-Za-z ]+)?$/.exec(text) ?? [];
  const name = `${head}${tail}`.toUpperCase();
  if (/^(STRUCT|ROW|RECORD)$/.test(name) && open !== undefined) return structure(inside);
  if (/^(ARRAY|LIST)$/.test(name) && open !== undefined) return withItems("list", inside);
  if (name === "MAP" && open !== undefined) return withItems("map", partsOf(inside)[1] ?? "");
  const unsigned = / UNSIGNED$/.test(name);
  const type = words.get(name.replace(/ UNSIGNED$/, ""));
  if (unsigned) return type?.type === "integer" ? { ...type, signed: false } : undefined;
  return type === undefined || open === undefined ? type : withArguments(type, inside);
}

function withItems(type: "list" | "map", inside: string): PhysicalType | undefined {
  const items = parsePhysicalType(inside);
  return items === undefined ? undefined : { type, items };
}

/** Spark and BigQuery write `STRUCT<a: INT, b INT64>`, Trino `ROW(a INT)`. */
function structure(inside: string): PhysicalType | undefined {
  const fields: (readonly [string, PhysicalType])[] = [];
  for (const part of partsOf(inside)) {
    const [, quoted, plain, written = ""] =
      /^(?:["`]([^"`]+)["`]|([A-Za-z_][A-Za-z0-9_]*)) ?(?:: ?| )(.+)$/.exec(part) ?? [];
    const type = parsePhysicalType(written);
    if (type === undefined) return undefined;
    fields.push([quoted ?? plain ?? "", type]);
  }
  return { type: "structure", fields };
}

/** What stands between commas that lie in no brackets. */
function partsOf(text: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const sign of text) {
    if ("(<[".includes(sign)) depth += 1;
    if (")>]".includes(sign)) depth -= 1;
    if (sign === "," && depth === 0) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${sign}`);
  }
  return parts.map((part) => part.trim());
}

function withArguments(type: PhysicalType, inside: string): PhysicalType | undefined {
  if (type.type === "text") {
    const length = /^(\d+)(?: char)?$/i.exec(inside);
    if (length !== null) return { type: "text", length: Number(length[1]) };
    return /^max$/i.test(inside) ? type : undefined;
  }
  const [, first, , second] = /^(\d+)( ?, ?(\d+))?$/.exec(inside) ?? [];
  if (first === undefined) return undefined;
  if (type.type === "decimal") return { type: "decimal", digits: Number(first), scale: Number(second ?? 0) };
  if (second !== undefined) return undefined;
  if (type.type === "float") return { type: "float", bits: Number(first) <= 24 ? 32 : 64 };
  // Digits shown, digits of a second, and the size of binary values that no rule counts.
  return type.type === "binary" || type.type === "bytes" ? undefined : type;
}

/** The kind of values that a physical type holds. */
export function kindOfPhysicalType(type: PhysicalType): ColumnKind {
  switch (type.type) {
    case "integer":
    case "boolean":
    case "date":
    case "timestamp":
      return type.type;
    case "float":
      return "number";
    case "decimal":
      return type.scale === 0 ? "integer" : "number";
    case "text":
    case "uuid":
    case "time":
      return "string";
    default:
      return "nested";
  }
}

/** Whether what a file says of a column agrees with a physical type; undefined where the file says nothing. Parts are asked for apart. */
export function agrees(type: PhysicalType, column: Column): boolean | undefined {
  if (type.type === "list") return column.items !== undefined;
  if (type.type === "structure") return column.fields !== undefined;
  if (type.type === "map") return column.values !== undefined || column.native.startsWith("MAP(");
  const { storage } = column;
  if (storage === undefined) return column.kind === "nested" ? false : undefined;
  switch (type.type) {
    case "integer":
      return storage.type === "integer" || (storage.type === "decimal" && storage.scale === 0);
    case "float":
      return storage.type === "float" && (type.bits ?? storage.bits) === storage.bits;
    case "decimal": {
      if (storage.type !== "decimal") return storage.type === "integer" || storage.type === "float";
      const { digits = 38, scale = storage.scale } = type;
      return storage.scale <= scale && storage.digits - storage.scale <= digits - scale;
    }
    case "time":
    case "timestamp":
      return storage.type === type.type && (type.zoned ?? storage.zoned) === storage.zoned;
    case "bytes":
      return ["text", "binary", "decimal", "uuid"].includes(storage.type);
    case "uuid":
      return storage.type === "uuid" || storage.type === "text";
    default:
      return storage.type === type.type;
  }
}

/** Whether each file that agrees with `narrow` agrees with `wide`, as far as can be told. Parts are asked for apart. */
export function admits(wide: PhysicalType, narrow: PhysicalType): boolean {
  if (wide.type === "float" && narrow.type === "float") return (wide.bits ?? narrow.bits) === narrow.bits;
  if ((wide.type === "time" || wide.type === "timestamp") && wide.type === narrow.type)
    return (wide.zoned ?? narrow.zoned) === narrow.zoned;
  if (wide.type !== "decimal" || narrow.type !== "decimal") return wide.type === narrow.type;
  if (wide.digits === undefined || narrow.digits === undefined)
    return wide.digits === narrow.digits || wide.digits === undefined;
  const [scale, narrower] = [wide.scale ?? 0, narrow.scale ?? 0];
  return narrower <= scale && narrow.digits - narrower <= wide.digits - scale;
}
