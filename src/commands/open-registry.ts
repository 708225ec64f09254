import { isAbsolute } from "node:path";
import { backends } from "../generated/backends.ts";
import type { Project } from "../kernel/command.ts";
import { configurationError, type TitleholderError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { suggest } from "../kernel/naming.ts";
import type { ModelRegistry } from "../registry/registry.ts";
import { shownPath } from "./paths.ts";

const defaultRegistry = "file:.titleholder/registry";

interface RegistryOptions {
  readonly allowEphemeral: boolean;
  /** The input that the address came from; `registry` when absent. */
  readonly input?: string;
}

/** The address that titleholder.yaml gives an environment. @throws TH_ENVIRONMENT_UNKNOWN (configuration). */
export function environmentRegistry(name: string, project: Project, input: string): string {
  const environment = Object.hasOwn(project.environments, name) ? project.environments[name] : undefined;
  if (environment !== undefined) return environment.registry;
  throw configurationError(
    "TH_ENVIRONMENT_UNKNOWN",
    `titleholder.yaml names no environment "${name}"`,
    `add it under environments: with its registry, or ${suggest(name, Object.keys(project.environments))}`,
    { input },
  );
}

/**
 * Opens a registry by its address, `SCHEME:REST`. Nothing is read or written yet.
 * @throws TH_REGISTRY_ADDRESS for an address that is none, TH_REGISTRY_EPHEMERAL for a directory on a machine that is thrown away
 *   after the job (both configuration).
 */
export async function openRegistry(
  address: string | undefined,
  host: Host,
  { allowEphemeral, input = "registry" }: RegistryOptions,
): Promise<ModelRegistry> {
  const written = address ?? defaultRegistry;
  const [, scheme, rest] = /^([a-z][a-z0-9-]*):(.*)$/s.exec(written) ?? [];
  const backend = scheme !== undefined && Object.hasOwn(backends, scheme) ? backends[scheme] : undefined;
  if (scheme === undefined || backend === undefined || rest === undefined || rest.trim() === "") {
    throw badAddress(written, scheme, input);
  }
  if (scheme === "file" && host.ci?.runner === "github-hosted" && !allowEphemeral) throw ephemeral(written, input);
  const location = isAbsolute(rest) ? shownPath(host, rest) : rest;
  return (await backend.load()).create({ location }, host);
}

function badAddress(written: string, scheme: string | undefined, input: string): TitleholderError {
  const schemes = Object.keys(backends);
  const fix =
    scheme === undefined
      ? `write file:${written === "" ? "DIR" : written} for a directory`
      : schemes.includes(scheme)
        ? `write what follows ${scheme}:, as in ${defaultRegistry}`
        : suggest(scheme, schemes);
  return configurationError("TH_REGISTRY_ADDRESS", `"${written}" is not the address of a registry`, fix, { input });
}

function ephemeral(written: string, input: string): TitleholderError {
  return configurationError(
    "TH_REGISTRY_EPHEMERAL",
    `${written} lies on a GitHub-hosted runner and vanishes with the job, the champion with it`,
    "use a registry that outlives the job or a self-hosted runner, or write allow-ephemeral-registry: true",
    { input },
  );
}
