import { serializeReport } from "../../src/report/report.ts";
import { contract, rows } from "../support/bad-inputs-invocations.ts";
import { refuses } from "../support/bad-inputs-suite.ts";
import { validationReport } from "../support/chain-reports.ts";

/** What a person gets wrong about data, contracts and profiles, and what is said about it. */

const otherColumns = "flight,delay\n1,2\n3,4\n";
const evaluated = { "data/test.csv": "holdout" };

refuses("validate-data", [
  {
    what: "a contract for other columns",
    files: { "data/train.csv": otherColumns },
    says: ["TH_CONTRACT_MISMATCH at contract.odcs.yaml", "no column in common", "fix: name the contract of this data"],
  },
  {
    what: "a contract with an error of syntax",
    files: { "contract.odcs.yaml": contract.replace("schema:", "schema: [") },
    says: [/^TH_CONTRACT_SYNTAX at contract\.odcs\.yaml:\d+:\d+: /],
  },
  {
    what: "a contract with a misspelt key",
    files: { "contract.odcs.yaml": contract.replace("required: true, unique", "requierd: true, unique") },
    says: [/^TH_CONTRACT_KEY at contract\.odcs\.yaml:10:\d+: /, 'did you mean "required"?'],
  },
  {
    what: "a contract of a newer standard",
    files: { "contract.odcs.yaml": contract.replace("v3.1.0", "v4.0.0") },
    says: ["TH_CONTRACT_VERSION at contract.odcs.yaml:1:13", "newer", "fix: upgrade Titleholder"],
  },
  {
    what: "another file for the contract",
    given: { contract: "uv.lock" },
    says: [/^TH_CONTRACT_\w+ at uv\.lock/],
  },
  {
    what: "a misspelt path of the contract",
    given: { contract: "contract.ocds.yaml" },
    says: ["TH_CONTRACT_MISSING", 'did you mean "contract.odcs.yaml"?'],
  },
  {
    what: "a pattern that is no regular expression",
    files: {
      "contract.odcs.yaml": contract.replace(
        "{ name: region, logicalType: string,",
        '{ name: region, logicalType: string, logicalTypeOptions: { pattern: "[a-" },',
      ),
    },
    says: [/^TH_\w+ at contract\.odcs\.yaml:14:\d+/, "[a-"],
  },
  {
    what: "a misspelt path of the data",
    given: { data: "data/trian.csv" },
    says: ["TH_DATA_MISSING at data/trian.csv (data)", 'did you mean "data/train.csv"?'],
  },
  {
    what: "data in an archive",
    given: { data: "data/train.csv.zip" },
    files: { "data/train.csv.zip": "PK\x03\x04" },
    says: ["TH_DATA_FORMAT at data/train.csv.zip (data)", "a zip archive"],
  },
  {
    what: "an archive under a name that hides it",
    files: { "data/train.csv": "PK\x03\x04" },
    says: ["TH_DATA_FORMAT at data/train.csv (data)", "a zip archive", "fix: unpack it first"],
  },
  {
    what: "Parquet that is text",
    given: { data: "data/train.parquet" },
    files: { "data/train.parquet": rows(3, 1) },
    says: ["TH_DATA_FORMAT at data/train.parquet (data)", "fix: rename it to end in .csv"],
  },
  {
    what: "CSV that is Parquet",
    files: { "data/train.csv": "PAR1\u0015\u0004" },
    says: ["TH_DATA_FORMAT at data/train.csv (data)", "fix: rename it to end in .parquet"],
  },
  {
    what: "two formats in one data set",
    given: { data: "data/train.csv\ndata/more.parquet" },
    files: { "data/more.parquet": "PAR1" },
    says: ["TH_DATA_FORMAT at input data", "one data set has one format"],
  },
  {
    what: "a profile in the place of the data",
    given: { profile: "data/train.csv" },
    says: ["TH_OUTPUT_PATH at input profile", "another file is there, which would be lost"],
  },
  {
    what: "a report in the place of the contract",
    given: { report: "contract.odcs.yaml" },
    says: ["TH_OUTPUT_PATH at input report", "another file is there, which would be lost"],
  },
]);

const profileSchema = "titleholder/profile/v1";
const profile = (schema: string) => JSON.stringify({ schema, rows: 0, columns: [] });

refuses("drift-report", [
  {
    what: "a profile of a newer format",
    given: { reference: "profile.json" },
    files: { "profile.json": profile(profileSchema.replace("v1", "v3")) },
    says: ["TH_PROFILE_FORMAT at profile.json", "fix: upgrade Titleholder"],
  },
  {
    what: "a profile that is damaged",
    given: { reference: "profile.json" },
    files: { "profile.json": JSON.stringify({ schema: profileSchema, rows: -1, columns: 5 }) },
    says: ["TH_PROFILE_FORMAT at profile.json"],
  },
  {
    what: "a profile without a column",
    given: { reference: "profile.json" },
    files: { "profile.json": profile(profileSchema) },
    says: [/^TH_DRIFT_\w+ at/],
  },
  {
    what: "JSON that is neither a profile nor a report",
    given: { reference: "bad/number.json" },
    says: ["TH_REFERENCE_FORMAT at bad/number.json (reference)"],
  },
  {
    what: "a report whose profile is gone",
    given: { reference: "report.json" },
    files: { "report.json": serializeReport(validationReport(evaluated)).bytes },
    says: ["TH_REFERENCE_FORMAT at report.json (reference)"],
  },
  {
    what: "a column that neither side has",
    given: { columns: "regoin" },
    says: ["TH_DRIFT_COLUMN at input columns", 'did you mean "region"?'],
  },
  {
    what: "a method that nobody knows",
    given: { methods: "psi, kss" },
    says: ["TH_INPUT_VALUE at input methods: methods at 1", 'did you mean "ks"?'],
  },
  {
    what: "current data with rows that cannot be read",
    files: { "data/test.csv": "id,x,z,y,region\n1,2\n" },
    says: ["TH_DATA_FAULTY at data/test.csv"],
  },
]);
