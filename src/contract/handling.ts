import { z } from "zod";
import type { Cell, ColumnKind } from "../dataset/dataset.ts";
import type { Digest } from "../kernel/digest.ts";
import { digestSchema } from "../kernel/digest-schema.ts";
import { configurationError, type Place } from "../kernel/error.ts";
import { nearest } from "../kernel/naming.ts";
import { schemaFault } from "../kernel/schema-fault.ts";
import { type Compiling, nameOf } from "./compiling.ts";
import type { YamlPath } from "./document.ts";
import type { OdcsCustomProperties, OdcsProperty } from "./odcs-schema.ts";
import { typeOf } from "./property-type.ts";
import { parseTime } from "./times.ts";

/** What is done with missing values: their rows are dropped, or a value stands in their place. */
export const missingValueStrategies = ["drop", "constant", "median", "mode", "mean"] as const;
export type MissingValueStrategy = (typeof missingValueStrategies)[number];

/** How the contract wants a column's missing values handled, where the rest of the data is written out. */
export interface MissingValues {
  readonly column: string;
  /** Absent: they stay, and are only marked. */
  readonly strategy?: MissingValueStrategy;
  /** Of the strategy `constant`. */
  readonly constant?: Exclude<Cell, null>;
  /** A further column tells where one was missing. */
  readonly indicator: boolean;
  readonly place: Place;
}

/** A feature that code derives from the columns: what a model is trained on beside them. */
export interface Feature {
  readonly name: string;
  /** `major.minor.patch`. */
  readonly version: string;
  /** Columns, and features defined above it. */
  readonly sources: readonly string[];
  /** The file that holds its code, relative to the contract's folder. */
  readonly code?: string;
  /** What that file's SHA-256 was when this version was written. */
  readonly digest?: Digest;
  readonly description?: string;
  readonly place: Place;
}

const columnKeys = ["missingValueStrategy", "missingValueConstant", "missingValueIndicator"] as const;
const featureKeys = ["name", "version", "sources", "code", "digest", "description"] as const;

/**
 * What the custom properties of a property say of its missing values; undefined when they say nothing.
 * @throws TH_CONTRACT_VALUE (configuration) for a strategy that there is not, or that the column's type does not have.
 */
export function missingValuesOf(
  property: OdcsProperty,
  path: YamlPath,
  compiling: Compiling,
): MissingValues | undefined {
  const column = nameOf(property);
  const found = customValues(property.customProperties, columnKeys, path, compiling);
  const { missingValueStrategy: strategy, missingValueConstant: constant, missingValueIndicator: indicator } = found;
  const place = (strategy ?? indicator ?? constant)?.place;
  if (place === undefined) return undefined;
  const chosen = strategy === undefined ? undefined : strategyOf(strategy, property, column);
  if ((chosen === "constant") !== (constant !== undefined))
    throw refused(
      chosen === "constant"
        ? `the strategy constant of ${column} needs the value that is put in`
        : `missingValueConstant of ${column} has no use without the strategy constant`,
      chosen === "constant"
        ? "add the custom property missingValueConstant"
        : "remove it, or write missingValueStrategy: constant",
      (constant ?? strategy)?.place ?? place,
    );
  if (indicator !== undefined && typeof indicator.value !== "boolean")
    throw refused(
      `missingValueIndicator of ${column} is neither true nor false`,
      "write true or false",
      indicator.place,
    );
  return {
    column,
    indicator: indicator?.value === true,
    place,
    ...(chosen === undefined ? {} : { strategy: chosen }),
    ...(constant === undefined ? {} : { constant: constantOf(constant, property, column) }),
  };
}

interface Placed {
  readonly value: unknown;
  readonly place: Place;
}

/** Custom properties by name, written in camel case or with dashes; near misses are not passed over. */
function customValues<K extends string>(
  properties: OdcsCustomProperties,
  keys: readonly K[],
  path: YamlPath,
  compiling: Compiling,
): Partial<Record<K, Placed>> {
  const plain = (name: string) => name.replaceAll("-", "").toLowerCase();
  const found: Partial<Record<K, Placed>> = {};
  (properties ?? []).forEach(({ property, value }, at) => {
    const key = keys.find((name) => plain(name) === plain(property));
    if (key !== undefined) found[key] = { value, place: compiling.place([...path, "customProperties", at], "value") };
    else if (/^missing-?values?-?/i.test(property))
      throw refused(
        `there is no custom property "${property}"`,
        `did you mean "${nearest(property, keys) ?? keys[0]}"?`,
        compiling.place([...path, "customProperties", at, "property"]),
      );
  });
  return found;
}

function strategyOf({ value, place }: Placed, property: OdcsProperty, column: string): MissingValueStrategy {
  const strategy = missingValueStrategies.find((name) => name === value);
  if (strategy === undefined) {
    const near = typeof value === "string" ? nearest(value, missingValueStrategies) : undefined;
    const fix = near === undefined ? `write one of ${missingValueStrategies.join(", ")}` : `did you mean "${near}"?`;
    throw refused(`${column} has the missing-value strategy ${JSON.stringify(value)}, which there is not`, fix, place);
  }
  const kind = typeOf(property).kind;
  const fitting: readonly MissingValueStrategy[] = kind === undefined ? missingValueStrategies : strategiesOf(kind);
  if (!fitting.includes(strategy))
    throw refused(
      `a column of type ${property.logicalType} has no ${strategy}`,
      `write one of ${fitting.join(", ")}`,
      place,
    );
  return strategy;
}

