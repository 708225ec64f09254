import { dirname, join } from "node:path";
import { z } from "zod";
import type { Contract } from "../contract/contract.ts";
import { judge, type Outcome, planContract } from "../contract/evaluation.ts";
import type { Column, Dataset, FoundRow } from "../dataset/dataset.ts";
import { type Fingerprint, fingerprintSchema } from "../dataset/fingerprint.ts";
import type { Artifact, Command, Findings, Project } from "../kernel/command.ts";
import { type Digest, digestOf } from "../kernel/digest.ts";
import { digestSchema } from "../kernel/digest-schema.ts";
import { configurationError, TitleholderError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { canonicalJson, type Json } from "../kernel/json.ts";
import { nearest } from "../kernel/naming.ts";
import { overallVerdict } from "../kernel/verdict.ts";
import { profileToJson } from "../profile/profile-json.ts";
import { profileDataset } from "../profile/profiling.ts";
import { locateData, openData } from "./data.ts";
import { defaultReportPath, shownPath } from "./paths.ts";
import { baseInputs, input } from "./shared.ts";
import { checksOf, type Found, summaryOf } from "./validate-data/checks.ts";
import { maskingOf, sensitiveColumns } from "./validate-data/masking.ts";
import { tablesOf } from "./validate-data/tables.ts";
import { checkWritable } from "./written-file.ts";

const inputs = z.strictObject({
  ...baseInputs,
  data: input(z.array(z.string()).min(1), {
    description:
      "Files, globs and folders of the data set: CSV, TSV or Parquet, one format. Folders are searched in depth.",
    kind: "path",
    example: "data/*.parquet",
  }),
  contract: input(z.string(), {
    description: "Data contract in the Open Data Contract Standard 3.x, as YAML.",
    kind: "path",
    example: "contracts/churn.odcs.yaml",
  }),
  profile: input(z.string().optional(), {
    description:
      "Where the profile goes, which drift-report compares with. `profile.json` beside the report when absent.",
    kind: "path",
  }),
  sampleFailures: input(z.number().int().min(0).max(1000).default(10), {
    description: "How many of the first failing rows are shown for each broken rule.",
  }),
});

const outputs = z.strictObject({
  dataFingerprint: input(z.string(), { description: "SHA-256 over the paths, sizes and digests of all files." }),
  rows: input(z.number(), { description: "Rows that were read." }),
  violations: input(z.number(), { description: "Rows that break a rule or cannot be read, summed over all rules." }),
  profile: input(z.string(), { description: "Path of the profile. Empty when nothing could be read." }),
});

const details = z.strictObject({
  fingerprint: fingerprintSchema,
  rows: z.number(),
  contract: z.strictObject({ id: z.string(), version: z.string(), apiVersion: z.string(), digest: digestSchema }),
  rules: z.array(z.strictObject({ id: z.string(), count: z.number(), share: z.number(), holds: z.boolean() })),
  profile: z.strictObject({ path: z.string(), digest: digestSchema }).nullable(),
});

type Inputs = z.output<typeof inputs>;

export const command = {
  name: "validate-data",
  summary: "Check data against its contract before anything is built on it.",
  description:
    "Reads CSV, TSV or Parquet with an embedded engine, names every structural fault by file and row, checks each rule of a data " +
    "contract (Open Data Contract Standard 3.x), and shows the first failing rows. Leaves a fingerprint that later gates accept data by, " +
    "and a profile that drift is measured against. Values are masked where the report leaves this machine, unless the contract " +
    "classifies the column as public or sets the custom property showValues.",
  inputs,
  outputs,
  details,
  run,
} satisfies Command<typeof inputs, typeof outputs>;

async function run(given: Inputs, host: Host, project: Project) {
  const profilePath = profilePathOf(given, project);
  const profilePlace = { input: given.profile === undefined ? "report" : "profile" };
  await checkWritable(profilePath, host, profilePlace, { schema: "titleholder/profile/" });
  const contract = await readContract(given.contract, host);
  const declared = contract.value.columns.filter(
    (column): column is typeof column & { kind: Column["kind"] } =>
      column.kind !== undefined && column.kind !== "nested",
  );
  const times = stopwatch(host);
  const { source, fingerprint } = await locateData(given.data, host, "data", { declared });
  times.lap("fingerprint");
  await using dataset = await openData(source, host, { faults: "keep", input: "data" });
  times.lap("read");
  const found = await validate(dataset, contract, source.files, given.sampleFailures, host);
  times.lap("check");
  const hidden = sensitiveColumns(contract.value);
  const profile = found.unreadable ? undefined : await writeProfile(dataset, fingerprint, hidden, profilePath, host);
  times.lap("profile");
  const findings = findingsOf(given, found, contract.digest, fingerprint, profile, host);
  const violations =
    found.faults.reduce((sum, fault) => sum + fault.count, 0) +
    found.outcomes.reduce(
      (sum, { rule, count, holds }) => sum + (holds || rule.measure.kind === "row count" ? 0 : count),
      0,
    );
  return {
    findings: { ...findings, timings: times.laps },
    outputs: { dataFingerprint: fingerprint.digest, rows: found.rows, violations, profile: profile?.path ?? "" },
  };
}

function profilePathOf(given: Inputs, project: Project): string {
  return given.profile ?? join(dirname(given.report ?? defaultReportPath(project, command.name)), "profile.json");
}

interface ReadContract {
  readonly value: Contract;
  /** As shown to people. */
  readonly path: string;
  readonly digest: Digest;
}

async function readContract(path: string, host: Host): Promise<ReadContract> {
  const file = shownPath(host, path);
  const bytes = await host.files.read(path);
  if (bytes === undefined) {
    const near = nearest(path.slice(dirname(path).length + 1), await host.files.list(dirname(path)));
    throw configurationError(
      "TH_CONTRACT_MISSING",
      `there is no contract at ${file}`,
      near === undefined ? "name a file that exists" : `did you mean "${shownPath(host, join(dirname(path), near))}"?`,
      { input: "contract", file },
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw configurationError("TH_CONTRACT_SYNTAX", "the contract is not UTF-8", "save it as UTF-8", { file }, cause);
  }
  // The standard's schema and YAML are large: a start that is refused does not load them.
  const { parseContract } = await import("../contract/odcs.ts");
  return { value: parseContract(text, file), path: file, digest: digestOf(bytes) };
}

async function validate(
  dataset: Dataset,
  { value: contract, path }: ReadContract,
  files: readonly string[],
  limit: number,
  host: Host,
): Promise<Found> {
  const faults = await dataset.faults();
  const plan = planContract(contract, dataset.columns);
  const unreadable = dataset.columns.length === 0;
  if (!unreadable && plan.missing.length === contract.columns.length) {
    const { mismatch } = await import("../contract/odcs.ts");
    const names = dataset.columns.map((column) => column.name);
    throw mismatch(contract, path, names);
  }
  const { rows, outcomes } = judge(plan, await count(dataset, contract, plan.aggregates));
  const samples = new Map<string, readonly FoundRow[]>();
  const broken = outcomes.filter((outcome) => !outcome.holds && outcome.count > 0);
  for (const [done, outcome] of broken.entries()) {
    host.log.progress("finding failing rows", done, broken.length);
    if (limit > 0) samples.set(outcome.rule.id, await failingRows(dataset, outcome, limit, contract.key));
  }
  const show = (file: string) => shownPath(host, file);
  return { contract, plan, rows, files, faults, outcomes: unreadable ? [] : outcomes, samples, unreadable, show };
}

/** An expression that only the engine can refuse is named with its place in the contract. */
async function count(dataset: Dataset, contract: Contract, aggregates: ReturnType<typeof planContract>["aggregates"]) {
  try {
    return await dataset.aggregate(aggregates);
  } catch (error) {
    if (!(error instanceof TitleholderError) || error.code !== "TH_DATA_PATTERN") throw error;
    const rule = contract.rules.find(
      ({ measure }) =>
        measure.kind === "rows" &&
        measure.violated.op === "not" &&
        measure.violated.term.op === "matches" &&
        error.message.includes(JSON.stringify(measure.violated.term.pattern)),
    );
    throw configurationError(error.code, error.message, error.fix, rule?.place ?? {}, error);
  }
}

/** Only the columns that are shown are read again. */
async function failingRows(
  dataset: Dataset,
  { rule }: Outcome,
  limit: number,
  key: readonly string[],
): Promise<readonly FoundRow[]> {
  const names = new Set([...key, ...rule.columns]);
  const shown = dataset.columns.map((column) => column.name).filter((name) => names.has(name));
  if (rule.measure.kind === "rows") return dataset.rows(rule.measure.violated, limit, shown);
  return rule.measure.kind === "duplicates" ? dataset.duplicateRows(rule.columns, limit, shown) : [];
}

async function writeProfile(
  dataset: Dataset,
  fingerprint: Fingerprint,
  hidden: readonly string[],
  path: string,
  host: Host,
): Promise<{ readonly path: string; readonly digest: Digest }> {
  const profile = await profileDataset(dataset, {
    data: fingerprint.digest,
    hidden,
    onColumn: (done, total) => host.log.progress("profiling columns", done, total),
  });
  const bytes = new TextEncoder().encode(`${canonicalJson(profileToJson(profile))}\n`);
  await host.files.makeDirectory(dirname(path));
  await host.files.replace(path, bytes);
  return { path: shownPath(host, path), digest: digestOf(bytes) };
}

function findingsOf(
  given: Inputs,
  found: Found,
  contractDigest: Digest,
  fingerprint: Fingerprint,
  profile: { readonly path: string; readonly digest: Digest } | undefined,
  host: Host,
): Findings {
  const checks = checksOf(found);
  const { id, version, apiVersion } = found.contract;
  const data: Artifact = {
    name: given.data.map((pattern) => shownPath(host, pattern)).join(", "),
    kind: "data",
    digest: fingerprint.digest,
  };
  return {
    verdict: overallVerdict(checks.map((check) => check.verdict)),
    summary: summaryOf(checks, found.rows, found.files.length),
    checks,
    subjects: profile === undefined ? [data] : [data, { name: profile.path, kind: "profile", digest: profile.digest }],
    materials: [
      ...fingerprint.files.map((file): Artifact => ({ name: file.path, kind: "data", digest: file.digest })),
      { name: shownPath(host, given.contract), kind: "config", digest: contractDigest },
    ],
    details: {
      fingerprint,
      rows: found.rows,
      contract: { id, version, apiVersion, digest: contractDigest },
      rules: found.outcomes.map(({ rule, count, share, holds }) => ({ id: rule.id, count, share, holds })),
      profile: profile ?? null,
    } as unknown as Json,
    tables: tablesOf(found, given.sampleFailures, maskingOf(found.contract, host)),
    series: [],
  };
}

function stopwatch(host: Host) {
  const laps: Record<string, number> = {};
  let last = host.now().getTime();
  return {
    laps,
    lap: (name: string) => {
      const now = host.now().getTime();
      laps[name] = now - last;
      last = now;
    },
  };
}
