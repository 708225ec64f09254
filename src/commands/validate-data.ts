import { dirname, join } from "node:path";
import { z } from "zod";
import type { Contract } from "../contract/contract.ts";
import { declaredColumns } from "../contract/evaluation.ts";
import type { QualityScore } from "../contract/quality-score.ts";
import { fingerprintSchema } from "../dataset/fingerprint.ts";
import type { Artifact, Command, Findings, Project } from "../kernel/command.ts";
import { digestSchema } from "../kernel/digest-schema.ts";
import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import { parseDuration } from "../kernel/quantity.ts";
import { overallVerdict } from "../kernel/verdict.ts";
import { locateData } from "./data.ts";
import { dataFormInputs, textForm } from "./data-form.ts";
import { openRegistry } from "./open-registry.ts";
import { defaultReportPath, shownPath } from "./paths.ts";
import { baseCommitInputs, baseInputs, dryRunInput, input, registryInputs } from "./shared.ts";
import { earlierOf, readBase } from "./validate-data/base-contract.ts";
import { changelogSchema } from "./validate-data/changelog.ts";
import { checksOf, type Found, summaryOf } from "./validate-data/checks.ts";
import { columnsPart } from "./validate-data/columns-of-interest.ts";
import { noContract, type ReadContract, readContract } from "./validate-data/contract-file.ts";
import { contractPartDetails, contractParts } from "./validate-data/contract-parts.ts";
import { furtherTables, locateTables, openTables, tableIn, validateTables } from "./validate-data/further-tables.ts";
import { handlingDetails } from "./validate-data/handling/details.ts";
import { featureDictionary } from "./validate-data/handling/features.ts";
import { handleRows } from "./validate-data/handling/handling.ts";
import { handlingInputs, handlingOutputs } from "./validate-data/handling/inputs.ts";
import { requireReference } from "./validate-data/handling/missing.ts";
import { checkTargets } from "./validate-data/handling/targets.ts";
import { type PastScore, qualitySchema, rememberScore } from "./validate-data/history.ts";
import { checkInferred, type Inferred, inferredOf, inferredParts, writeInferred } from "./validate-data/infer.ts";
import { enforcedPolicy, trustParts } from "./validate-data/loosening.ts";
import { sensitiveColumns } from "./validate-data/masking.ts";
import type { Part, Situation } from "./validate-data/part.ts";
import { profileOf, type WrittenProfile, writeProfile } from "./validate-data/profile-file.ts";
import { type ReadPeriods, readPeriods, referenceParts, referenceSchema } from "./validate-data/reference.ts";
import { historySeries, scoreOf, scoreTables } from "./validate-data/score.ts";
import { splitDetails, splitInputs } from "./validate-data/splits/inputs.ts";
import { splitsPart } from "./validate-data/splits.ts";
import { sqlRules } from "./validate-data/sql-rules.ts";
import { publishSuggestions, suggestionPart } from "./validate-data/suggestion.ts";
import { tableReferences } from "./validate-data/table-references.ts";
import { tablesOf } from "./validate-data/tables.ts";
import { recordedVersions, versionsSchema } from "./validate-data/versions.ts";
import { checkWritable } from "./written-file.ts";

