import { configurationError } from "../kernel/error.ts";
import { suggest } from "../kernel/naming.ts";
import { missingTexts } from "./argument-values.ts";
import { type Compiling, collect, nameOf } from "./compiling.ts";
import type { Contract, ContractColumn } from "./contract.ts";
import { checkShape, parseYaml, type YamlDocument, type YamlPath } from "./document.ts";
import { frictionlessForm, parseFrictionless } from "./frictionless.ts";
import { featuresOf, missingValuesOf } from "./handling.ts";
import {
  apiVersions,
  keysAt,
  type OdcsContract,
  type OdcsCustomProperties,
  type OdcsItem,
  type OdcsProperty,
  type OdcsTable,
  odcsSchema,
} from "./odcs-schema.ts";
import { compileProperty } from "./properties.ts";
import { typeOf } from "./property-type.ts";
import { tableQuality } from "./quality.ts";
import { compileReferences } from "./references.ts";
import { serviceLevelsOf } from "./service-levels.ts";
import { columnSpot } from "./spot.ts";

const newest = "3.1.0";

/**
 * Compiles a contract in the Open Data Contract Standard 3.x, or a Frictionless Table Schema. What it asks for and cannot be checked is listed as unsupported.
 * @param chosen name of the table that is meant; the first one when absent
 * @throws TH_CONTRACT_SYNTAX, TH_CONTRACT_VERSION, TH_CONTRACT_KEY, TH_CONTRACT_SCHEMA, TH_CONTRACT_VALUE (configuration) with line and
 *   column, TH_CONTRACT_TABLE when it has no table of that name.
 */
export function parseContract(text: string, file: string, chosen?: string): Contract {
  const document = parseYaml(text, file);
  const form = frictionlessForm(document.value);
  if (form !== undefined) return parseFrictionless(document, form, chosen);
  checkVersion(document);
  const contract = checkShape(document, odcsSchema, keysAt);
  const at = chosen === undefined ? 0 : tableNamed(chosen, contract.schema, file);
  const main = compileTable(contract, at, at, document);
  const names = new Set([main.table]);
  const further = contract.schema.flatMap(({ name }, number) =>
    names.size === names.add(name).size ? [] : [compileTable(contract, number, at, document)],
  );
  return { ...main, further };
}

function tableNamed(table: string, tables: readonly OdcsTable[], file: string): number {
  const at = tables.findIndex(({ name, physicalName }) => name === table || physicalName === table);
  if (at >= 0) return at;
  const names = tables.map(({ name }) => name);
  const place = { input: "data-table", file };
  throw configurationError("TH_CONTRACT_TABLE", `the contract has no table "${table}"`, suggest(table, names), place);
}

/** @param main what the contract asks for as a whole is asked of this table */
function compileTable(contract: OdcsContract, at: number, main: number, document: YamlDocument): Contract {
  const table: OdcsTable = contract.schema[at] ?? { name: "", properties: [] };
  const physicalTable = table.physicalName ?? table.name;
  const { compiling, rules, sqlRules, references, shape, unsupported } = collect(document, physicalTable);
  const path: YamlPath = ["schema", at];
  const columns = table.properties.map((property, number) =>
    columnOf(property, [...path, "properties", number], compiling),
  );
  const names = columns.map((column) => column.name);
  refuseRepeats(columns, path, document);
  tableQuality(table, path, names, compiling);
  const key = keyOf(table.properties, path, compiling);
  table.properties.forEach((property, number) => {
    const place = [...path, "properties", number];
    compileProperty(property, columnSpot(nameOf(property)), place, key.length === 1, compiling);
  });
  compileReferences(contract.schema, at, compiling);
  if (columns.length === 0) listEmpty(path, compiling);
  const { id, version, apiVersion } = contract;
  return {
    ...{ id, version, apiVersion, table: table.name, physicalTable, columns, key, rules, sqlRules, references },
    serviceLevels: serviceLevelsOf(contract, { own: table, main: contract.schema[main] ?? table }, compiling),
    missing: table.properties.flatMap(
      (property, number) => missingValuesOf(property, [...path, "properties", number], compiling) ?? [],
    ),
    features: featuresOf(table.customProperties, names, path, compiling),
    ...(shape.length === 0 ? {} : { shape }),
    unsupported,
    further: [],
  };
}

function listEmpty(path: YamlPath, compiling: Compiling): void {
  compiling.unsupported({
    id: "schema",
    message: "the contract describes no columns, so that none is checked",
    place: compiling.place(path),
  });
}

