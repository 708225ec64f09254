import { z } from "zod";
import type { Command, Project } from "../kernel/command.ts";
import type { Host } from "../kernel/host.ts";
import { statementOf } from "../lineage/evidence.ts";
import { evaluationFacts } from "../lineage/facts.ts";
import type { AliasMove, ModelRegistry, ModelVersion } from "../registry/registry.ts";
import { validationTag } from "../registry/tags.ts";
import { writeTags } from "./model-tags.ts";
import { type Moved, moveAlias, promote } from "./register-model/aliases.ts";
import { type Registration, registrationFindings } from "./register-model/findings.ts";
import { settleIntents } from "./register-model/intents.ts";
import { displaced, mayMove, type Survey, survey, type Wish } from "./register-model/survey.ts";
import { baseInputs, dryRunInput, evidenceInput, input, registryInputs } from "./shared.ts";

const inputs = z.strictObject({
  ...baseInputs,
  modelPath: input(z.string(), {
    description:
      "The model to register: a file or a folder of any kind. It is hashed and stored; nothing in it is opened or run.",
    kind: "path",
    example: "out/model.onnx",
  }),
  name: input(z.string().optional(), {
    description: "Name of the registered model. The model's name in `titleholder.yaml` when absent.",
    example: "churn",
  }),
  alias: input(z.string().default("challenger"), {
    description:
      "Alias that points at the version once its evidence passes. `champion` is moved by `promote` alone, which moves no other alias.",
  }),
  expectAlias: input(z.union([z.int().min(1), z.literal("none")]).optional(), {
    description:
      "Version at which the alias must stand before it moves, or `none` when it must stand nowhere yet. The champion with `promote`.",
    example: "3",
  }),
  promote: input(z.boolean().default(false), {
    description:
      "Make the version the champion. Needs an evaluation with `purpose: promote` against the champion that stands now; the one before it stays at hand as `previous-champion`.",
  }),
  tags: input(z.record(z.string(), z.string()).default({}), {
    description: "Tags to set on the version, as YAML: text by name.",
    example: "{ ticket: ML-42 }",
  }),
  ...evidenceInput,
  ...registryInputs,
  ...dryRunInput,
});

const outputs = z.strictObject({
  version: input(z.int().optional(), { description: "Number of the version. Empty in a dry run of a new model." }),
  uri: input(z.string().optional(), { description: "Address of the version: the registry's, `/`, `NAME@VERSION`." }),
  digest: input(z.string(), { description: "SHA-256 of the model; of a folder, over its files' digests." }),
  aliasBefore: input(z.int().optional(), { description: "Version that the alias pointed at before. Empty for none." }),
  aliasAfter: input(z.int().optional(), { description: "Version that the alias points at now. Empty for none." }),
  status: input(z.enum(["PENDING", "PASSED", "FAILED"]), {
    description:
      "The version's `model_validation_status`: `PASSED` and `FAILED` by the gates' verdicts, `PENDING` while they are missing or inconclusive.",
  }),
});

const details = z.strictObject({
  name: z.string(),
  digest: z.string(),
  version: z.int().nullable(),
  alias: z.string(),
  aliasBefore: z.int().nullable(),
  aliasAfter: z.int().nullable(),
  status: z.enum(["PENDING", "PASSED", "FAILED"]),
  tags: z.record(z.string(), z.string()),
  dryRun: z.boolean(),
  evidence: z.array(
    z.strictObject({ command: z.string(), verdict: z.string(), digest: z.string(), result: z.string() }),
  ),
});

export const command = {
  name: "register-model",
  summary: "Make a model version that others can trust.",
  description:
    "Stores the model's bytes in the registry under their digest, with the reports of the earlier gates that are about that very digest, and moves an alias to the version when they pass. One digest is one version, so that a rerun changes nothing.\n\nReports are matched by digest. One that was altered is refused; an evaluation of another model is no evidence for this one. Without a report of evaluate-vs-champion the version is stored as PENDING, no alias moves, and the verdict is inconclusive.",
  inputs,
  outputs,
  details,
  async run(given: z.output<typeof inputs>, host: Host, project: Project) {
    const surveyed = await survey(given, host, project);
    // First: a look that the ledger has no room for moves no alias.
    const looks = await settleIntents(surveyed, host, !given.dryRun);
    const known = { ...surveyed, checks: [...surveyed.checks, ...looks] };
    const registration = given.dryRun ? await foretell(known, given.tags) : await carryOut(known, given, host);
    const { version, before, after } = registration;
    return {
      findings: registrationFindings(registration),
      outputs: {
        version,
        uri: version === undefined ? undefined : `${known.registry.address}/${known.name}@${version}`,
        digest: known.digest,
        aliasBefore: before ?? undefined,
        aliasAfter: after ?? undefined,
        status: known.status,
      },
    };
  },
} satisfies Command<typeof inputs, typeof outputs>;

/** What a run that may write would do. */
async function foretell(known: Survey, tags: Registration["tags"]): Promise<Registration> {
  const { registry, name, alias, current, existing, checks } = known;
  return {
    survey: known,
    version: existing?.version,
    before: placeBefore(current, existing),
    after: mayMove(known) ? existing?.version : (current?.to ?? null),
    checks,
    history: await movesOf(registry, name, alias),
    tags,
    dryRun: true,
  };
}

/** Bytes, entry, evidence, tags, and the alias last: whoever follows an alias finds all that it rests on. */
async function carryOut(known: Survey, wish: Wish, host: Host): Promise<Registration> {
  const { registry, name, alias, checks, from } = known;
  const version = await registry.register(name, known.files);
  for (const { report, digest, bytes } of known.fresh) {
    await registry.attach(version, statementOf(report, digest), bytes);
  }
  await writeTags(registry, version, { ...wish.tags, [validationTag]: known.status }, host);
  const moved = mayMove(known) ? await moveTo(known, wish, version, host) : undefined;
  const move = moved?.ok === true ? moved.move : await registry.alias(name, alias);
  return {
    survey: known,
    version: version.version,
    before: placeBefore(move, version),
    after: move?.to ?? null,
    checks: moved?.ok === false ? [...checks, displaced(alias, from ?? null, moved.at)] : checks,
    history: await movesOf(registry, name, alias),
    tags: wish.tags,
    dryRun: false,
  };
}

function moveTo(known: Survey, wish: Wish, version: ModelVersion, host: Host): Promise<Moved> {
  const { registry, alias, chain, from } = known;
  const decision = chain.evaluation === undefined ? undefined : evaluationFacts(chain.evaluation)?.decision;
  const reason = `${wish.promote ? "promoted" : "registered"} on an evaluation: ${decision ?? "none"}`;
  if (wish.promote) return promote(registry, version, reason, host, from ?? null);
  return moveAlias(registry, alias, version, reason, host, from);
}

/** Where the alias stood before it came to this version, so that a rerun says the same as the first run. */
function placeBefore(move: AliasMove | undefined, version: ModelVersion | undefined): number | null {
  return (version !== undefined && move?.to === version.version ? move.from : move?.to) ?? null;
}

async function movesOf(registry: ModelRegistry, name: string, alias: string): Promise<readonly AliasMove[]> {
  const moves: AliasMove[] = [];
  for await (const move of registry.history(name, alias)) moves.push(move);
  return moves;
}
