import { anotherDigest } from "../support/bad-inputs-invocations.ts";
import { refuses } from "../support/bad-inputs-suite.ts";
import { evaluationReport, fileOf } from "../support/chain-reports.ts";

/** What a person gets wrong about registries and evidence, and what is said about it. */

const config = (text: string) => ({ "titleholder.yaml": text });

const evaluated = { "data/test.csv": "holdout" };
const evidence = fileOf(evaluationReport(anotherDigest, evaluated));
const newer = evidence.replace("titleholder/report/v1", "titleholder/report/v2");

refuses("register-model", [
  {
    what: "an alias that only a promotion moves",
    given: { alias: "champion" },
    says: ["TH_ALIAS_RESERVED at input alias", "fix: write promote: true"],
  },
  {
    what: "an alias that is kept for other registries",
    given: { alias: "latest" },
    says: ["TH_ALIAS_NAME at input alias"],
  },
  { what: "a name with a folder in it", given: { name: "team/churn" }, says: ["TH_MODEL_NAME at input name"] },
  { what: "a name that leads elsewhere", given: { name: ".." }, says: ["TH_MODEL_NAME at input name"] },
  {
    what: "a tag that follows from the evidence",
    given: { tags: "{ model_validation_status: PASSED }" },
    says: ["TH_TAG_RESERVED at input tags"],
  },
  {
    what: "a tag that is no text",
    given: { tags: "{ ticket: [1] }" },
    says: ["TH_INPUT_VALUE at input tags: tags at ticket"],
  },
  {
    what: "a version number below one",
    given: { "expect-alias": "0" },
    says: ["TH_INPUT_VALUE at input expect-alias"],
  },
  {
    what: "a registry of an unknown kind",
    given: { registry: "flie:models" },
    says: ["TH_REGISTRY_ADDRESS at input registry", 'did you mean "file"?'],
  },
  {
    what: "a registry without its kind",
    given: { registry: "models" },
    says: ["TH_REGISTRY_ADDRESS at input registry", "fix: write file:models"],
  },
  {
    what: "a registry of a newer format",
    files: { "models/format.json": '{"format":"titleholder/registry/v2"}\n' },
    says: ["TH_REGISTRY_FORMAT at models/format.json", "fix: upgrade Titleholder"],
  },
  {
    what: "a folder of other things as registry",
    given: { registry: "file:data" },
    says: ["TH_REGISTRY_LOCATION at input registry"],
  },
  {
    what: "a report of a newer format",
    given: { evidence: "evidence.json" },
    files: { "evidence.json": newer },
    says: ["TH_REPORT_FORMAT at evidence.json", "fix: upgrade Titleholder"],
  },
  {
    what: "a report that was edited",
    given: { evidence: "evidence.json" },
    files: { "evidence.json": evidence.replace('"verdict":"pass"', '"verdict":"warn"') },
    says: ["TH_EVIDENCE_ALTERED at evidence.json", "fix: run the gate again"],
  },
  {
    what: "a report with other line ends",
    given: { evidence: "evidence.json" },
    files: { "evidence.json": evidence.replace("\n", "\r\n") },
    says: ["TH_EVIDENCE_ALTERED at evidence.json"],
  },
  {
    what: "a file that is no report",
    given: { evidence: "data/test.csv" },
    says: ["TH_EVIDENCE_SYNTAX at data/test.csv"],
  },
  {
    what: "a report that is not the one that was pinned",
    given: { evidence: `evidence.json@${anotherDigest}` },
    files: { "evidence.json": evidence },
    says: ["TH_EVIDENCE_PIN at evidence.json (evidence)", anotherDigest],
  },
  {
    what: "a pin that is no digest",
    given: { evidence: "evidence.json@sha256:abc" },
    files: { "evidence.json": evidence },
    says: ["TH_EVIDENCE_PIN at input evidence"],
  },
  {
    what: "a misspelt path of a report",
    given: { evidence: ".titleholder/churn/evalute/report.json" },
    files: { ".titleholder/churn/evaluate/report.json": evidence },
    says: ["TH_EVIDENCE_MISSING", 'did you mean ".titleholder/churn/evaluate/report.json"?'],
  },
]);

refuses("verify", [
  {
    what: "an environment that is not there",
    given: { registry: undefined, environment: "pord" },
    files: config("version: 1\nenvironments: { prod: { registry: file:models } }\n"),
    says: ["TH_INPUT_ENVIRONMENT at input environment", 'did you mean "prod"?'],
  },
  { what: "a version that does not exist", given: { alias: "9" }, says: ["TH_VERSION_MISSING at input alias"] },
  { what: "an alias that does not exist", given: { alias: "champoin" }, says: ["TH_VERSION_MISSING at input alias"] },
  { what: "a model that does not exist", given: { name: "chrun" }, says: ["TH_VERSION_MISSING at input name"] },
  { what: "version zero", given: { alias: "0" }, says: [/^TH_\w+ at input alias/] },
]);
