/** A text literal; NUL cannot stand in a statement. */
export function text(value: string): string {
  return value
    .toWellFormed()
    .split("\0")
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(" || chr(0) || ");
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A double literal that reads back bit by bit (a plain one would be read as a decimal and rounded again). */
export function double(value: number): string {
  if (Number.isNaN(value)) return "'nan'::DOUBLE";
  if (!Number.isFinite(value)) return value > 0 ? "'inf'::DOUBLE" : "'-inf'::DOUBLE";
  return Object.is(value, -0) ? "'-0.0'::DOUBLE" : `${value.toExponential()}::DOUBLE`;
}
