import type { RowSketch } from "../dataset/sketch.ts";

/** Hashes of a holdout that its ledger keeps: a hundredth of its rows is known again by about ten of them, five in a hundred to ± 0.7. */
export const sketchSize = 1024;

/**
 * From this share of its different rows on, a holdout is one that was looked at before. A twentieth of rows that luck chose at alpha .0025
 * (2.8 standard errors too good) raises the error of a later look by sqrt(.05) · 2.8 = 0.6 standard errors, to .015 at worst.
 */
export const leastShare = 0.05;

/** Which share of the different rows of one data set is in another, estimated from the hashes that both sketches would hold; 0 when none would. */
export function shareOf(mine: RowSketch, theirs: RowSketch): number {
  const end = [mine, theirs].reduce((least, sketch) => min(least, lastKnown(sketch)), 2n ** 64n);
  const comparable = mine.hashes.filter((hash) => hash <= end);
  const known = new Set(theirs.hashes);
  const shared = comparable.filter((hash) => known.has(hash)).length;
  return comparable.length === 0 ? 0 : shared / comparable.length;
}

/**
 * Whether rows are often alike, so that two data sets share some by chance: less than half of them differ (by the sketch's own estimate of
 * how many do, Z. Bar-Yossef et al., 2002).
 */
export function isCoarse({ rows, hashes }: RowSketch): boolean {
  const last = hashes.at(-1);
  if (last === undefined) return false;
  const kinds = hashes.length < sketchSize ? hashes.length : ((sketchSize - 1) * 2 ** 64) / Number(last);
  return kinds < rows / 2;
}

/** Up to which hash a sketch tells whether a row is there: all, where it holds every row. */
function lastKnown({ hashes }: RowSketch): bigint {
  return hashes.length < sketchSize ? 2n ** 64n : (hashes.at(-1) ?? 0n);
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The hashes as base64 of big-endian bytes. */
export function encodeHashes(hashes: BigUint64Array): string {
  const bytes = new DataView(new ArrayBuffer(hashes.length * 8));
  hashes.forEach((hash, at) => void bytes.setBigUint64(at * 8, hash));
  return Buffer.from(bytes.buffer).toString("base64");
}

export function decodeHashes(text: string): BigUint64Array {
  const bytes = Buffer.from(text, "base64");
  return BigUint64Array.from({ length: Math.floor(bytes.length / 8) }, (_, at) => bytes.readBigUInt64BE(at * 8));
}
