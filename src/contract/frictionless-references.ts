import { configurationError, type Place } from "../kernel/error.ts";
import { suggest } from "../kernel/naming.ts";
import type { Compiling } from "./compiling.ts";
import type { YamlPath } from "./document.ts";
import type { TableSchema } from "./frictionless-schema.ts";
import { referenceTo } from "./references.ts";

/** A resource of a package, or a schema by itself, that describes a table. */
export interface SchemaTable {
  readonly name: string;
  readonly schema: TableSchema;
  /** Where the schema stands. */
  readonly path: YamlPath;
}

/**
 * Foreign keys of a table as references to itself or to other tables of the package; one to anything else is unsupported.
 * @throws TH_CONTRACT_VALUE (configuration) for a field that a table does not have, and for sides of different lengths.
 */
export function compileForeignKeys(
  { name, schema, path }: SchemaTable,
  tables: readonly SchemaTable[],
  compiling: Compiling,
): void {
  schema.foreignKeys?.forEach(({ fields, reference }, at) => {
    const [columns, keys] = [[fields].flat(), [reference.fields].flat()];
    const own = [...path, "foreignKeys", at];
    const place = compiling.place(own, "fields");
    for (const column of columns) requireField(column, schema, place);
    const resource = reference.resource || name;
    const target = resource === name ? schema : tables.find((table) => table.name === resource)?.schema;
    const id = `${columns.join("+")}.foreign-key`;
    if (target === undefined) {
      const message = `references from ${columns.join(", ")} to ${resource} are not checked: the file has no table schema of that name`;
      compiling.unsupported({ id, message, place });
      return;
    }
    const far = compiling.place([...own, "reference"], "fields");
    for (const key of keys) requireField(key, target, far);
    if (columns.length !== keys.length)
      throw configurationError(
        "TH_CONTRACT_VALUE",
        `the foreign key has ${columns.length} of its own fields, and ${keys.length} of ${resource}`,
        "name as many fields on one side as on the other",
        far,
      );
    compiling.reference(referenceTo({ id, columns, table: resource, keys, place }));
  });
}

/** @throws TH_CONTRACT_VALUE (configuration) for a field that the schema does not describe. */
export function requireField(name: string, schema: TableSchema, place: Place): void {
  const known = schema.fields.map((field) => field.name);
  if (!known.includes(name))
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `the table schema describes no field "${name}"`,
      suggest(name, known),
      place,
    );
}
