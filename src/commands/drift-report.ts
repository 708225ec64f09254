import { z } from "zod";
import { fingerprintSchema } from "../dataset/fingerprint.ts";
import { rowsOf } from "../drift/bins.ts";
import { type ComparedColumn, compareColumns } from "../drift/comparison.ts";
import type { DriftMethod } from "../drift/drift.ts";
import { methods } from "../generated/methods.ts";
import type { Artifact, Command, Project } from "../kernel/command.ts";
import { digestSchema } from "../kernel/digest-schema.ts";
import type { Host } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import { overallVerdict } from "../kernel/verdict.ts";
import { profileDataset } from "../profile/profiling.ts";
import { locateData, openData } from "./data.ts";
import { matchColumns } from "./drift-report/columns.ts";
import { driftChecks, driftReading, driftSeries, driftSummary, driftTables } from "./drift-report/findings.ts";
import { shownPath } from "./paths.ts";
import { readReference } from "./reference.ts";
import { alpha, baseInputs, input } from "./shared.ts";

/** The method whose test decides; the others are published beside it. */
const deciding = "psi";

const inputs = z.strictObject({
  ...baseInputs,
  reference: input(z.string(), {
    description:
      "What the current data is compared with: the `profile` that validate-data wrote, its report, or data files (path, glob, folder).",
    kind: "path",
    example: ".titleholder/churn/validate-data/profile.json",
  }),
  current: input(z.array(z.string()).min(1), {
    description: "Recent rows, such as what the model was served: paths, globs and folders.",
    kind: "path",
    example: "serving/*.parquet",
  }),
  columns: input(z.array(z.string()).min(1).optional(), {
    description:
      "Columns to compare. When absent, all of the reference but times, identifiers and free text, which never stay as they are.",
    separator: "comma",
    example: "age, region, income",
  }),
  methods: input(
    z
      .array(z.enum(Object.keys(methods)))
      .min(1)
      .default(["psi", "ks", "js"]),
    {
      description: `Scores to publish for each column: ${Object.entries(methods)
        .map(([name, { summary }]) => `\`${name}\` (${summary})`)
        .join(", ")}. The decision is always that of \`psi\` against \`minimum-effect\`.`,
      separator: "comma",
    },
  ),
  minimumEffect: input(z.number().min(0).max(10).default(0.05), {
    description:
      "The population stability index up to which drift does not matter. A column fails when its drift is shown to be larger; 0.02 suits sensitive columns.",
  }),
  alpha: input(alpha, {
    description: "The share of false alarms among the alarms of one report.",
  }),
});

const outputs = z.strictObject({
  driftedColumns: input(z.array(z.string()), {
    description: "Columns that drifted, the largest drift first, as a JSON list.",
  }),
  datasetDrift: input(z.number(), { description: "The share of the compared columns that drifted, from 0 to 1." }),
});

const number = z.number().nullable();
const details = z.strictObject({
  /** Digest of the reference's profile, or of its data. */
  reference: digestSchema,
  current: fingerprintSchema,
  minimumEffect: z.number(),
  alpha: z.number(),
  rows: z.strictObject({ reference: z.int(), current: z.int() }),
  /** The largest drift first. Shares and scores are as computed; `p` is adjusted over the columns. */
  columns: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(["numeric", "categorical"]),
      verdict: z.enum(["pass", "warn", "fail", "inconclusive"]),
      psi: number,
      corrected: number,
      p: number,
      detectable: number,
      bins: number,
      scores: z.record(z.string(), number),
      missing: z.strictObject({ reference: number, current: number }),
    }),
  ),
  broken: z.array(z.string()),
  notCompared: z.array(z.string()),
});

type Inputs = z.output<typeof inputs>;