const inputs = z.strictObject({
  ...baseInputs,
  data: input(z.array(z.string()).min(1), {
    description:
      "Files, globs and folders of the data set: CSV, TSV, JSON, JSON Lines or Parquet, one format, packed with gzip or zstd or not. Folders are searched in depth.",
    kind: "path",
    example: "data/*.parquet",
  }),
  contract: input(z.string().optional(), {
    description:
      "Data contract in the Open Data Contract Standard 3.x, or a Frictionless Table Schema, as YAML or JSON. May be left out where there is a `reference`, which the data is then held against alone, or with `infer-contract`.",
    kind: "path",
    example: "contracts/churn.odcs.yaml",
  }),
  dataTable: input(z.string().optional(), {
    description: "Which table of the contract the data is. Its first when absent.",
    example: "customers",
  }),
  tables: input(z.record(z.string(), z.array(z.string()).min(1)).default({}), {
    description:
      "Files, globs and folders of the contract's other tables, by the tables' names: checked by their own rules, and looked into by references and SQL rules.",
    kind: "path",
    example: '{"orders": ["data/orders.parquet"]}',
  }),
  ...dataFormInputs,
  reference: input(z.array(z.string()).min(1).optional(), {
    description:
      "Earlier data that this data should be like: a `profile` that validate-data wrote, its report, or data files (path, glob, folder). Each entry is a period, the oldest first; from three on their spread is measured.",
    kind: "path",
    example: ".titleholder/churn/validate-data/profile.json",
  }),
  referenceSeverity: input(z.enum(["warn", "fail"]).default("warn"), {
    description:
      "What a broken bound of the reference does. A breaking change of the columns fails whatever stands here.",
  }),
  inferContract: input(z.string().optional(), {
    description:
      "Where a contract goes that is inferred from the `reference`, where there is one, and else from the data, in the Open Data Contract Standard 3.1: types, levels, ranges, shares of missing values and, from data, keys, with bounds that clean batches keep. A file that somebody edited is not written over. `contract` may then be left out.",
    kind: "path",
    example: "contracts/churn.odcs.yaml",
  }),
  profile: input(z.string().optional(), {
    description:
      "Where the profile goes, which drift-report compares with. `profile.json` beside the report when absent.",
    kind: "path",
  }),
  skipProfile: input(z.boolean().default(false), {
    description: "Compute no profile: the fastest answer, where nothing will be compared with this data.",
  }),
  ...handlingInputs,
  sampleFailures: input(z.number().int().min(0).max(1000).default(10), {
    description: "How many of the first failing rows are shown for each broken rule.",
  }),
  sqlTimeout: input(z.string().default("60s"), {
    description: "How long each SQL rule of the contract may take. One that takes longer is unchecked.",
  }),
  columnChecks: input(z.boolean().default(true), {
    description:
      "Warn of columns that are empty, constant or identifiers, and of values far beyond all others. Asked of 500 rows and more.",
  }),
  ...splitInputs,
  suggest: input(z.boolean().default(true), {
    description:
      "In a pull request, suggest on the contract's lines what they would have to say if the change of the data is meant. Needs a token with `pull-requests: write`; without it the suggestions stand in the report alone.",
  }),
  ...baseCommitInputs,
  ...registryInputs,
  registry: input(z.string().optional(), {
    description:
      "Address of the registry that keeps the history of quality scores, `file:DIR`. The environment's when absent; without either no history is kept.",
    kind: "address",
    example: "file:/srv/titleholder",
  }),
  ...dryRunInput,
});

const outputs = z.strictObject({
  dataFingerprint: input(z.string(), { description: "SHA-256 over the paths, sizes and digests of all files." }),
  rows: input(z.number(), { description: "Rows that were read." }),
  violations: input(z.number(), { description: "Rows that break a rule or cannot be read, summed over all rules." }),
  qualityScore: input(z.number(), {
    description: "0 to 100, by the formula in docs/validate-data.md. 0 when nothing could be read.",
  }),
  ...handlingOutputs,
  profile: input(z.string(), { description: "Path of the profile. Empty when there is none." }),
});

const tableFacts = z.strictObject({
  fingerprint: fingerprintSchema,
  rows: z.number(),
  rules: z.array(z.strictObject({ id: z.string(), count: z.number(), share: z.number(), holds: z.boolean() })),
});

const details = z.strictObject({
  ...tableFacts.shape,
  contract: z
    .strictObject({ id: z.string(), version: z.string(), apiVersion: z.string(), digest: digestSchema })
    .nullable(),
  ...contractPartDetails,
  /** Further tables of the contract, by name. */
  tables: z.record(z.string(), tableFacts).optional(),
  profile: z.strictObject({ path: z.string(), digest: digestSchema }).nullable(),
  quality: qualitySchema.nullable(),
  ...splitDetails,
  reference: referenceSchema.optional(),
  ...handlingDetails,
  versions: versionsSchema.optional(),
  inferred: z.strictObject({ path: z.string(), digest: digestSchema, from: z.enum(["data", "reference"]) }).optional(),
  changelog: changelogSchema.optional(),
});

type Inputs = z.output<typeof inputs>;

