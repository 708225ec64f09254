import { configurationError, type Place } from "../kernel/error.ts";
import { suggest } from "../kernel/naming.ts";
import { nothing } from "./bounds.ts";
import { type Collected, collect } from "./compiling.ts";
import type { Contract, ContractColumn } from "./contract.ts";
import { checkShape, within, type YamlDocument, type YamlPath } from "./document.ts";
import { fieldRules } from "./frictionless-fields.ts";
import { frictionlessForms, type TableSchema } from "./frictionless-schema.ts";
import { formOf } from "./frictionless-types.ts";

const standard = "the Table Schema specification";

type Form = keyof typeof frictionlessForms;

/** Whether a document is a Table Schema, or a resource or package with one; contracts of other standards say what they are. */
export function frictionlessForm(value: unknown): Form | undefined {
  if (typeof value !== "object" || value === null || "apiVersion" in value || "kind" in value) return undefined;
  if (Array.isArray(value) || "dataContractSpecification" in value) return undefined;
  if ("fields" in value) return "schema";
  if ("resources" in value) return "package";
  return "schema" in value && ("path" in value || "data" in value) ? "resource" : undefined;
}

/**
 * Compiles a Frictionless Table Schema. What it asks for and cannot be checked is listed as unsupported.
 * @throws TH_CONTRACT_SCHEMA, TH_CONTRACT_VALUE (configuration) with line and column.
 */
export function parseFrictionless(document: YamlDocument, form: Form): Contract {
  const collected = collect(document);
  const { compiling } = collected;
  const { schema, path, ...names } = schemaIn(document, form, collected);
  const match = [schema.fieldsMatch ?? []].flat()[0];
  const mayBeAbsent = match === "superset" || match === "partial";
  const columns = schema.fields.map((field, at): ContractColumn => {
    const { kind, format } = formOf(field);
    const missing = textsOf(field.missingValues ?? schema.missingValues);
    const form = { ...(format === undefined ? {} : { format }), ...(missing.length === 0 ? {} : { missing }) };
    return {
      name: field.name,
      ...(kind === undefined ? {} : { kind }),
      ...(kind === undefined || Object.keys(form).length === 0 ? {} : { form }),
      tags: [],
      isCritical: false,
      showValues: false,
      mayBeAbsent,
      place: compiling.place([...path, "fields", at, "name"]),
    };
  });
  refuseRepeats(columns);
  const key = keyOf(schema, path, collected);
  schema.fields.forEach((field, at) => {
    fieldRules(field, [...path, "fields", at], key, compiling);
  });
  listMissingValues(schema, path, collected);
  listForeignKeys(schema, path, collected);
  return {
    ...names,
    physicalTable: names.table,
    apiVersion: "frictionless",
    columns,
    ...(match === undefined ? {} : { fieldsMatch: { kind: match, place: compiling.place(path, "fieldsMatch") } }),
    key,
    rules: collected.rules,
    sqlRules: [],
    references: [],
    further: [],
    serviceLevels: [],
    unsupported: collected.unsupported,
  };
}

interface Found {
  readonly schema: TableSchema;
  readonly path: YamlPath;
  readonly id: string;
  readonly table: string;
  readonly version: string;
}

/** The schema in the document; of a package that of its first resource with one, and the others are listed. */
function schemaIn(document: YamlDocument, form: Form, { compiling }: Collected): Found {
  if (form === "schema") return { ...namedIn(document, []), version: "" };
  if (form === "resource") {
    const { name = "table" } = checkShape(document, frictionlessForms.resource, noKeys, standard);
    return { ...namedIn(document, ["schema"], name), version: "" };
  }
  const { resources, name, version = "" } = checkShape(document, frictionlessForms.package, noKeys, standard);
  const chosen = Math.max(
    0,
    resources.findIndex(({ schema }) => schema !== undefined),
  );
  const nameOf = (at: number) => resources[at]?.name ?? `resource ${at + 1}`;
  resources.forEach((_resource, at) => {
    if (at === chosen) return;
    const message = `only one resource of the package is checked, ${nameOf(at)} is not`;
    compiling.unsupported({ id: `schema.${nameOf(at)}`, message, place: compiling.place(["resources", at]) });
  });
  const found = namedIn(document, ["resources", chosen, "schema"], nameOf(chosen));
  return { ...found, id: name ?? found.id, version };
}