function checkVersion(document: YamlDocument): void {
  const top = document.value;
  const refuse = (message: string, fix: string, key: string) =>
    configurationError("TH_CONTRACT_VERSION", message, fix, document.placeOf([key]));
  if (typeof top !== "object" || top === null || Array.isArray(top))
    throw refuse("the file holds no data contract", "write a contract in the Open Data Contract Standard 3.x", "");
  if ("dataContractSpecification" in top)
    throw refuse(
      "this is a contract in the Data Contract Specification",
      "export it to the Open Data Contract Standard 3.x",
      "dataContractSpecification",
    );
  const version =
    "apiVersion" in top
      ? typeof top.apiVersion === "string"
        ? top.apiVersion
        : JSON.stringify(top.apiVersion)
      : undefined;
  if (version === undefined) throw refuse("apiVersion is missing", `add "apiVersion: v${newest}"`, "");
  const known: readonly string[] = apiVersions;
  const major = Number(/^v?(\d+)/.exec(version)?.[1] ?? "NaN");
  // A contract that says 2.2 and has the parts of 3.x is in the standard's own schema of 3.1.
  if (major < 3 && !("schema" in top && known.includes(version)))
    throw refuse(
      `the contract is written in version ${version} of the Open Data Contract Standard; 3.x is read`,
      `rewrite it in version ${newest}`,
      "apiVersion",
    );
  if (known.includes(version)) return;
  const isNewer = major > 3 || /^v?3\.([2-9]|\d\d)/.test(version);
  throw refuse(
    isNewer
      ? `the contract is written in version ${version} of the Open Data Contract Standard, which is newer than ${newest}`
      : `"${version}" is no version of the Open Data Contract Standard`,
    isNewer
      ? `upgrade Titleholder, or write the contract in version ${newest}`
      : `write one of ${known.filter((name) => name.startsWith("v3")).join(", ")}`,
    "apiVersion",
  );
}

function columnOf(property: OdcsProperty, path: YamlPath, compiling: Compiling): ContractColumn {
  const { kind, form: written } = typeOf(property);
  const missing = missingTexts(property);
  const form = { ...written, ...(missing.length === 0 ? {} : { missing }) };
  const classification = sensitiveClassification(property) ?? property.classification;
  return {
    name: nameOf(property),
    ...(kind === undefined ? {} : { kind }),
    ...(Object.keys(form).length === 0 ? {} : { form }),
    ...(classification === undefined ? {} : { classification }),
    tags: property.tags ?? [],
    isCritical: property.criticalDataElement === true,
    showValues: showsValues(property.customProperties),
    place: compiling.place([...path, "name"]),
  };
}

/** The classification of the column, or of a part that is shown with it, which is anything but public. */
function sensitiveClassification({ classification, properties, items }: OdcsItem): string | undefined {
  if (classification !== undefined && classification.toLowerCase() !== "public") return classification;
  const parts = [...(properties ?? []), ...(items === undefined ? [] : [items])];
  return parts.map(sensitiveClassification).find((found) => found !== undefined);
}

function showsValues(properties: OdcsCustomProperties): boolean {
  return properties?.some(({ property, value }) => /^show-?values$/i.test(property) && value === true) === true;
}

function refuseRepeats(columns: readonly ContractColumn[], path: YamlPath, { placeOf }: YamlDocument): void {
  const seen = new Set<string>();
  columns.forEach((column, at) => {
    if (seen.size !== seen.add(column.name).size) return;
    throw configurationError(
      "TH_CONTRACT_SCHEMA",
      `the contract describes column "${column.name}" twice`,
      "keep one of the two",
      placeOf([...path, "properties", at]),
    );
  });
}

/** The primary key is unique as a whole and null nowhere. */
function keyOf(properties: readonly OdcsProperty[], path: YamlPath, compiling: Compiling): readonly string[] {
  const parts = properties
    .map((property, at) => ({ property, at }))
    .filter(({ property }) => property.primaryKey === true)
    .sort((a, b) => position(a.property) - position(b.property) || a.at - b.at);
  const columns = parts.map(({ property }) => nameOf(property));
  const [first] = parts;
  if (first === undefined) return [];
  compiling.rule({
    id: "primary-key",
    columns,
    measure: { kind: "duplicates" },
    bound: { op: "=", value: 0 },
    unit: "rows",
    expectation: `the primary key (${columns.join(", ")}) must be unique`,
    severity: "error",
    dimension: "uniqueness",
    place: compiling.place([...path, "properties", first.at], "primaryKey"),
  });
  return columns;
}

function position(property: OdcsProperty): number {
  const stated = property.primaryKeyPosition ?? -1;
  return stated > 0 ? stated : Number.MAX_SAFE_INTEGER;
}

/** The error for a contract none of whose columns is in the data. */
export function mismatch(contract: Contract, file: string, found: readonly string[]): Error {
  const names = contract.columns.map((column) => column.name);
  const listed = (all: readonly string[]) => (all.length > 20 ? `${all.slice(0, 20).join(", ")} …` : all.join(", "));
  return configurationError(
    "TH_CONTRACT_MISMATCH",
    `the contract describes ${listed(names)}, and the data has ${listed(found)}: they have no column in common`,
    "name the contract of this data, or the data of this contract",
    { file },
  );
}
