import type { z } from "zod";
import type { Command, Findings, Project } from "../kernel/command.ts";
import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import type { ModelVersion } from "../registry/registry.ts";
import type { Rollout } from "../rollout/journal.ts";
import { outcomeOf, plainFindings, rolloutFindings } from "./canary-deploy/findings.ts";
import { type CanaryInputs, details, inputs, outputs } from "./canary-deploy/inputs.ts";
import { Journal } from "./canary-deploy/journal.ts";
import {
  goBack,
  isToBeResumed,
  promoteNow,
  resume,
  returnToPrevious,
  start,
  type Workplace,
} from "./canary-deploy/operations.ts";
import { judgePolicy, type PolicyAnswer } from "./canary-deploy/policy.ts";
import { keepSeconds, leaseSeconds, rolloutSettings } from "./canary-deploy/settings.ts";
import { settleRollout } from "./canary-deploy/settle.ts";
import { championOf, subjectOf, versionOf } from "./canary-deploy/subject.ts";
import { chooseTarget, openTarget } from "./canary-deploy/target.ts";
import { checkFolder } from "./written-file.ts";

type Result = { readonly findings: Findings; readonly outputs: z.output<typeof outputs> };

export const command = {
  name: "canary-deploy",
  summary: "Put a version in front of traffic, a little at a time, and take it back when it is worse.",
  description:
    "Serves the new version beside the one that has the traffic, gives it the shares of the plan, and compares their errors with a test that may be looked at as often as one likes. It rolls back by itself on evidence of harm, when the new version is lost, and when nothing can be measured. Without enough evidence the weight is held, and the verdict is inconclusive: never a pass.\n\nEvery decision is written to a journal in the registry before it is carried out, so that a later run, on any machine that reaches the target, goes on or takes it back. The embedded router also returns all traffic to stable by itself when nobody controls the rollout for longer than its lease. The champion alias moves at the end.\n\nThe tests assume that requests fail independently of each other. Bursts are met by tempering; a lasting difference between two machines cannot be told from a bad release.",
  inputs,
  outputs,
  details,
  async run(given: CanaryInputs, host: Host, project: Project): Promise<Result> {
    if (given.dryRun) refuseRehearsedOperation(given);
    const subject = await subjectOf(given, host, project);
    if (given.dryRun) {
      // Serves and asks by HTTP, which no other start should load.
      const { dryRun } = await import("./canary-deploy/rehearse.ts");
      return dryRun(given, subject, host, project);
    }
    if (given.stateDir !== undefined) await checkFolder(given.stateDir, host, { input: "state-dir" });
    const open = await openTarget(chooseTarget(given, subject.name, project), host);
    const journal = await Journal.open(subject.registry, subject.name, host);
    let address: string | undefined;
    const place: Workplace = {
      host,
      subject,
      journal,
      open,
      leaseSeconds: leaseSeconds(given),
      keepSeconds: keepSeconds(given),
      allowEphemeral: given.allowEphemeralRegistry,
      onAddress: (found) => {
        address = found;
      },
    };
    if (given.operation === "stop") {
      await open.target.stop?.();
      return {
        findings: plainFindings(subject.name, "the servers are stopped", []),
        outputs: { journal: journal.stream },
      };
    }
    const policy = await operate(given, place);
    if (policy?.allowed === false) {
      const findings = plainFindings(subject.name, "not deployed: its evidence does not allow it", policy.checks);
      return { findings, outputs: { journal: journal.stream } };
    }
    const rollout = shown(journal, subject.name);
    return { findings: rolloutFindings(rollout, policy), outputs: outputsOf(rollout, journal.stream, address) };
  },
  async settle(state: Json, host: Host): Promise<void> {
    await settleRollout(state, host);
  },
} satisfies Command<typeof inputs, typeof outputs>;

/** There is nothing to rehearse in what is done to a rollout: whoever asks for it must not be told that it would work. */
function refuseRehearsedOperation({ operation }: CanaryInputs): void {
  if (operation === undefined || operation === "start") return;
  throw configurationError(
    "TH_ROLLOUT_DRY_RUN",
    `a dry run rehearses a deployment, and \`operation: ${operation}\` is none`,
    operation === "status"
      ? "leave out `dry-run`: `status` changes nothing"
      : `leave out \`operation\` to rehearse a deployment, or leave out \`dry-run\` to carry out \`${operation}\``,
    { input: "dry-run" },
  );
}

/** Does what was asked for; answers with the policy's judgement where a version was judged. */
async function operate(given: CanaryInputs, place: Workplace): Promise<PolicyAnswer | undefined> {
  switch (given.operation) {
    case "status":
    case "stop":
      return undefined;
    case "resume":
      await resume(place);
      return undefined;
    case "promote":
      await promoteNow(place);
      return undefined;
    case "abort":
      await goBack(place, "abort");
      return undefined;
    case "rollback":
      if (isToBeResumed(place.journal, undefined)) await goBack(place, "rollback");
      else await returnToPrevious(place, rolloutSettings(given, true));
      return undefined;
    case "start":
      return deploy(given, place, await versionOf(place.subject));
    case undefined: {
      const version = place.subject.ref === undefined ? undefined : await versionOf(place.subject);
      if (isToBeResumed(place.journal, version)) {
        await resume(place);
        return undefined;
      }
      return deploy(given, place, version ?? (await versionOf(place.subject)));
    }
  }
}

async function deploy(given: CanaryInputs, place: Workplace, canary: ModelVersion): Promise<PolicyAnswer> {
  const { subject, host } = place;
  const champion = await championOf(subject);
  const standing = champion?.version === canary.version;
  const settings = rolloutSettings(given, standing);
  const policy = standing
    ? standingChampion(canary)
    : await judgePolicy(
        { digest: canary.digest, version: canary, champion: champion?.digest ?? null },
        subject.registry,
        host,
        { evidence: given.evidence, unproven: given.allowUnproven, promote: true },
      );
  if (policy.allowed) await start(place, canary, champion, settings);
  return policy;
}

/** What is champion was judged when it became that. */
function standingChampion({ name, version }: ModelVersion): PolicyAnswer {
  const message = `${name} version ${version} is the champion: its evidence was judged when it became that`;
  return { allowed: true, checks: [{ id: "champion", verdict: "pass", message }], materials: [] };
}

function shown(journal: Journal, name: string): Rollout {
  if (journal.rollout !== undefined) return journal.rollout;
  throw configurationError(
    "TH_ROLLOUT_NONE",
    `there never was a rollout of ${name} in this registry`,
    "check the model's name and the registry, or start a rollout",
    { input: "operation" },
  );
}

function outputsOf(rollout: Rollout, journal: string, address: string | undefined): Result["outputs"] {
  return {
    outcome: outcomeOf(rollout.state),
    weight: rollout.state.mayCarry,
    rollout: rollout.id,
    journal,
    ...(address === undefined ? {} : { address }),
  };
}
