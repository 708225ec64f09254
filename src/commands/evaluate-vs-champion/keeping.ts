import type { MetricRule } from "../../evaluation/evaluation.ts";
import type { LookBudget } from "../../evaluation/ledger.ts";
import type { Project } from "../../kernel/command.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import { isModelReference, parseModelReference } from "../../registry/names.ts";
import type { ModelRegistry } from "../../registry/registry.ts";
import { environmentRegistry, openRegistry } from "../open-registry.ts";
import { shownPath } from "../paths.ts";
import type { HoldoutKeeping } from "./look.ts";

/** The inputs that the ledger is kept by; all others are part of the question that is asked of the holdout. */
interface KeepingInputs {
  readonly challenger: string;
  readonly champion?: string | undefined;
  readonly data: readonly string[];
  readonly alpha: number;
  readonly holdout?: string | undefined;
  readonly holdoutBudget: LookBudget;
  readonly protected: boolean;
  readonly dryRun: boolean;
  readonly registry?: string | undefined;
  readonly allowEphemeralRegistry: boolean;
}

/** Inputs that have no say in what the same models and rows come to. */
const besideTheRule = [
  ...["config", "model", "workingDirectory", "mode", "onInconclusive", "report", "annotations", "uploadReport"],
  ...["challenger", "champion", "data", "screenData", "purpose", "memoryLimit", "timeLimit"],
  ...["servingProfile", "maxAge", "trainingOverlap", "evidence"],
  ...["holdout", "holdoutBudget", "protected", "dryRun", "environment", "registry", "allowEphemeralRegistry"],
];

/** @throws TH_HOLDOUT_BUDGET (configuration) for looks of which each could spend next to nothing, and what opening a registry throws. */
export async function holdoutKeeping(
  given: KeepingInputs,
  rules: readonly MetricRule[],
  host: Host,
  project: Project,
): Promise<HoldoutKeeping> {
  if (given.holdoutBudget !== "decreasing" && given.alpha / given.holdoutBudget < 1e-6) throw thinBudget(given);
  const question = Object.entries(given).filter(([name]) => !besideTheRule.includes(name));
  return {
    registry: await namedRegistry(given, host, project),
    holdout: {
      model: project.model,
      name: given.holdout ?? given.data.map((pattern) => shownPath(host, pattern)).join(", "),
    },
    budget: given.holdoutBudget,
    protected: given.protected,
    write: !given.dryRun && host.ci?.fromFork !== true,
    rule: { ...Object.fromEntries(question), metrics: rules } as unknown as Json,
  };
}

/** The registry that somebody named: by its address, or by a model in it. */
async function namedRegistry(
  { registry, allowEphemeralRegistry, challenger, champion }: KeepingInputs,
  host: Host,
  project: Project,
): Promise<ModelRegistry | undefined> {
  const models = [champion, challenger].filter((model) => model !== undefined && isModelReference(model));
  const [model] = models;
  if (registry === undefined && model === undefined) return undefined;
  const environment = model === undefined ? undefined : parseModelReference(model, { input: "champion" }).environment;
  const address =
    registry ?? (environment === undefined ? undefined : environmentRegistry(environment, project, "champion"));
  return openRegistry(address, host, { allowEphemeral: allowEphemeralRegistry });
}

function thinBudget({ holdoutBudget, alpha }: KeepingInputs): Error {
  return configurationError(
    "TH_HOLDOUT_BUDGET",
    `${holdoutBudget} looks at alpha ${alpha} leave less than a millionth to each, which no test can use`,
    "write fewer looks, or `decreasing`",
    { input: "holdout-budget" },
  );
}
