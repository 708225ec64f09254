import type { MissingValueStrategy, MissingValues } from "../../../contract/handling.ts";
import type { Cell, ColumnKind } from "../../../dataset/dataset.ts";
import type { MissingCells } from "../../../dataset/writing.ts";
import { configurationError } from "../../../kernel/error.ts";
import { meanOf, medianOf, modeOf } from "../../../profile/location.ts";
import type { Profile } from "../../../profile/profile.ts";
import type { Found } from "../checks.ts";

/** A strategy with the value that it comes to. */
export interface FittedStrategy {
  readonly column: string;
  readonly strategy: MissingValueStrategy | "none";
  readonly value?: Exclude<Cell, null>;
  readonly indicator?: string;
}

/** Strategies whose value is learned: from the reference, never from the data at hand, which they would leak into. */
const learned: readonly MissingValueStrategy[] = ["median", "mode", "mean"];

/**
 * Refuses before any work a strategy that needs a reference where none is named.
 * @throws TH_HANDLING_REFERENCE (configuration)
 */
export function requireReference(missing: readonly MissingValues[], hasReference: boolean): void {
  const first = missing.find(({ strategy }) => strategy !== undefined && learned.includes(strategy));
  if (first === undefined || hasReference) return;
  throw configurationError(
    "TH_HANDLING_REFERENCE",
    `the ${first.strategy} of ${first.column} is taken from the reference, and none is named`,
    "name it in the input reference, such as the profile of the training data, or use the strategy constant or drop",
    first.place,
  );
}

/**
 * The strategies of the columns that are there in their declared type, each with its value.
 * @throws TH_HANDLING_REFERENCE (configuration) where the reference does not tell the value, TH_HANDLING_COLUMN for an indicator whose name is taken.
 */
export function fitStrategies(
  missing: readonly MissingValues[],
  { plan, contract }: Pick<Found, "plan" | "contract">,
  columns: readonly { readonly name: string; readonly kind: ColumnKind }[],
  reference: Profile | undefined,
): readonly FittedStrategy[] {
  const mistyped = new Set(plan.mistyped.map(({ column }) => column.name));
  return missing.flatMap((wanted): readonly FittedStrategy[] => {
    const column = columns.find(({ name }) => name === wanted.column);
    if (column === undefined || mistyped.has(wanted.column)) return [];
    const value = fittedValue(wanted, column.kind, reference);
    const names = [...columns, ...contract.columns].map(({ name }) => name);
    return [
      {
        column: wanted.column,
        strategy: wanted.strategy ?? "none",
        ...(value === undefined ? {} : { value }),
        ...(wanted.indicator ? { indicator: indicatorOf(wanted, names) } : {}),
      },
    ];
  });
}

/** The engine's words for the strategies. */
export function missingCells(fitted: readonly FittedStrategy[]): readonly MissingCells[] {
  return fitted.map(({ column, strategy, value, indicator }) =>
    strategy === "drop"
      ? { column, drop: true }
      : { column, ...(value === undefined ? {} : { value }), ...(indicator === undefined ? {} : { indicator }) },
  );
}

function indicatorOf({ column, place }: MissingValues, names: readonly string[]): string {
  const name = `${column}_missing`;
  if (!names.some((taken) => taken.toLowerCase() === name.toLowerCase())) return name;
  throw configurationError(
    "TH_HANDLING_COLUMN",
    `the indicator of ${column} would be called ${name}, and there is such a column already`,
    "remove missingValueIndicator, or rename the column",
    place,
  );
}

function fittedValue(
  { column, strategy, constant, place }: MissingValues,
  kind: ColumnKind,
  reference: Profile | undefined,
): Exclude<Cell, null> | undefined {
  if (strategy === "constant") return constant;
  if (strategy !== "median" && strategy !== "mode" && strategy !== "mean") return undefined;
  const profile = reference?.columns.get(column);
  const refuse = (why: string) =>
    configurationError(
      "TH_HANDLING_REFERENCE",
      `the ${strategy} of ${column} cannot be taken from the reference: ${why}`,
      "name another reference, such as the training data itself, or use the strategy constant or drop",
      place,
    );
  if (profile === undefined) throw refuse(`it has no column ${column}`);
  const isNumeric = kind !== "string" && kind !== "boolean";
  if ((profile.kind === "numeric") !== isNumeric) throw refuse("its values are of another kind there");
  if (profile.kind === "categorical" && profile.hashed === true)
    throw refuse("its profile names the values of this column by digest, as the contract classifies it");
  const found = strategy === "mode" ? modeOf(profile) : strategy === "median" ? medianOf(profile) : meanOf(profile);
  if (found === undefined)
    throw refuse(
      strategy === "mode" ? "no value occurs twice there" : "there are no values there, or the profile is too old",
    );
  return cellOf(found, kind);
}

/** A mean of whole numbers is rounded to a whole one, of dates to the start of its day. */
function cellOf(found: number | string, kind: ColumnKind): Exclude<Cell, null> {
  if (typeof found === "string") return kind === "boolean" ? found === "true" : found;
  if (kind === "integer") return Math.round(found);
  if (kind === "date") return new Date(Math.floor(found / day) * day);
  return kind === "timestamp" ? new Date(Math.round(found)) : found;
}

const day = 86_400_000;