const noKeys = (): readonly string[] => [];

/** @throws TH_CONTRACT_SCHEMA (configuration) where the schema stands in another file, or is none. */
function namedIn(document: YamlDocument, path: YamlPath, name?: string): Omit<Found, "version"> {
  const inner = within(document, path);
  if (typeof inner.value === "string")
    throw configurationError(
      "TH_CONTRACT_SCHEMA",
      `the table schema stands in another file, ${inner.value}`,
      "name that file as the contract",
      document.placeOf(path),
    );
  if (inner.value === undefined)
    throw configurationError(
      "TH_CONTRACT_SCHEMA",
      "the file describes data without a table schema",
      "add schema: { fields: [ … ] } to a resource",
      document.placeOf(path),
    );
  const schema = checkShape(inner, frictionlessForms.schema, noKeys, standard);
  const id = name ?? (typeof schema.name === "string" ? schema.name : "table");
  return { schema, path, id, table: id };
}

function refuseRepeats(columns: readonly ContractColumn[]): void {
  const seen = new Set<string>();
  for (const { name, place } of columns)
    if (seen.size === seen.add(name).size)
      throw configurationError(
        "TH_CONTRACT_VALUE",
        `the table schema describes the field "${name}" twice`,
        "keep one of the two",
        place,
      );
}

/** The primary key, unique as a whole; unique keys are rules of the same kind. */
function keyOf(schema: TableSchema, path: YamlPath, { compiling }: Collected): readonly string[] {
  const key = [schema.primaryKey ?? []].flat();
  const unique = (id: string, columns: readonly string[], what: string, place: Place) => {
    for (const name of columns) refuseUnknown(name, schema, place);
    if (columns.length === 0) return;
    compiling.rule({
      id,
      columns,
      measure: { kind: "duplicates" },
      bound: nothing,
      unit: "rows",
      expectation: `the ${what} (${columns.join(", ")}) must be unique`,
      severity: "error",
      dimension: "uniqueness",
      place,
    });
  };
  unique("primary-key", key, "primary key", compiling.place(path, "primaryKey"));
  schema.uniqueKeys?.forEach((columns, at) => {
    unique("unique-key", columns, "key", compiling.place([...path, "uniqueKeys", at]));
  });
  return key;
}

function refuseUnknown(name: string, schema: TableSchema, place: Place): void {
  const known = schema.fields.map((field) => field.name);
  if (!known.includes(name))
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `the table schema describes no field "${name}"`,
      suggest(name, known),
      place,
    );
}

/** The texts that stand for no value, besides the empty one, which does so always. */
function textsOf(values: TableSchema["missingValues"]): readonly string[] {
  return (values ?? []).map((item) => (typeof item === "string" ? item : item.value)).filter((text) => text !== "");
}

/** Fields whose cells are taken as they are have no texts that stand for no value. */
function listMissingValues(schema: TableSchema, path: YamlPath, { compiling }: Collected): void {
  schema.fields.forEach((field, at) => {
    const texts = textsOf(field.missingValues ?? schema.missingValues);
    if (texts.length === 0 || formOf(field).kind !== undefined) return;
    const own = field.missingValues !== undefined;
    compiling.unsupported({
      id: `${field.name}.missing-values`,
      message: `${texts.map((text) => JSON.stringify(text)).join(", ")} count as values of ${field.name}, which has no type of single values`,
      place: own ? compiling.place([...path, "fields", at], "missingValues") : compiling.place(path, "missingValues"),
    });
  });
}

function listForeignKeys(schema: TableSchema, path: YamlPath, { compiling }: Collected): void {
  schema.foreignKeys?.forEach(({ fields, reference }, at) => {
    const names = [fields].flat();
    const place = compiling.place([...path, "foreignKeys", at], "fields");
    for (const name of names) refuseUnknown(name, schema, place);
    compiling.unsupported({
      id: `${names.join("+")}.foreign-key`,
      message: `references from ${names.join(", ")} to ${reference.resource ?? "the table itself"} are not checked`,
      place,
    });
  });
}
