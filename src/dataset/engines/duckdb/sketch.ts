import { configurationError } from "../../../kernel/error.ts";
import type { RowSketch } from "../../sketch.ts";
import { numericKinds, shownSql, timeKinds } from "./cells.ts";
import { double } from "./literals.ts";
import type { Session } from "./session.ts";
import type { OpenedSource } from "./source.ts";
import { type Columns, columnNamed, type EngineColumn } from "./sql.ts";

const twoTo64 = 2n ** 64n;

/**
 * The `size` lowest of the different hashes of all rows (bottom-k; E. Cohen and H. Kaplan, 2007). The hash is half of an MD5 of the cells'
 * texts, which is the same in every version of the engine; the engine's own hash is not.
 */
export async function sketchRows(
  session: Session,
  source: OpenedSource,
  known: Columns,
  names: readonly string[],
  size: number,
): Promise<RowSketch> {
  if (source.columns.length === 0) return { rows: 0, hashes: new BigUint64Array(0) };
  const columns = names.map((name) => columnNamed(known, name));
  const table = source.table(columns);
  const rows = Number((await session.row(`SELECT count(*) FROM ${table}`))[0]);
  const cells = columns.map(cellText).join(", ");
  const hash = `md5_number_lower(concat_ws(chr(31), ${cells}))`;
  const lowest = async (where: string) => {
    const found = await session.rows(
      `SELECT h FROM (SELECT ${hash} AS h FROM ${table}) WHERE ${where} GROUP BY h ORDER BY h LIMIT ${Math.floor(size)}`,
    );
    return BigUint64Array.from(found, ([value]) => BigInt(value as bigint));
  };
  // Rows of which none is twice have enough hashes below this; of others all are told apart.
  const share = (size + 8 * Math.sqrt(size) + 64) / Math.max(1, rows);
  const below = share < 1 ? (BigInt(Math.ceil(share * 2 ** 53)) * twoTo64) >> 53n : twoTo64;
  const hashes = below < twoTo64 ? await lowest(`h < ${below}::UBIGINT`) : await lowest("TRUE");
  const enough = hashes.length === size || below === twoTo64;
  return { rows, hashes: enough ? hashes : await lowest("TRUE") };
}

/**
 * SQL of a cell's text that no format of a file changes: whole numbers as such, others to four digits, so that a float is the double that it
 * was written from; booleans as 1 and 0; times in milliseconds; texts without case and white space around them. No value and NaN are empty.
 */
function cellText(column: EngineColumn): string {
  return `coalesce(${valueText(column)}, '')`;
}

function valueText(column: EngineColumn): string {
  const { kind, name, sql } = column;
  if (kind === "integer") return `CAST(${sql} AS VARCHAR)`;
  if (numericKinds.includes(kind)) return numberText(`CAST(${sql} AS DOUBLE)`);
  if (timeKinds.includes(kind)) return `CAST(${shownSql(column)} AS VARCHAR)`;
  if (kind === "boolean") return `CAST(CAST(${sql} AS INTEGER) AS VARCHAR)`;
  if (kind === "string") return `lower(trim(regexp_replace(nfc_normalize(${sql}), '\\s+', ' ', 'g')))`;
  throw configurationError(
    "TH_DATA_KIND",
    `column "${name}" holds lists or structures, by which rows cannot be told apart`,
    "leave the column out",
  );
}

/** Values as people write them lie on the edges between four digits: a millionth more leads away from there, for floats and doubles alike. */
function numberText(number: string): string {
  const whole = `abs(${number} - round(${number})) <= ${double(1e-6)} * abs(${number})`;
  return (
    `CASE WHEN isnan(${number}) THEN '' WHEN abs(${number}) < ${double(1e15)} AND ${whole} ` +
    `THEN CAST(CAST(round(${number}) AS BIGINT) AS VARCHAR) ELSE printf('%.3e', ${number} * ${double(1.000001)}) END`
  );
}
