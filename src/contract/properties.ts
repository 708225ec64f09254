import { type Asking, askOfRows, keyPlace, leaveUnchecked } from "./asking.ts";
import { nothing } from "./bounds.ts";
import type { Compiling } from "./compiling.ts";
import type { YamlPath } from "./document.ts";
import { formatRules } from "./formats.ts";
import type { OdcsItem } from "./odcs-schema.ts";
import { optionRules } from "./options.ts";
import { physicalRules } from "./physical-rules.ts";
import { type PropertyType, typeOf } from "./property-type.ts";
import { columnQuality } from "./quality.ts";
import { fieldSpot, itemSpot, missingAt, type Spot } from "./spot.ts";

/**
 * All that a property asks of its values and of its parts, at any depth.
 * @param soleKey its primary key is this column alone, so that uniqueness is said already
 */
export function compileProperty(
  property: OdcsItem,
  spot: Spot,
  path: YamlPath,
  soleKey: boolean,
  compiling: Compiling,
): void {
  const asking: Asking = { spot, path, compiling };
  const typed = typeOf(property);
  presenceRules(property, soleKey, asking);
  typeQuestions(property, typed, asking);
  optionRules(property, typed, asking);
  formatRules(property, typed, asking);
  physicalRules(property, asking);
  // Those of a column are the table's to compile.
  for (const _relationship of spot.holder === undefined ? [] : (property.relationships ?? []))
    leaveUnchecked(
      asking,
      "reference",
      `a reference is not checked: ${spot.path} lies inside a column`,
      keyPlace(asking, "relationships"),
    );
  columnQuality(property, asking);
  property.properties?.forEach((part, at) => {
    compileProperty(
      part,
      fieldSpot(spot, part.physicalName ?? part.name),
      [...path, "properties", at],
      false,
      compiling,
    );
  });
  if (property.items !== undefined)
    compileProperty(property.items, itemSpot(spot), [...path, "items"], false, compiling);
}

function presenceRules(property: OdcsItem, soleKey: boolean, asking: Asking): void {
  const { spot, compiling } = asking;
  const isKey = property.primaryKey === true;
  if (property.required === true || (isKey && spot.holder === undefined))
    askOfRows(
      asking,
      "required",
      "not be missing",
      missingAt(spot),
      keyPlace(asking, property.required === true ? "required" : "primaryKey"),
      "completeness",
    );
  if (spot.holder !== undefined) {
    if (property.unique === true)
      leaveUnchecked(
        asking,
        "unique",
        `the values of ${spot.path} are not counted by themselves`,
        keyPlace(asking, "unique"),
      );
    if (isKey)
      leaveUnchecked(
        asking,
        "primary-key",
        `${spot.path} is a part of a column, and no key`,
        keyPlace(asking, "primaryKey"),
      );
  } else if (property.unique === true && !(soleKey && isKey))
    compiling.rule({
      id: `${spot.path}.unique`,
      columns: [spot.column],
      measure: { kind: "duplicates" },
      bound: nothing,
      unit: "rows",
      expectation: `${spot.path} must be unique`,
      severity: "error",
      dimension: "uniqueness",
      place: keyPlace(asking, "unique"),
    });
}

/** A column's own presence and kind are asked of the data as a whole. */
function typeQuestions(property: OdcsItem, { kind, form }: PropertyType, { spot, path, compiling }: Asking): void {
  const place = compiling.place([...path, property.name === undefined ? "logicalType" : "name"]);
  if (spot.holder !== undefined) {
    if (spot.holder.field !== undefined)
      compiling.shape({ id: `${spot.path}.present`, spot, asks: { what: "present" }, place });
    if (kind !== undefined) compiling.shape({ id: `${spot.path}.type`, spot, asks: { what: "kind", kind }, place });
  }
  if (property.logicalType === "array" || property.items !== undefined)
    compiling.shape({ id: `${spot.path}.list`, spot, asks: { what: "list" }, place });
  if (property.logicalType === "object" || property.properties !== undefined)
    compiling.shape({ id: `${spot.path}.structure`, spot, asks: { what: "structure" }, place });
  if (kind === "timestamp" && form.zoned !== undefined)
    compiling.shape({
      id: `${spot.path}.timezone`,
      spot,
      asks: { what: "zoned", zoned: form.zoned },
      place: compiling.place([...path, "logicalTypeOptions"], "timezone"),
    });
}