export const command = {
  name: "drift-report",
  summary: "Compare current data with a reference, column by column, and say what drifted.",
  description:
    "Compares the distribution of each column by tests that hold their error at every number of rows: a column fails when its drift is shown " +
    "to exceed the minimum effect, and warns when there is some drift and its estimate exceeds it. The usual scores are published beside the " +
    "decision. The reference may be a stored profile, so that the training data is read once.",
  inputs,
  outputs,
  details,
  run,
} satisfies Command<typeof inputs, typeof outputs>;

async function run(given: Inputs, host: Host, _project: Project) {
  const options = { minimumEffect: given.minimumEffect, alpha: given.alpha };
  const published = await loadMethods([...new Set(given.methods)], host);
  const [decider] = await loadMethods([deciding], host);
  if (decider === undefined) throw new Error(`the method ${deciding} is not in the generated map`);
  const started = host.now().getTime();
  const reference = await readReference(
    given.reference,
    host,
    given.columns === undefined ? {} : { columns: given.columns },
  );
  const { source, fingerprint } = await locateData(given.current, host, "current");
  await using dataset = await openData(source, host, { input: "current" });
  const current = await profileDataset(dataset, {
    like: reference.profile,
    data: fingerprint.digest,
    onColumn: (done, total) => host.log.progress("profiling the current data", done, total),
    ...(given.columns === undefined ? {} : { columns: given.columns }),
  });
  const { pairs, broken, leftOut } = await matchColumns(given.columns, reference.profile, current, dataset);
  const read = host.now().getTime();
  const compared = compareColumns(pairs, published, decider, options);
  const checks = driftChecks(compared, broken, options);
  const drifted = compared.filter(({ decision }) => decision.verdict === "fail");
  const name = given.current.map((pattern) => shownPath(host, pattern)).join(", ");
  return {
    findings: {
      verdict: overallVerdict(checks.map(({ verdict }) => verdict)),
      summary: driftSummary(compared, broken, options),
      checks,
      subjects: [{ kind: "data", name, digest: fingerprint.digest } satisfies Artifact],
      materials: [
        ...reference.materials,
        ...fingerprint.files.map(({ path, digest }): Artifact => ({ kind: "data", name: path, digest })),
      ],
      details: {
        reference: reference.digest,
        current: fingerprint,
        ...options,
        rows: { reference: reference.profile.rows, current: current.rows },
        columns: compared.map(columnDetails),
        broken: broken.map(({ column }) => column),
        notCompared: leftOut.map(({ column }) => column),
      } as unknown as Json,
      tables: driftTables(compared, leftOut, published, driftReading(compared, broken)),
      series: driftSeries(compared),
      timings: { "reading the data": read - started, "comparing the columns": host.now().getTime() - read },
    },
    outputs: {
      driftedColumns: drifted.map(({ column }) => column),
      datasetDrift: compared.length === 0 ? 0 : drifted.length / compared.length,
    },
  };
}

async function loadMethods(names: readonly string[], host: Host): Promise<readonly DriftMethod[]> {
  const loaded = await Promise.all(names.map(async (name) => methods[name]?.load()));
  return loaded.flatMap((implementation) => (implementation === undefined ? [] : [implementation.create({}, host)]));
}

function columnDetails(compared: ComparedColumn): Json {
  const { column, decision, evidence, outcomes, reference, current } = compared;
  const score = evidence.kind === "score" ? evidence : undefined;
  const share = (profile: ComparedColumn["reference"]) =>
    rowsOf(profile) === 0 ? null : profile.missing / rowsOf(profile);
  return {
    name: column,
    kind: reference.kind,
    verdict: decision.verdict,
    psi: score?.score ?? null,
    corrected: score?.corrected ?? null,
    p: decision.p ?? null,
    detectable: score?.minimumDetectable ?? null,
    bins: score?.bins ?? null,
    scores: Object.fromEntries(
      [...outcomes].map(([name, found]) => [name, found.kind === "score" ? found.score : null]),
    ),
    missing: { reference: share(reference), current: share(current) },
  };
}
