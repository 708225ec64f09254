/** The thirty rules that every tool is asked, and the data they are asked of: 30 columns, of which all rules hold. */
export type BenchRule =
  | { readonly kind: "row count"; readonly min: number }
  | { readonly kind: "required" | "unique"; readonly column: string }
  | { readonly kind: "range"; readonly column: string; readonly min: number; readonly max: number }
  | { readonly kind: "values"; readonly column: string; readonly values: readonly string[] };

const numbers = Array.from({ length: 20 }, (_, at) => `n${at}`);
const categories = Array.from({ length: 8 }, (_, at) => `c${at}`);
const levels = (at: number) => Array.from({ length: 5 + 6 * at }, (_, level) => `level ${level}`);

export const rules: readonly BenchRule[] = [
  { kind: "row count", min: 1000 },
  { kind: "required", column: "id" },
  { kind: "unique", column: "id" },
  { kind: "required", column: "at" },
  ...numbers.slice(0, 10).map((column) => ({ kind: "range", column, min: -1000, max: 100_000 }) as const),
  ...numbers.slice(10, 18).map((column) => ({ kind: "required", column }) as const),
  ...categories.map((column, at) => ({ kind: "values", column, values: levels(at) }) as const),
];

const kindOf = (at: number) => (at % 4 === 2 ? "integer" : "number");

/** A SELECT of that many rows; the same ones each time when one thread runs it after `setseed`. */
export function dataSelect(rows: number): string {
  const bell = "sqrt(-2 * ln(random() + 1e-12)) * cos(2 * pi() * random())";
  const shapes = [
    (at: number) => `${bell} * ${10 + at}`,
    () => `exp(${bell})`,
    () => "CAST(floor(random() * 1000) AS INTEGER)",
    () => "round(random() * 100, 2)",
  ];
  const numeric = numbers.map((name, at) => `${shapes[at % 4]?.(at)} AS ${name}`);
  const texts = categories.map(
    (name, at) => `'level ' || CAST(floor(random() * ${levels(at).length}) AS INTEGER) AS ${name}`,
  );
  const time = "TIMESTAMP '2026-01-01' + to_seconds(i) AS \"at\"";
  return `SELECT i AS id, ${[...numeric, ...texts, time].join(", ")} FROM range(${rows}) t(i)`;
}

/** The rules as a data contract; `servers` tells other readers of contracts where the data lies. */
export function contractText(path: string, format: string): string {
  const values = (at: number) => `{ validValues: [${levels(at).join(", ")}] }`;
  const options = (at: number) =>
    at < 10 ? ", logicalTypeOptions: { minimum: -1000, maximum: 100000 }" : at < 18 ? ", required: true" : "";
  return `${[
    "apiVersion: v3.1.0",
    "kind: DataContract",
    "id: bench",
    "version: 1.0.0",
    "status: active",
    "servers:",
    `  - { server: local, type: local, path: ${JSON.stringify(path)}, format: ${format} }`,
    "schema:",
    "  - name: t",
    "    quality:",
    "      - { type: library, metric: rowCount, mustBeGreaterThan: 1000 }",
    "    properties:",
    "      - { name: id, logicalType: integer, primaryKey: true }",
    ...numbers.map((name, at) => `      - { name: ${name}, logicalType: ${kindOf(at)}${options(at)} }`),
    ...categories.flatMap((name, at) => [
      `      - name: ${name}`,
      "        logicalType: string",
      "        quality:",
      `          - { type: library, metric: invalidValues, arguments: ${values(at)}, mustBe: 0 }`,
    ]),
    "      - { name: at, logicalType: timestamp, required: true }",
  ].join("\n")}\n`;
}

/** Reads each column once, and does as little with it as can be done. */
export function bareScan(table: string): string {
  return `SELECT sum(id), ${numbers.map((name) => `sum(${name})`).join(", ")}, ${categories.map((name) => `min(${name})`).join(", ")}, max("at") FROM ${table}`;
}
