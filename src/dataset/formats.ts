import type { DataSource } from "./dataset.ts";

export type DataFormat = DataSource["format"];
export type Packing = "gzip" | "zstd";

export const formatNames: Readonly<Record<DataFormat, string>> = { csv: "CSV", json: "JSON", parquet: "Parquet" };

/** The endings that tell a file's format; one of a packing may follow. */
export const formatEndings: Readonly<Record<string, DataFormat>> = {
  csv: "csv",
  tsv: "csv",
  tab: "csv",
  json: "json",
  jsonl: "json",
  ndjson: "json",
  parquet: "parquet",
  pq: "parquet",
};
export const packingEndings = ["gz", "zst"] as const;

/** A kind of file that is not read, and how to get one that is. */
export interface Foreign {
  readonly name: string;
  readonly recipe: string;
}

const unpack = (command: string) => `unpack it first, as in \`${command}\`, and name what comes out`;
const zip: Foreign = { name: "a zip archive", recipe: unpack("unzip FILE") };
const bzip2: Foreign = { name: "packed with bzip2", recipe: unpack("bunzip2 --keep FILE") };
const xz: Foreign = { name: "packed with xz", recipe: unpack("unxz --keep FILE") };
const lz4: Foreign = { name: "packed with lz4", recipe: unpack("unlz4 FILE") };
const sevenZip: Foreign = { name: "a 7z archive", recipe: unpack("7z x FILE") };
const rar: Foreign = { name: "a rar archive", recipe: unpack("unrar x FILE") };
const tar: Foreign = { name: "a tar archive", recipe: unpack("tar -xf FILE") };
const convert = (call: string) =>
  `write it as Parquet, as in Python's ${call}.to_parquet("FILE.parquet"), and name that`;
const excel: Foreign = { name: "an Excel workbook", recipe: convert('pandas.read_excel("FILE")') };
const orc: Foreign = { name: "an ORC file", recipe: convert('pandas.read_orc("FILE")') };
const arrow: Foreign = { name: "an Arrow file", recipe: convert('pandas.read_feather("FILE")') };
const avro: Foreign = { name: "an Avro file", recipe: convert('polars.read_avro("FILE").to_pandas()') };
const hdf: Foreign = { name: "an HDF5 file", recipe: convert('pandas.read_hdf("FILE")') };
const sqlite: Foreign = {
  name: "an SQLite database",
  recipe: 'export the table that is meant, as in `sqlite3 -header -csv FILE "SELECT * FROM TABLE" > TABLE.csv`',
};
const pickle: Foreign = {
  name: "a Python pickle, which runs code when it is opened",
  recipe: "write the table as Parquet where it was made, and name that",
};
const encrypted: Foreign = {
  name: "an encrypted Parquet file",
  recipe: "write it without encryption to a place that only this job reads, and name that",
};

const foreignEndings: Readonly<Record<string, Foreign>> = {
  zip,
  bz2: bzip2,
  xz,
  lz4,
  "7z": sevenZip,
  rar,
  tar,
  tgz: { ...tar, name: "a packed tar archive" },
  xls: excel,
  xlsx: excel,
  orc,
  arrow,
  feather: arrow,
  avro,
  h5: hdf,
  hdf5: hdf,
  db: sqlite,
  sqlite,
  pkl: pickle,
  pickle,
};

const foreignStarts: readonly (readonly [start: string, foreign: Foreign])[] = [
  ["PARE", encrypted],
  ["PK\x03\x04", zip],
  ["BZh", bzip2],
  ["\xfd7zXZ\0", xz],
  ["\x04\x22\x4d\x18", lz4],
  ["7z\xbc\xaf\x27\x1c", sevenZip],
  ["Rar!\x1a\x07", rar],
  ["\xd0\xcf\x11\xe0", excel],
  ["ORC", orc],
  ["ARROW1", arrow],
  ["Obj\x01", avro],
  ["\x89HDF\r\n", hdf],
  ["SQLite format 3\0", sqlite],
  ["\x80\x04\x95", pickle],
  ["\x80\x05\x95", pickle],
];

/** What a file's name says of it. An ending that is no format's is `ending` alone. */
export function formatByName(name: string): {
  readonly format?: DataFormat;
  readonly foreign?: Foreign;
} {
  const endings = name.toLowerCase().split(".").slice(1);
  const last = endings.at(-1) ?? "";
  const ending = packingEndings.some((packing) => packing === last) ? (endings.at(-2) ?? "") : last;
  const format = formatEndings[ending];
  if (format !== undefined) return { format };
  const foreign = foreignEndings[last] ?? foreignEndings[ending];
  return foreign === undefined ? {} : { foreign };
}

/** What a file's first bytes (512 are enough) say of it; nothing for text. */
export function formatByContent(start: Uint8Array): {
  readonly packing?: Packing;
  readonly parquet?: true;
  readonly foreign?: Foreign;
} {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(512, start.byteLength)).toString("latin1");
  if (text.startsWith("\x1f\x8b")) return { packing: "gzip" };
  if (text.startsWith("\x28\xb5\x2f\xfd")) return { packing: "zstd" };
  // A frame to skip, which some packers begin with.
  if (/^[P-_]$/.test(text.charAt(0)) && text.startsWith("\x2a\x4d\x18", 1)) return { packing: "zstd" };
  if (text.startsWith("PAR1")) return { parquet: true };
  const foreign = foreignStarts.find(([magic]) => startsWith(text, magic))?.[1];
  if (foreign !== undefined) return { foreign };
  return text.slice(257, 262) === "ustar" ? { foreign: tar } : {};
}

/** Short marks are letters that a table may begin with as well: there a control character has to follow. */
function startsWith(text: string, magic: string): boolean {
  if (!text.startsWith(magic)) return false;
  return (
    magic.length > 4 || [...text.slice(0, 64)].some((character) => character < " " && !"\t\n\r".includes(character))
  );
}
