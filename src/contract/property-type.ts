import type { ColumnKind, DeclaredColumn } from "../dataset/dataset.ts";
import { parseTimeFormat, partsOfFormat } from "../dataset/time-format.ts";
import type { logicalTypes, OdcsItem } from "./odcs-schema.ts";
import { kindOfPhysicalType, parsePhysicalType } from "./physical-type.ts";
import { isUtc } from "./times.ts";

export type LogicalType = (typeof logicalTypes)[number];

/** Integers that 64 bits with a sign do not hold. */
const wideIntegers = ["u64", "i128", "u128"];

/** What the values of a property are. */
export interface PropertyType {
  /** By its format, a date may be a timestamp or a time; without a logical type it follows from the physical one. */
  readonly type?: LogicalType;
  /** Kind of the cells; a time is text to the engine. */
  readonly kind?: ColumnKind;
  /** How cells of text files are written, and the zone of times that name none. */
  readonly form: Omit<DeclaredColumn, "name" | "kind" | "missing">;
}

/** The type of a property. One whose format cannot be read has none, so that its cells are not taken for wrong. */
export function typeOf(property: OdcsItem): PropertyType {
  const { logicalType, logicalTypeOptions: options = {} } = property;
  if (logicalType === undefined) return physicallyTyped(property);
  const { format } = options;
  if (logicalType === "integer" && format !== undefined && wideIntegers.includes(format))
    return { type: "integer", kind: "integer", form: { format } };
  if (logicalType === "string" && format === "binary") return { type: "string", kind: "string", form: { format } };
  if (logicalType !== "date" && logicalType !== "timestamp" && logicalType !== "time")
    return { type: logicalType, kind: kindOf(logicalType), form: {} };
  const ways = format === undefined ? undefined : parseTimeFormat(format);
  if (format !== undefined && ways === undefined) return { form: {} };
  const type = ways === undefined ? logicalType : typeByFormat(logicalType, partsOfFormat(ways));
  const { timezone, defaultTimezone } = options;
  return {
    type,
    kind: kindOf(type),
    form: {
      ...(format === undefined ? {} : { format }),
      ...(timezone === undefined ? {} : { zoned: timezone }),
      ...(defaultTimezone === undefined || isUtc(defaultTimezone) || type !== "timestamp"
        ? {}
        : { zone: defaultTimezone }),
    },
  };
}

function typeByFormat(type: "date" | "timestamp" | "time", parts: ReturnType<typeof partsOfFormat>): LogicalType {
  if (type === "time" || !parts.date) return "time";
  return type === "date" && parts.clock ? "timestamp" : type;
}

function physicallyTyped({ physicalType, properties, items }: OdcsItem): PropertyType {
  const physical = physicalType === undefined ? undefined : parsePhysicalType(physicalType);
  if (physical === undefined)
    return properties === undefined && items === undefined ? { form: {} } : { kind: "nested", form: {} };
  const kind = kindOfPhysicalType(physical);
  const isWide = physical.type === "integer" && physical.bits + (physical.signed ? 0 : 1) > 64;
  return {
    kind,
    ...(physical.type === "time" ? { type: "time" } : {}),
    form: isWide ? { format: `${physical.signed ? "i" : "u"}${physical.bits}` } : {},
  };
}

function kindOf(type: LogicalType): ColumnKind {
  if (type === "object" || type === "array") return "nested";
  return type === "time" ? "string" : type;
}
