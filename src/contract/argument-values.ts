import type { Cell, ColumnKind } from "../dataset/dataset.ts";
import { configurationError, type Place, type TitleholderError } from "../kernel/error.ts";
import type { OdcsItem } from "./odcs-schema.ts";
import { typeOf } from "./property-type.ts";
import { parseTime } from "./times.ts";

/** Texts that stand for no value in a column of another kind; text files are read by them. */
export function missingTexts(property: OdcsItem): readonly string[] {
  const { kind } = typeOf(property);
  const values = property.quality?.flatMap(({ metric, arguments: given }) =>
    metric === "missingValues" && Array.isArray(given?.missingValues)
      ? (given.missingValues as readonly unknown[])
      : [],
  );
  return [...new Set(values?.filter((value): value is string => isNoCell(value, kind)))];
}

/** Values that cells of the property can be. */
export function withoutTexts(values: readonly unknown[], property: OdcsItem): readonly unknown[] {
  const { kind } = typeOf(property);
  return values.filter((value) => !isNoCell(value, kind));
}

function isNoCell(value: unknown, kind: ColumnKind | undefined): boolean {
  if (typeof value !== "string" || kind === undefined || kind === "string" || kind === "nested") return false;
  return (kind !== "date" && kind !== "timestamp") || parseTime(value) === undefined;
}

/**
 * Values as cells of the property's kind; null says nothing, as nulls are counted apart.
 * @throws TH_CONTRACT_VALUE (configuration) for a value of another kind.
 */
export function cellsOf(values: readonly unknown[], property: OdcsItem, column: string, place: Place): readonly Cell[] {
  const { kind, form } = typeOf(property);
  return values.flatMap((value: unknown): readonly Cell[] => {
    if (value === null) return [];
    const isTime = (kind === "date" || kind === "timestamp") && typeof value === "string";
    const cell = isTime ? parseTime(value, form.zone) : value;
    const fits =
      kind === "integer" || kind === "number"
        ? typeof cell === "number"
        : kind === "date" || kind === "timestamp"
          ? cell instanceof Date
          : kind === undefined
            ? ["number", "string", "boolean"].includes(typeof cell)
            : typeof cell === kind;
    if (fits) return [cell as Cell];
    throw noValueOf(column, kind, value, "write values of the column's type", place);
  });
}

/** The error for a value that no cell of a column can have. */
export function noValueOf(
  column: string,
  kind: ColumnKind | undefined,
  value: unknown,
  fix: string,
  place: Place,
): TitleholderError {
  return configurationError(
    "TH_CONTRACT_VALUE",
    `${JSON.stringify(value)} can be no value of "${column}", which is a ${kind ?? "plain"} column`,
    kind === "string" && typeof value !== "object" ? `write it in quotes: "${String(value)}"` : fix,
    place,
  );
}
