import { join } from "node:path";
import { z } from "zod";
import { sources } from "../../generated/sources.ts";
import { targets } from "../../generated/targets.ts";
import type { Project } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import { parseSize } from "../../kernel/quantity.ts";
import type { ModelRegistry, ModelVersion } from "../../registry/registry.ts";
import type { MetricSource, RolloutTarget } from "../../rollout/rollout.ts";
import { keepModel } from "../../serving/models.ts";
import { ServingStore } from "../../serving/state.ts";
import type { CanaryInputs } from "./inputs.ts";

/** Which target, and how it is made: plain JSON, so that the post step opens the same one. */
export const targetChoice = z.strictObject({ name: z.string(), settings: z.record(z.string(), z.json()) });
export type TargetChoice = z.output<typeof targetChoice>;

export interface OpenTarget {
  readonly choice: TargetChoice;
  readonly target: RolloutTarget;
  readonly source: MetricSource;
  /** Brings a version's bytes to where the target finds them. */
  deliver(registry: ModelRegistry, version: ModelVersion): Promise<void>;
}

/** @throws TitleholderError TH_SIZE (configuration) */
export function chooseTarget(given: CanaryInputs, name: string, project: Project): TargetChoice {
  const stateDir = given.stateDir ?? join(project.reports, name, "serving");
  return {
    name: given.target,
    settings: {
      stateDir,
      models: join(stateDir, "models"),
      port: given.port,
      memoryBytes: parseSize(given.memory, { input: "memory" }),
      ...(given.affinity === undefined ? {} : { affinityHeader: given.affinity }),
    },
  };
}

/** @throws TitleholderError TH_SERVING_FOLDER, TH_SERVING_STATE (configuration): before a rollout is begun that could not be carried out */
export async function openTarget(choice: TargetChoice, host: Host): Promise<OpenTarget> {
  const [target, source] = [targets[choice.name], sources.target];
  if (target === undefined || source === undefined) throw new Error(`${choice.name} is not in the generated maps`);
  const { stateDir, models } = z.object({ stateDir: z.string(), models: z.string() }).parse(choice.settings);
  await new ServingStore(host.files, stateDir).read();
  return {
    choice,
    target: (await target.load()).create(choice.settings, host),
    source: (await source.load()).create({ stateDir }, host),
    deliver: async (registry, version) => {
      const [file, ...others] = version.files;
      // A version of several files is the target's to refuse.
      if (file === undefined || others.length > 0) return;
      await keepModel(host.files, models, version.digest, () => registry.read(version, file.path));
    },
  };
}
