/** A table whose folder holds more than its rows: files that were deleted, compacted or replaced lie beside those that count. */
export interface TableFormat {
  readonly name: "Delta Lake" | "Apache Iceberg" | "Apache Hudi";
  /** How to get files that hold the table's rows and no others. */
  readonly recipe: string;
}

const delta: TableFormat = {
  name: "Delta Lake",
  recipe:
    "write the version you mean to a folder of its own, as in deltalake.DeltaTable(PATH, version=N).to_pyarrow_table() and pyarrow.parquet.write_table, and name that",
};
const iceberg: TableFormat = {
  name: "Apache Iceberg",
  recipe:
    "write the snapshot you mean to a folder of its own, as in pyiceberg's table.scan(snapshot_id=N).to_arrow() and pyarrow.parquet.write_table, and name that",
};
const hudi: TableFormat = {
  name: "Apache Hudi",
  recipe:
    "write the commit you mean to a folder of its own, as in a Spark query of the table at that instant, and name that",
};

/** Names in a folder that tell a table. */
export const tableMarks = ["_delta_log", ".hoodie", "metadata"] as const;

/**
 * Tells a table's folder by what lies in it.
 * @param names names of the entries of the folder
 * @param metadata names of the entries of its folder `metadata`; empty when it has none
 */
export function tableFormatOf(names: readonly string[], metadata: readonly string[]): TableFormat | undefined {
  if (names.includes("_delta_log")) return delta;
  if (names.includes(".hoodie")) return hudi;
  return names.includes("metadata") && metadata.some((name) => /\.metadata\.json(\.gz)?$/.test(name))
    ? iceberg
    : undefined;
}
