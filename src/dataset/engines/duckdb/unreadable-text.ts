import { isUtf8 } from "node:buffer";

/** The text of a row; a byte that is not UTF-8 as `\xNN`. */
export function textOfBytes(bytes: Uint8Array): string {
  const record = Buffer.from(bytes);
  if (isUtf8(record)) return record.toString();
  const parts: string[] = [];
  for (let at = 0; at < record.length; ) {
    const width = [1, 2, 3, 4].find((count) => at + count <= record.length && isUtf8(record.subarray(at, at + count)));
    parts.push(
      width === undefined
        ? `\\x${(record[at] ?? 0).toString(16).toUpperCase().padStart(2, "0")}`
        : record.subarray(at, at + width).toString(),
    );
    at += width ?? 1;
  }
  return parts.join("");
}
