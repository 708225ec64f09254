export const shapeKinds = {
  null: 0,
  boolean: 1,
  integer: 2,
  number: 3,
  /** The texts NaN, Infinity and -Infinity. */
  nonFinite: 4,
  string: 5,
  date: 6,
  timestamp: 7,
  object: 8,
  array: 9,
} as const;
const kindCount = 10;

/** More keys than this are data, as in a map, and no structure. */
export const mostFields = 1000;

interface Field {
  /** As it stands between its quotes. */
  readonly raw: Buffer;
  readonly name: string;
  readonly shape: JsonShape;
  /** The last object that had it. */
  object: number;
}

/** What all values at one place of a document are made of. */
export class JsonShape {
  /** How often each kind was met. */
  readonly counts = new Float64Array(kindCount);
  readonly #most: number;
  readonly #fields: Field[] = [];
  readonly #byName = new Map<string, Field>();
  #items: JsonShape | undefined;
  #objects = 0;
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** In the order in which they were met; without those of flawed rows alone. */
  get fields(): readonly { readonly name: string; readonly shape: JsonShape }[] {
    return this.#fields.filter(({ shape }) => shape.isMet);
  }

  get items(): JsonShape | undefined {
    return this.#items?.isMet === true ? this.#items : undefined;
  }

  get isMet(): boolean {
    return this.counts.some((count) => count > 0);
  }

  /** It has more keys than a structure has fields. */
  get isWide(): boolean {
    return this.#fields.length > this.#most;
  }

  item(): JsonShape {
    this.#items ??= new JsonShape(mostFields);
    return this.#items;
  }

  /** A number for the object that begins. */
  beginObject(): number {
    this.#objects += 1;
    this.#next = 0;
    return this.#objects;
  }

  /** The shape under a key; undefined where the object has had the key already. Most objects have their keys in the order of the last one. */
  field(bytes: Buffer, start: number, end: number, object: number): JsonShape | undefined {
    let at = this.#next;
    let field = this.#fields[at];
    if (field === undefined || !isSame(field.raw, bytes, start, end)) {
      field = this.#named(bytes, start, end);
      at = this.#fields.indexOf(field);
    }
    this.#next = at + 1;
    if (field.object === object) return undefined;
    field.object = object;
    return field.shape;
  }

  #named(bytes: Buffer, start: number, end: number): Field {
    const raw = Buffer.from(bytes.subarray(start, end));
    const name = raw.includes(0x5c) ? (JSON.parse(`"${raw.toString()}"`) as string) : raw.toString();
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const field = { raw, name, shape: new JsonShape(mostFields), object: 0 };
    this.#byName.set(name, field);
    // One beyond the most tells that there are too many.
    if (this.#fields.length <= this.#most) this.#fields.push(field);
    return field;
  }
}

/** By hand: a call of the engine for each key takes longer. */
function isSame(raw: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const length = raw.length;
  if (length !== end - start) return false;
  for (let at = 0; at < length; at += 1) if (raw[at] !== bytes[start + at]) return false;
  return true;
}

/** What a row adds to the shapes, held back until all of it is known to be sound. */
export class ShapeLog {
  readonly #shapes: JsonShape[] = [];
  readonly #kinds: number[] = [];
  #length = 0;

  begin(): void {
    this.#length = 0;
  }

  note(shape: JsonShape, kind: number): void {
    this.#shapes[this.#length] = shape;
    this.#kinds[this.#length] = kind;
    this.#length += 1;
  }

  commit(): void {
    for (let at = 0; at < this.#length; at += 1) {
      const counts = this.#shapes[at]?.counts;
      const kind = this.#kinds[at] ?? 0;
      if (counts !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
}
