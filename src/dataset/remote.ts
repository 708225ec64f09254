/** How data at an address gets onto this machine, by the scheme of the address. `ADDRESS` stands for it. */
const recipes: Readonly<Record<string, string>> = {
  s3: "aws s3 cp --recursive ADDRESS data/",
  s3a: "aws s3 cp --recursive ADDRESS data/",
  s3n: "aws s3 cp --recursive ADDRESS data/",
  gs: "gcloud storage cp --recursive ADDRESS data/",
  abfs: "azcopy copy --recursive ADDRESS data/",
  abfss: "azcopy copy --recursive ADDRESS data/",
  az: "azcopy copy --recursive ADDRESS data/",
  wasbs: "azcopy copy --recursive ADDRESS data/",
  http: "curl --fail --location --output-dir data --remote-name ADDRESS",
  https: "curl --fail --location --output-dir data --remote-name ADDRESS",
  ftp: "curl --fail --output-dir data --remote-name ADDRESS",
  sftp: "sftp ADDRESS data/",
  hdfs: "hdfs dfs -get ADDRESS data/",
  dbfs: "databricks fs cp --recursive ADDRESS data/",
  hf: "hf download --repo-type dataset REPOSITORY --local-dir data",
};

const exports: Readonly<Record<string, string>> = {
  snowflake: "COPY INTO @STAGE/data/ FROM TABLE FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE, then GET @STAGE/data/",
  bigquery: "bq extract --destination_format=PARQUET DATASET.TABLE 'gs://BUCKET/data/*.parquet'",
  bq: "bq extract --destination_format=PARQUET DATASET.TABLE 'gs://BUCKET/data/*.parquet'",
  redshift: "UNLOAD ('SELECT * FROM TABLE') TO 's3://BUCKET/data/' FORMAT PARQUET",
  postgres: "psql -c \"\\copy TABLE TO 'data/TABLE.csv' CSV HEADER\"",
  postgresql: "psql -c \"\\copy TABLE TO 'data/TABLE.csv' CSV HEADER\"",
  mysql: "mysql --batch -e 'SELECT * FROM TABLE' > data/TABLE.tsv",
  jdbc: "duckdb -c \"COPY (FROM TABLE) TO 'data/TABLE.parquet'\", or the database's own export",
  mssql: "bcp TABLE out data/TABLE.csv -c -t,",
  databricks: "spark.table('CATALOG.SCHEMA.TABLE').write.parquet('data/') in a notebook",
};

/** What stands behind the colon, where it is not two slashes. */
const separators: Readonly<Record<string, string>> = { dbfs: "/", jdbc: "" };

/**
 * Tells whether a text that names no file is an address of another machine or of a table in a catalog, and how to get its data here.
 * @param shown the text as given; a scheme may have lost one of its slashes on the way.
 */
export function remoteRecipe(shown: string): { readonly what: string; readonly recipe: string } | undefined {
  const [, scheme = "", rest = ""] = /^([a-zA-Z][a-zA-Z0-9+.-]+):\/{0,3}(.+)$/.exec(shown) ?? [];
  const name = scheme.toLowerCase().split(/[:+]/)[0] ?? "";
  const address = `${scheme}:${separators[name] ?? "//"}${rest}`;
  const download = recipes[name];
  if (download !== undefined)
    return {
      what: `${address} is an address on another machine, and data is read from files here`,
      recipe: `download it in a step before, as in \`${download.replace("ADDRESS", address)}\`, and name the files`,
    };
  const exported = exports[name] ?? (isTable(shown) ? exports.databricks : undefined);
  if (exported === undefined) return undefined;
  return {
    what: `${name in exports ? address : shown} is a table of a database, and data is read from files here`,
    recipe: `export it in a step before, as in \`${exported}\`, and name the files`,
  };
}

/** `catalog.schema.table`, with or without backticks. */
function isTable(shown: string): boolean {
  return /^`?[A-Za-z_][\w-]*`?\.`?[A-Za-z_]\w*`?\.`?[A-Za-z_]\w*`?$/.test(shown);
}
