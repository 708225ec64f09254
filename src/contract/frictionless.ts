import { configurationError, type Place } from "../kernel/error.ts";
import { suggest } from "../kernel/naming.ts";
import { nothing } from "./bounds.ts";
import { type Collected, type Compiling, collect } from "./compiling.ts";
import type { Contract, ContractColumn, Unsupported } from "./contract.ts";
import { checkShape, within, type YamlDocument, type YamlPath } from "./document.ts";
import { fieldRules } from "./frictionless-fields.ts";
import { compileForeignKeys, requireField, type SchemaTable } from "./frictionless-references.ts";
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
 * @param chosen name of the package's resource that is meant; the first one with a schema when absent
 * @throws TH_CONTRACT_SCHEMA, TH_CONTRACT_VALUE, TH_CONTRACT_TABLE (configuration) with line and column.
 */
export function parseFrictionless(document: YamlDocument, form: Form, chosen?: string): Contract {
  const found = tablesIn(document, form, chosen);
  const [main, ...further] = found.tables.map((table) => compileTable(table, found, document));
  if (main === undefined) throw new Error("a document with a table schema has no table");
  const unsupported = [...main.unsupported, ...found.others];
  return { ...main, unsupported, further };
}

function compileTable(table: SchemaTable, { tables, ...names }: Found, document: YamlDocument): Contract {
  const collected = collect(document);
  const { compiling } = collected;
  const { schema, path } = table;
  const match = [schema.fieldsMatch ?? []].flat()[0];
  const columns = columnsOf(table, match === "superset" || match === "partial", compiling);
  refuseRepeats(columns);
  const key = keyOf(schema, path, collected);
  schema.fields.forEach((field, at) => {
    fieldRules(field, [...path, "fields", at], key, compiling);
  });
  listMissingValues(schema, path, collected);
  compileForeignKeys(table, tables, compiling);
  return {
    id: names.id,
    version: names.version,
    table: table.name,
    physicalTable: table.name,
    apiVersion: "frictionless",
    columns,
    ...(match === undefined ? {} : { fieldsMatch: { kind: match, place: compiling.place(path, "fieldsMatch") } }),
    key,
    rules: collected.rules,
    sqlRules: [],
    references: collected.references,
    further: [],
    serviceLevels: [],
    unsupported: collected.unsupported,
  };
}

function columnsOf(
  { schema, path }: SchemaTable,
  mayBeAbsent: boolean,
  compiling: Compiling,
): readonly ContractColumn[] {
  return schema.fields.map((field, at): ContractColumn => {
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
}

interface Found {
  /** The one that is meant is the first. */
  readonly tables: readonly SchemaTable[];
  readonly id: string;
  readonly version: string;
  /** Resources that describe no table here. */
  readonly others: readonly Unsupported[];
}

function tablesIn(document: YamlDocument, form: Form, chosen: string | undefined): Found {
  if (form === "package") return tablesOfPackage(document, chosen);
  const table = form === "schema" ? tableAt(document, []) : tableOfResource(document);
  if (chosen !== undefined && chosen !== table.name) throw noTable(chosen, [table.name], document);
  return { tables: [table], id: table.name, version: "", others: [] };
}

function tableOfResource(document: YamlDocument): SchemaTable {
  const { name = "table" } = checkShape(document, frictionlessForms.resource, noKeys, standard);
  return tableAt(document, ["schema"], name);
}

/** The resource that is meant, then the others whose schemas stand here too. */
function tablesOfPackage(document: YamlDocument, chosen: string | undefined): Found {
  const { resources, name, version = "" } = checkShape(document, frictionlessForms.package, noKeys, standard);
  const names = resources.map((resource, at) => resource.name ?? `resource ${at + 1}`);
  const main =
    chosen === undefined
      ? Math.max(
          0,
          resources.findIndex(({ schema }) => schema !== undefined),
        )
      : names.indexOf(chosen);
  if (main < 0) throw noTable(chosen ?? "", names, document);
  const isTable = (at: number) => {
    const inner: unknown = resources[at]?.schema;
    return names.indexOf(names[at] ?? "") === at && typeof inner === "object" && inner !== null && "fields" in inner;
  };
  const rest = [...names.keys()].filter((at) => at !== main && names[at] !== names[main]);
  const tables = [main, ...rest.filter(isTable)].map((at) => tableAt(document, ["resources", at, "schema"], names[at]));
  const others = [...names.keys()]
    .filter((at) => at !== main && !(rest.includes(at) && isTable(at)))
    .map((at): Unsupported => {
      const isFirst = names.indexOf(names[at] ?? "") === at;
      const why = isFirst ? "no table schema stands here for it" : "another resource has that name";
      const message = `${names[at]} is not checked: ${why}`;
      return { id: `schema.${names[at]}`, message, place: document.placeOf(["resources", at]) };
    });
  return { tables, id: name ?? tables[0]?.name ?? "", version, others };
}

const noKeys = (): readonly string[] => [];

function noTable(chosen: string, names: readonly string[], document: YamlDocument): Error {
  const place = { ...document.placeOf([]), input: "data-table" };
  return configurationError(
    "TH_CONTRACT_TABLE",
    `the contract has no table "${chosen}"`,
    suggest(chosen, names),
    place,
  );
}

/** @throws TH_CONTRACT_SCHEMA (configuration) where the schema stands in another file, or is none. */
function tableAt(document: YamlDocument, path: YamlPath, name?: string): SchemaTable {
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
  return { name: name ?? (typeof schema.name === "string" ? schema.name : "table"), schema, path };
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
    for (const name of columns) requireField(name, schema, place);
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
