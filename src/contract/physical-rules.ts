import type { Predicate } from "../dataset/dataset.ts";
import { type Asking, askOfValues, keyPlace, leaveUnchecked } from "./asking.ts";
import { textFormat } from "./formats.ts";
import type { OdcsItem } from "./odcs-schema.ts";
import { type PhysicalType, parsePhysicalType } from "./physical-type.ts";
import { fieldSpot, itemSpot } from "./spot.ts";

/** Questions and rules from a physical type: what a typed file keeps, and which values fit. */
export function physicalRules({ physicalType: written }: OdcsItem, asking: Asking): void {
  if (written === undefined) return;
  const place = keyPlace(asking, "physicalType");
  const type = parsePhysicalType(written);
  if (type === undefined)
    leaveUnchecked(
      asking,
      "physical-type",
      `the physical type ${written} of ${asking.spot.path} is not known, and not checked`,
      place,
    );
  else askOfType(type, written, asking);
}

function askOfType(type: PhysicalType, written: string, asking: Asking): void {
  const { spot, compiling } = asking;
  const place = keyPlace(asking, "physicalType");
  compiling.shape({ id: `${spot.path}.stored-type`, spot, asks: { what: "physical", type, written }, place });
  if (type.type === "list" && type.items !== undefined)
    askOfType(type.items, written, { ...asking, spot: itemSpot(spot) });
  if (type.type === "structure")
    for (const [name, field] of type.fields) {
      const part = fieldSpot(spot, name);
      compiling.shape({ id: `${part.path}.present`, spot: part, asks: { what: "present" }, place });
      askOfType(field, written, { ...asking, spot: part });
    }
  if (type.type === "map" && type.items !== undefined && !isFree(type.items))
    leaveUnchecked(
      asking,
      "physical-type",
      `the values of the map ${spot.path} are not held against ${written}`,
      place,
    );
  const term = fitting(type, spot.path);
  if (term !== undefined) askOfValues(asking, "physical-type", `fit ${written}`, term, place);
  if (type.type === "decimal" && (type.scale ?? 0) > 15)
    leaveUnchecked(asking, "physical-type", `the decimals of ${spot.path} are not counted beyond 15`, place);
}

/** Whether any value of the kind fits. */
function isFree(type: PhysicalType): boolean {
  return fitting(type, "") === undefined && type.type !== "list" && type.type !== "map" && type.type !== "structure";
}

/** What values of the type are like; undefined where any value of its kind is one. */
function fitting(type: PhysicalType, column: string): Predicate | undefined {
  switch (type.type) {
    case "integer": {
      const bits = BigInt(type.bits);
      return type.signed
        ? { op: "range", column, min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n }
        : { op: "range", column, min: 0n, max: 2n ** bits - 1n };
    }
    case "decimal":
      return decimals(type, column);
    case "text":
      return type.length === undefined ? undefined : { op: "length", column, max: type.length };
    case "uuid":
      return { op: "matches", column, pattern: textFormat("uuid") ?? "" };
    default:
      return undefined;
  }
}

/** Digits before the point, and behind it. */
function decimals(
  { digits, scale = 0 }: PhysicalType & { readonly type: "decimal" },
  column: string,
): Predicate | undefined {
  if (digits === undefined) return undefined;
  const limit = 10 ** (digits - scale);
  const range: Predicate = { op: "range", column, min: -limit, max: limit, openMin: true, openMax: true };
  if (scale > 15) return range;
  return { op: "and", terms: [range, { op: "multiple", column, of: Number(`1e-${scale}`) }] };
}