export const command = {
  name: "validate-data",
  summary: "Check data against its contract before anything is built on it.",
  description:
    "Reads CSV, TSV, JSON, JSON Lines or Parquet with an embedded engine, names every structural fault by file and row, checks each rule of a data " +
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
  await checkInferred(given.inferContract, host);
  const contract =
    given.contract === undefined ? withoutContract(given) : await readContract(given.contract, host, given.dataTable);
  const base = await readBase(given, host, project);
  const hidden = sensitiveColumns(contract.value, earlierOf(base));
  const declared = declaredColumns(contract.value);
  if (given.clean !== undefined) requireReference(contract.value.missing ?? [], given.reference !== undefined);
  const times = stopwatch(host);
  const textOf = ({ columns }: Contract) =>
    textForm(
      given,
      columns.map(({ name }) => name),
    );
  const text = textOf(contract.value);
  const periods = await readPeriods(given.reference, { hidden, declared, text }, host);
  if (periods !== undefined) times.lap("reference");
  const located = await locateData(given.data, host, "data", { declared, text });
  const further = await locateTables(given.tables, contract, textOf, host);
  const { fingerprint } = located;
  const read = [
    ...[located, ...further.values()].flatMap(({ source }) => source.files),
    ...(given.reference ?? []),
    ...(given.contract === undefined ? [] : [given.contract]),
  ];
  await checkTargets(given, [...read, profilePath, reportPathOf(given, project)], host);
  times.lap("fingerprint");
  const all = new Map([[contract.value.table, { contract, ...located }], ...further]);
  await using group = await openTables(all, host);
  times.lap("read");
  const tables = await validateTables(all, group, given.sampleFailures, host, earlierOf(base));
  times.lap("check");
  const main = tableIn(tables, contract.value.table);
  const { dataset, found } = main;
  const isProfiled =
    !found.unreadable && (!given.skipProfile || periods !== undefined || given.inferContract !== undefined);
  const like = periods?.reference.whole;
  const profile = isProfiled ? await profileOf(dataset, fingerprint, hidden, like, host) : undefined;
  times.lap("profile");
  const situation: Situation = { host, project, base, tables, group, profile, ...main };
  const inferred = await inferredOf(given.inferContract, periods?.reference, situation);
  const parts = await partsOf(given, situation, periods, inferred);
  times.lap("further checks");
  for (const table of [located, ...further.values()]) await table.requireUnchanged();
  // Before the profile is written: a registry that cannot be is found out while nothing else has been.
  const score = await scoreAndRemember(given, situation, parts);
  const others = {
    checks: parts.flatMap((part) => part.checks ?? []),
    again: async (clean: Situation) => (await sqlRules(clean, sqlTimeoutOf(given))).checks ?? [],
  };
  const handled = await handleRows(given, situation, others, periods?.reference.whole);
  times.lap("handling");
  const written =
    profile === undefined || given.skipProfile ? undefined : await writeProfile(profile, profilePath, host);
  const file = given.dryRun ? undefined : await writeInferred(given.inferContract, inferred, situation);
  const suggestions = parts.flatMap((part) => part.suggestions ?? []);
  if (given.suggest && !given.dryRun) await publishSuggestions(situation, suggestions, given.githubToken);
  const findings = findingsOf(given, situation, [...parts, handled.part, ...inferredParts(file)], score, written);
  return {
    findings: { ...findings, timings: times.laps },
    outputs: {
      dataFingerprint: fingerprint.digest,
      rows: found.rows,
      violations: violationsOf(found),
      qualityScore: score.value?.score ?? 0,
      quarantineFingerprint: handled.quarantine?.fingerprint.digest ?? "",
      cleanFingerprint: handled.clean?.fingerprint.digest ?? "",
      profile: written?.path ?? "",
    },
    policy: enforcedPolicy(given, base),
  };
}

/** What the topics beyond the contract's rules say of the data, each in a file of its own. */
async function partsOf(
  given: Inputs,
  situation: Situation,
  periods: ReadPeriods | undefined,
  inferred: Inferred | undefined,
): Promise<readonly Part[]> {
  const answer = async (of: Situation) => [...(await contractParts(of)), await sqlRules(of, sqlTimeoutOf(given))];
  const further = await answer(situation);
  return [
    ...(await trustParts(given, situation, { checks: further.flatMap(({ checks = [] }) => checks), answer })),
    ...further,
    furtherTables(situation, given.sampleFailures),
    await tableReferences(situation, given.sampleFailures),
    ...(given.columnChecks ? [await columnsPart(situation, given, given.sampleFailures)] : []),
    ...(await splitsPart(given, situation, given.sampleFailures)),
    ...(await referenceParts(periods, given.referenceSeverity, situation)),
    await featureDictionary(situation),
    await recordedVersions(situation),
    await suggestionPart(situation, inferred, given.inferContract !== undefined),
  ];
}