function strategiesOf(kind: ColumnKind): readonly MissingValueStrategy[] {
  if (kind === "nested") return ["drop"];
  return kind === "string" || kind === "boolean" ? ["drop", "constant", "mode"] : missingValueStrategies;
}

function constantOf({ value, place }: Placed, property: OdcsProperty, column: string): Exclude<Cell, null> {
  const kind = typeOf(property).kind;
  const isTime = kind === "date" || kind === "timestamp";
  const time = isTime && typeof value === "string" ? parseTime(value) : undefined;
  if (time !== undefined) return time;
  const fits =
    kind === undefined
      ? ["string", "number", "boolean"].includes(typeof value)
      : kind === "integer"
        ? Number.isInteger(value)
        : typeof value === kind;
  if (fits && !(typeof value === "number" && !Number.isFinite(value))) return value as string | number | boolean;
  const wanted = isTime
    ? 'a quoted date: "2026-01-31"'
    : kind === "string"
      ? 'text, in quotes: "0"'
      : `a value of type ${kind}`;
  throw refused(
    `missingValueConstant of ${column} is ${JSON.stringify(value)}, which is no ${property.logicalType}`,
    `write ${wanted}`,
    place,
  );
}

const featureSchema = z.strictObject({
  name: z.string().min(1),
  version: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, "must be a version: 1.0.0"),
  sources: z.array(z.string()).min(1),
  code: z.string().min(1).optional(),
  digest: digestSchema.optional(),
  description: z.string().optional(),
});

/**
 * The feature dictionary: the table's custom property `features`, a list of definitions.
 * @throws TH_CONTRACT_SCHEMA, TH_CONTRACT_VALUE (configuration) for one that is not whole, a name given twice, a source that there is not.
 */
export function featuresOf(
  properties: OdcsCustomProperties,
  columns: readonly string[],
  path: YamlPath,
  compiling: Compiling,
): readonly Feature[] {
  const features: Feature[] = [];
  (properties ?? []).forEach(({ property, value }, at) => {
    if (!/^features$/i.test(property)) return;
    const list = [...path, "customProperties", at, "value"];
    if (!Array.isArray(value))
      throw refused(
        "the feature dictionary is no list",
        "write a list of name, version and sources",
        compiling.place(list),
      );
    (value as readonly unknown[]).forEach((entry, index) => {
      const known = [...columns, ...features.map(({ name }) => name)];
      features.push(featureOf(entry, [...list, index], known, compiling));
    });
  });
  return features;
}

function featureOf(entry: unknown, path: YamlPath, known: readonly string[], compiling: Compiling): Feature {
  const parsed = featureSchema.safeParse(entry);
  if (!parsed.success) throw malformed(parsed.error, path, compiling);
  const { name, version, sources, code, digest, description } = parsed.data;
  if (known.includes(name))
    throw refused(
      `"${name}" is defined twice`,
      "give the feature a name of its own",
      compiling.place([...path, "name"]),
    );
  for (const [at, source] of sources.entries()) {
    if (known.includes(source)) continue;
    const near = nearest(source, known);
    throw refused(
      `the feature ${name} is made from "${source}", which is no column and no feature above it`,
      near === undefined ? "name a column of the contract" : `did you mean "${near}"?`,
      compiling.place([...path, "sources", at]),
    );
  }
  if (digest !== undefined && code === undefined)
    throw refused(
      `the feature ${name} has a digest and no code`,
      "name the file under code",
      compiling.place(path, "digest"),
    );
  return {
    name,
    version,
    sources,
    place: compiling.place([...path, "name"]),
    ...(code === undefined ? {} : { code }),
    ...(digest === undefined ? {} : { digest }),
    ...(description === undefined ? {} : { description }),
  };
}

function malformed(error: z.ZodError, path: YamlPath, compiling: Compiling): Error {
  const [issue] = error.issues;
  if (issue === undefined) throw new Error("a schema refused a value without an issue");
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const near = nearest(key, featureKeys);
    const fix = near === undefined ? `write ${featureKeys.join(", ")}` : `did you mean "${near}"?`;
    return configurationError("TH_CONTRACT_KEY", `a feature has no key "${key}"`, fix, compiling.place(path, key));
  }
  const inner = issue.path.filter((step) => typeof step !== "symbol");
  return configurationError(
    "TH_CONTRACT_SCHEMA",
    inner.length === 0 ? `the feature's definition: ${schemaFault(error)}` : `the feature's ${schemaFault(error)}`,
    "write name, version and sources",
    compiling.place([...path, ...inner]),
  );
}

function refused(message: string, fix: string, place: Place): Error {
  return configurationError("TH_CONTRACT_VALUE", message, fix, place);
}
