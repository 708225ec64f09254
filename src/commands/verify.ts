import { z } from "zod";
import type { Artifact, Check, Command, Findings, Project } from "../kernel/command.ts";
import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { type CheckVerdict, overallVerdict } from "../kernel/verdict.ts";
import { type Chain, type ChainLink, walkChain } from "../lineage/chain.ts";
import { chainTable, featureTable, rawTable } from "../lineage/chain-table.ts";
import { checkModelName, parseRef } from "../registry/names.ts";
import type { AliasMove, ModelRegistry, ModelVersion } from "../registry/registry.ts";
import { validationTag } from "../registry/tags.ts";
import { readTags } from "./model-tags.ts";
import { openRegistry } from "./open-registry.ts";
import { pastRivalOf } from "./register-model/aliases.ts";
import { baseInputs, input, registryInputs } from "./shared.ts";
import { rereadData } from "./verify/reread.ts";
import { readStored } from "./verify/stored.ts";

const inputs = z.strictObject({
  ...baseInputs,
  name: input(z.string().optional(), {
    description: "Name of the registered model. The model's name in `titleholder.yaml` when absent.",
    example: "churn",
  }),
  alias: input(z.union([z.string(), z.int().min(1)]).default("champion"), {
    description: "Which version to verify: an alias, or a version's number.",
    example: "3",
  }),
  data: input(z.array(z.string()).default([]), {
    description:
      "Raw data to read again and compare with what was recorded: paths, globs and folders. Without it the digests are shown as recorded.",
    kind: "path",
  }),
  ...registryInputs,
});

const outputs = z.strictObject({
  version: input(z.int(), { description: "Number of the version that was verified." }),
  digest: input(z.string(), { description: "SHA-256 of its model." }),
  missing: input(z.string(), {
    description: "Links of the chain that are missing or broken, separated by commas. Empty when the chain is whole.",
  }),
});

const details = z.strictObject({
  name: z.string(),
  version: z.int(),
  digest: z.string(),
  status: z.string().nullable(),
  links: z.array(
    z.strictObject({
      id: z.string(),
      status: z.enum(["found", "missing", "broken"]),
      message: z.string(),
      report: z.string().optional(),
      depth: z.int(),
    }),
  ),
  raw: z.array(z.strictObject({ path: z.string(), digest: z.string(), state: z.string() })),
});

export const command = {
  name: "verify",
  summary: "Walk from a registered model back to its raw data.",
  description:
    "Reads a version's bytes and evidence from the registry again, compares every digest, and follows the reports from the model to its evaluation, its training, the validation of the data, and the raw files. Names each link that is missing or broken.\n\nIt finds what was lost or edited, not a forger who wrote a whole chain of his own: nothing is signed yet.",
  inputs,
  outputs,
  details,
  async run(given: z.output<typeof inputs>, host: Host, project: Project) {
    const name = given.name ?? project.model;
    checkModelName(name, { input: given.name === undefined ? "model" : "name" });
    const ref = parseRef(String(given.alias), { input: "alias" });
    const registry = await openRegistry(given.registry, host, { allowEphemeral: given.allowEphemeralRegistry });
    const version = await registry.version(name, ref);
    if (version === undefined) throw await missingVersion(registry, name, ref);
    const stored = await readStored(registry, version);
    const reread = given.data.length === 0 ? undefined : await rereadData(given.data, host);
    const champion = await pastRivalOf(registry, version);
    const chain = walkChain(version.digest, stored.evidence, { reread, champion });
    const status = (await readTags(registry, version))[validationTag] ?? null;
    const move = typeof ref === "number" ? undefined : await registry.alias(name, ref.slice(1));
    const lost = chain.links.filter((link) => link.status !== "found").map((link) => link.id);
    return {
      findings: findingsOf(version, chain, [...stored.checks, ...chain.links.map((link) => linkCheck(link, chain))], {
        status,
        move,
      }),
      outputs: { version: version.version, digest: version.digest, missing: lost.join(",") },
    };
  },
} satisfies Command<typeof inputs, typeof outputs>;

function findingsOf(
  version: ModelVersion,
  chain: Chain,
  checks: readonly Check[],
  { status, move }: { readonly status: string | null; readonly move: AliasMove | undefined },
): Findings {
  const { name, digest } = version;
  const reports = chain.reports.map(
    ({ report, digest: file }): Artifact => ({ kind: "report", name: report.command, digest: file }),
  );
  const data = chain.raw.map((file): Artifact => ({ kind: "data", name: file.path, digest: file.digest }));
  const title = `${name} version ${version.version}${move === undefined ? "" : ` (${move.alias})`}`;
  return {
    verdict: overallVerdict(checks.map((check) => check.verdict)),
    summary: summaryOf(title, chain, checks),
    checks,
    subjects: [{ kind: "model", name, digest }],
    materials: [...reports, ...data],
    details: {
      name,
      version: version.version,
      digest,
      status,
      links: chain.links.map((link) => ({ ...link })),
      raw: chain.raw.map((file) => ({ ...file })),
    },
    tables: [
      chainTable({ title, digest }, chain),
      ...(chain.raw.length === 0 ? [] : [rawTable(chain)]),
      ...featureTable(chain),
      versionTable(version, status, move),
    ],
    series: [],
  };
}

function summaryOf(title: string, chain: Chain, checks: readonly Check[]): string {
  const bad = checks.filter((check) => check.verdict === "fail").map((check) => check.id);
  if (bad.length > 0) return `${title} is not proven back to its raw data: ${bad.join(", ")}`;
  const raw = chain.links.find((link) => link.id === "raw-data");
  return `${title} is traced back to its raw data: ${raw?.message ?? "none"}`;
}

function linkCheck(link: ChainLink, chain: Chain): Check {
  return { id: link.id, verdict: linkVerdict(link, chain), message: link.message };
}

/** A gate that was found says what it said; a report that is only named elsewhere is worth a look. */
function linkVerdict(link: ChainLink, chain: Chain): CheckVerdict {
  if (link.id === "named-reports") return "warn";
  if (link.status !== "found") return "fail";
  if (link.id === "evaluation") return chain.evaluation?.report.verdict ?? "fail";
  if (link.id === "training") return chain.training?.report.verdict ?? "fail";
  return "pass";
}

function versionTable(version: ModelVersion, status: string | null, move: AliasMove | undefined) {
  return {
    title: "Version",
    columns: ["what", "value"],
    rows: [
      ["registered", version.created],
      ["status", status ?? "none"],
      ["files", version.files.map((file) => file.path).join(", ")],
      ...(move === undefined ? [] : moveRows(move)),
    ],
  };
}

function moveRows({ alias, at, actor, reason, run }: AliasMove): readonly (readonly string[])[] {
  const rows = [
    [`${alias} since`, at],
    ["moved by", actor],
    ["because", reason],
  ];
  return run === undefined ? rows : [...rows, ["in run", run]];
}

async function missingVersion(registry: ModelRegistry, name: string, ref: number | string): Promise<Error> {
  const [first] = await registry.versions(name, 0, 1);
  const what = typeof ref === "number" ? `version ${ref}` : ref.slice(1);
  return configurationError(
    "TH_VERSION_MISSING",
    `${registry.address} has no ${what} of ${name}`,
    first === undefined
      ? "register the model first, or name another model or registry"
      : "name another alias or a version's number",
    { input: first === undefined ? "name" : "alias" },
  );
}
