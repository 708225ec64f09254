import { z } from "zod";
import type { Check, Findings, Project } from "../../kernel/command.ts";
import type { Digest } from "../../kernel/digest.ts";
import type { HelperProcess } from "../../kernel/helper.ts";
import type { Host } from "../../kernel/host.ts";
import { parseSize } from "../../kernel/quantity.ts";
import { journalStream } from "../../rollout/journal.ts";
import { call } from "../../serving/client.ts";
import { breaksOf, type ModelMetadata, metadataSchema } from "../../serving/compatibility.ts";
import { newToken } from "../../serving/http.ts";
import { locateModel } from "../model-reference.ts";
import { championAlias } from "../register-model/aliases.ts";
import { plainFindings, signatureCheck } from "./findings.ts";
import type { CanaryInputs, outputs } from "./inputs.ts";
import { judgePolicy } from "./policy.ts";
import { keepSeconds, leaseSeconds, rolloutSettings } from "./settings.ts";
import { type Subject, versionOf } from "./subject.ts";

/** Decides all that can be decided without traffic, and writes nothing but the report. */
export async function dryRun(
  given: CanaryInputs,
  subject: Subject,
  host: Host,
  project: Project,
): Promise<{ readonly findings: Findings; readonly outputs: z.output<typeof outputs> }> {
  const { registry, name } = subject;
  rolloutSettings(given, false);
  leaseSeconds(given);
  keepSeconds(given);
  const where = { input: "version", registry: registry.address, allowEphemeral: given.allowEphemeralRegistry };
  const model = given.version === undefined ? undefined : await locateModel(given.version, host, project, where);
  if (model === undefined) {
    await versionOf(subject);
    throw new Error(`${given.version} was found and could not be located`);
  }
  const champion = await locateModel(`registry:${name}@${championAlias}`, host, project, where);
  const policy = await judgePolicy(
    {
      digest: model.digest,
      champion: champion?.digest ?? null,
      ...(model.version === undefined ? {} : { version: model.version }),
    },
    registry,
    host,
    { evidence: given.evidence, unproven: given.allowUnproven, promote: model.version !== undefined },
  );
  const memoryBytes = parseSize(given.memory, { input: "memory" });
  const served = await rehearse({ ...model, name }, champion, memoryBytes, host);
  const findings = plainFindings(name, `dry run of ${model.reference}`, [...policy.checks, ...served], {
    subjects: [{ name: model.reference, digest: model.digest, kind: "model" }],
    materials: policy.materials,
  });
  return { findings, outputs: { journal: journalStream(name) } };
}

/** A model that a dry run brings up for a moment. */
interface Rehearsed {
  readonly path: string;
  readonly digest: Digest;
  readonly name: string;
  /** As people know it. */
  readonly reference: string;
}

/**
 * Brings the candidate up on a model server that nobody else can reach, and the champion beside it to compare what callers would see.
 *
 * @throws TitleholderError TH_MODEL_* (configuration) when one of them cannot be served
 */
async function rehearse(
  candidate: Rehearsed,
  champion: Rehearsed | undefined,
  memoryBytes: number,
  host: Host,
): Promise<readonly Check[]> {
  const mine = await metadataOf(candidate, memoryBytes, host);
  const checks: readonly Check[] = [
    {
      id: "served",
      verdict: "pass",
      message: `a model server brought ${candidate.reference} up: ${mine.inputs.length} inputs, ${mine.outputs.length} outputs`,
    },
  ];
  if (champion === undefined) return checks;
  const breaks = breaksOf(await metadataOf(champion, memoryBytes, host), mine);
  return [...checks, signatureCheck(breaks, champion.reference)];
}

async function metadataOf(model: Rehearsed, memoryBytes: number, host: Host): Promise<ModelMetadata> {
  const args = {
    path: model.path,
    digest: model.digest,
    shown: model.reference,
    threads: 1,
    name: model.name,
    version: "0",
    rememberedIn: null,
    // Nobody stops this server by a call, but its control has to be closed to others.
    token: newToken(),
  };
  await using helper: HelperProcess = await host.spawnSelf("serve", args, { memoryBytes });
  const { port } = z.object({ port: z.int() }).parse((await helper.request(null)).message);
  const answer = await call(port, `/v2/models/${encodeURIComponent(model.name)}`);
  if (answer.state !== "answered") throw new Error(`a model server that has started does not answer: ${answer.detail}`);
  return metadataSchema.parse(answer.body);
}
