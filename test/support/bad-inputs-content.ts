import fc from "fast-check";
import { parse, stringify } from "yaml";
import { digestOfJson } from "../../src/kernel/digest.ts";
import { canonicalJson, isJsonObject, type Json } from "../../src/kernel/json.ts";

/** What a file's bytes become. */
export type Change = (bytes: Uint8Array) => Uint8Array;

const scraps = [
  "null",
  "[]",
  "{}",
  "-1",
  '"',
  "'",
  "1e999",
  "\n",
  "\n  - ",
  ": ",
  "!!binary ",
  "&a ",
  "*a",
  "<<: ",
  "\t",
  ",",
  "\u0000",
  "é",
  "\ud83d",
  "]",
  "}",
  "#",
  "\r\n",
  "9".repeat(400),
  "x".repeat(5000),
];

const edit = fc.record({
  /** Where, as a share of the file. */
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof(fc.nat(3), fc.nat(200)),
  insert: fc.oneof(
    fc.constantFrom(...scraps).map((text) => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 8 }),
    fc.constant(new Uint8Array()),
  ),
});

/** Bytes cut out and put in at some places. */
export const edited: fc.Arbitrary<Change> = fc.array(edit, { minLength: 1, maxLength: 4 }).map(
  (edits) => (bytes) =>
    edits.reduce<Uint8Array>((now, { at, cut, insert }) => {
      const from = Math.floor(at * now.length);
      return Buffer.concat([now.subarray(0, from), insert, now.subarray(from + cut)]);
    }, bytes),
);

const values: readonly Json[] = [
  null,
  true,
  -1,
  0,
  0.5,
  1e300,
  2 ** 53,
  "",
  "x",
  "sha256:00",
  "2026-01-31",
  "__proto__",
  [],
  [null],
  {},
  { a: 1 },
  ["a", "a"],
  [[]],
];

interface Place {
  /** Which of all places in the value, modulo their number. */
  readonly which: number;
  readonly how: "replace" | "remove" | "repeat" | "rename";
  readonly value: Json;
}

const place: fc.Arbitrary<Place> = fc.record({
  which: fc.nat(),
  how: fc.constantFrom("replace", "replace", "replace", "remove", "repeat", "rename"),
  value: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...values) },
    fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
  ),
});

/** Values replaced, removed, repeated, and keys renamed, anywhere in the whole. */
const rebuilt: fc.Arbitrary<(value: Json) => Json> = fc
  .array(place, { minLength: 1, maxLength: 3 })
  .map((places) => (value) => places.reduce(changed, value));

/** The same in a file of JSON. */
export const rebuiltJson: fc.Arbitrary<Change> = rebuilt.map(
  (change) => (bytes) => text(JSON.stringify(change(json(bytes)))),
);

/** The same in a file of YAML. */
export const rebuiltYaml: fc.Arbitrary<Change> = rebuilt.map(
  (change) => (bytes) => text(stringify(change(parse(new TextDecoder().decode(bytes)) as Json))),
);

/** The same in a report, sealed again as a forger would, so that it is read to the end. */
export const forged: fc.Arbitrary<Change> = rebuilt.map((change) => (bytes) => {
  const report = change(json(bytes));
  if (!isJsonObject(report)) return text(JSON.stringify(report));
  const { run, result: _result, ...rest } = report;
  return text(`${canonicalJson({ ...rest, result: digestOfJson(rest), ...(run === undefined ? {} : { run }) })}\n`);
});

function json(bytes: Uint8Array): Json {
  return JSON.parse(new TextDecoder().decode(bytes)) as Json;
}

function text(written: string): Uint8Array {
  return new TextEncoder().encode(written);
}

type Path = readonly (string | number)[];

function placesIn(value: Json, path: Path = []): readonly Path[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item: Json, at) => placesIn(item, [...path, at]))
    : isJsonObject(value)
      ? Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))
      : [];
  return [path, ...inner];
}

function changed(value: Json, { which, how, value: replacement }: Place): Json {
  const places = placesIn(value);
  return at(
    value,
    places[which % places.length] ?? [],
    (holder, key) => {
      if (Array.isArray(holder)) {
        const items = [...(holder as readonly Json[])];
        const item = items[Number(key)] ?? null;
        items.splice(Number(key), 1, ...(how === "remove" ? [] : how === "repeat" ? [item, item] : [replacement]));
        return items;
      }
      const { [String(key)]: item = null, ...others } = holder as { readonly [key: string]: Json };
      if (how === "remove") return others;
      if (how === "rename") return { ...others, [`${key}x`]: item };
      return { ...others, [String(key)]: how === "repeat" ? [item, item] : replacement };
    },
    replacement,
  );
}

/** The value with the holder of what stands at the path changed; the whole is replaced where the path is empty. */
function at(value: Json, path: Path, change: (holder: Json, key: string | number) => Json, replacement: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (rest.length === 0) return change(value, key);
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === key ? at(item, rest, change, replacement) : item));
  if (!isJsonObject(value)) return value;
  return { ...value, [String(key)]: at(value[String(key)] ?? null, rest, change, replacement) };
}
