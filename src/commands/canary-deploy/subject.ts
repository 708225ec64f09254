import type { Project } from "../../kernel/command.ts";
import { configurationError, type TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { checkModelName, isModelReference, parseModelReference } from "../../registry/names.ts";
import type { ModelRegistry, ModelVersion } from "../../registry/registry.ts";
import { environmentRegistry, openRegistry } from "../open-registry.ts";
import { championAlias } from "../register-model/aliases.ts";
import type { CanaryInputs } from "./inputs.ts";

/** The model that a run is about. */
export interface Subject {
  readonly registry: ModelRegistry;
  readonly name: string;
  /** Which version was asked for; undefined when the input is absent or, in a dry run, a path. */
  readonly ref: number | `@${string}` | undefined;
}

/** @throws TitleholderError TH_REFERENCE_SYNTAX, TH_VERSION_REFERENCE and what opening a registry throws (configuration) */
export async function subjectOf(given: CanaryInputs, host: Host, project: Project): Promise<Subject> {
  const place = { input: "version" };
  const open = (address: string | undefined, input: string) =>
    openRegistry(address, host, { allowEphemeral: given.allowEphemeralRegistry, input });
  if (given.version === undefined || (given.dryRun && !isModelReference(given.version))) {
    checkModelName(project.model, { input: "model" });
    return { registry: await open(given.registry, "registry"), name: project.model, ref: undefined };
  }
  if (!isModelReference(given.version)) {
    throw configurationError(
      "TH_VERSION_REFERENCE",
      "a file has no evidence and no history: only a registered version is deployed",
      "register the model and write registry:NAME@challenger, or add dry-run: true to try the file",
      place,
    );
  }
  const { environment, name, ref } = parseModelReference(given.version, place);
  if (environment === undefined) return { registry: await open(given.registry, "registry"), name, ref };
  return { registry: await open(environmentRegistry(environment, project, "version"), "version"), name, ref };
}

export function championOf({ registry, name }: Subject): Promise<ModelVersion | undefined> {
  return registry.version(name, `@${championAlias}`);
}

/** The version that was asked for. @throws TitleholderError TH_VERSION_MISSING, TH_INPUT_MISSING (configuration) */
export async function versionOf({ registry, name, ref }: Subject): Promise<ModelVersion> {
  if (ref === undefined) {
    throw configurationError(
      "TH_INPUT_MISSING",
      "it is not said which version to deploy",
      `write version: registry:${name}@challenger`,
      { input: "version" },
    );
  }
  const version = await registry.version(name, ref);
  if (version === undefined) throw await missing(registry, name, typeof ref === "number" ? String(ref) : ref.slice(1));
  return version;
}

async function missing(registry: ModelRegistry, name: string, ref: string): Promise<TitleholderError> {
  const known = (await registry.versions(name)).map(({ version }) => version);
  return configurationError(
    "TH_VERSION_MISSING",
    `${registry.address} has no ${name}@${ref}`,
    known.length === 0
      ? `register a model as ${name} first, or check the name and the registry`
      : `write one of its versions (${known.slice(-20).join(", ")}), or an alias that register-model has set`,
    { input: "version" },
  );
}