function sqlTimeoutOf(given: Inputs): number {
  return parseDuration(given.sqlTimeout, { input: "sql-timeout" });
}

/** @throws TH_CONTRACT_MISSING (configuration) when nothing else is named that the data could be held against. */
function withoutContract(given: Inputs): ReadContract {
  if (given.reference !== undefined || given.inferContract !== undefined) return noContract;
  throw configurationError(
    "TH_CONTRACT_MISSING",
    "there is neither a contract nor a reference to hold the data against",
    "name a contract, or earlier data in reference; infer-contract writes a first contract",
    { input: "contract" },
  );
}

interface RememberedScore {
  /** Undefined where nothing could be read. */
  readonly value: QualityScore | undefined;
  readonly past: readonly PastScore[];
}

/** The score is remembered only in a registry that somebody named. */
async function scoreAndRemember(
  given: Inputs,
  { contract, fingerprint, found, host, project }: Situation,
  parts: readonly Part[],
): Promise<RememberedScore> {
  const value = scoreOf(
    found,
    parts.flatMap((part) => part.scored ?? []),
  );
  if (given.registry === undefined || value === undefined) return { value, past: [] };
  const registry = await openRegistry(given.registry, host, { allowEphemeral: given.allowEphemeralRegistry });
  const now = { data: fingerprint.digest, contract: contract.digest };
  return { value, past: await rememberScore(registry, project.model, now, value, host, !given.dryRun) };
}

function reportPathOf(given: Inputs, project: Project): string {
  return given.report ?? defaultReportPath(project, command.name);
}

function profilePathOf(given: Inputs, project: Project): string {
  return given.profile ?? join(dirname(reportPathOf(given, project)), "profile.json");
}

function violationsOf({ faults, outcomes }: Found): number {
  const broken = outcomes.filter(({ rule, holds }) => !holds && rule.measure.kind !== "row count");
  return [...faults, ...broken].reduce((sum, { count }) => sum + count, 0);
}

function findingsOf(
  given: Inputs,
  { contract, fingerprint, found, host, masking }: Situation,
  parts: readonly Part[],
  score: RememberedScore,
  profile: WrittenProfile | undefined,
): Findings {
  const further = (first: boolean) =>
    parts.filter((part) => (part.first ?? false) === first).flatMap((part) => part.checks ?? []);
  const checks = [...further(true), ...checksOf(found), ...further(false)];
  const { id, version, apiVersion } = found.contract;
  const data: Artifact = {
    name: given.data.map((pattern) => shownPath(host, pattern)).join(", "),
    kind: "data",
    digest: fingerprint.digest,
  };
  const profiles: readonly Artifact[] =
    profile === undefined ? [] : [{ name: profile.path, kind: "profile", digest: profile.digest }];
  return {
    verdict: overallVerdict(checks.map((check) => check.verdict)),
    summary: summaryOf(checks, found.rows, found.files.length),
    checks,
    subjects: [data, ...profiles, ...parts.flatMap((part) => part.subjects ?? [])],
    materials: [
      ...fingerprint.files.map((file): Artifact => ({ name: file.path, kind: "data", digest: file.digest })),
      ...(contract === noContract ? [] : [{ name: contract.path, kind: "config", digest: contract.digest } as const]),
      ...parts.flatMap((part) => part.materials ?? []),
    ],
    details: {
      fingerprint,
      rows: found.rows,
      contract: contract === noContract ? null : { id, version, apiVersion, digest: contract.digest },
      rules: found.outcomes.map(({ rule, count, share, holds }) => ({ id: rule.id, count, share, holds })),
      profile: profile === undefined ? null : { path: profile.path, digest: profile.digest },
      quality: score.value ?? null,
      ...Object.assign({}, ...parts.map((part) => part.details ?? {})),
    } as unknown as Json,
    tables: [
      ...tablesOf(found, given.sampleFailures, masking),
      ...parts.flatMap((part) => part.tables ?? []),
      ...scoreTables(score.value),
    ],
    series: [...parts.flatMap((part) => part.series ?? []), ...historySeries(score.value, score.past)],
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
