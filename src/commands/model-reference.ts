import { basename, dirname, join, resolve } from "node:path";
import type { Project } from "../kernel/command.ts";
import { type Digest, digestOf, digestOfStream } from "../kernel/digest.ts";
import { configurationError, type TitleholderError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { suggest } from "../kernel/naming.ts";
import { type EvidenceReport, parseReport } from "../lineage/evidence.ts";
import { modelDigest } from "../registry/model-digest.ts";
import { isModelReference, parseModelReference } from "../registry/names.ts";
import type { ModelRegistry, ModelSource, ModelVersion } from "../registry/registry.ts";
import { environmentRegistry, openRegistry } from "./open-registry.ts";
import { shownPath } from "./paths.ts";

/** A model whose bytes are on this machine. */
export interface LocatedModel {
  /** Absolute: the one file, or the folder of several. */
  readonly path: string;
  readonly digest: Digest;
  /** The file's or the registered model's name. */
  readonly name: string;
  /** As people write it: a path relative to the working directory, or `registry:NAME@VERSION`. */
  readonly reference: string;
  readonly version?: ModelVersion;
  /** The reports that the registry keeps with the version. */
  readonly evidence?: () => Promise<readonly EvidenceReport[]>;
}

export interface LocateOptions {
  /** The input that the reference came from. */
  readonly input: string;
  /** Address of the registry that references without an environment mean. */
  readonly registry?: string | undefined;
  readonly allowEphemeral: boolean;
  /** Looks at a path before its bytes are read; throws what refuses it. */
  readonly look?: ((path: string, shown: string) => Promise<void>) | undefined;
}

/**
 * Finds a model: a file, a folder (opaque: its files are hashed and never opened), or `registry:[ENV/]NAME[@ALIAS|@VERSION]`, whose
 * bytes are verified and copied to `host.scratch`.
 * @returns undefined when the registry has no such alias or version
 * @throws TH_MODEL_MISSING, TH_MODEL_EMPTY, and what reading a reference or a registry throws.
 */
export async function locateModel(
  reference: string,
  host: Host,
  project: Project,
  options: LocateOptions,
): Promise<LocatedModel | undefined> {
  if (!isModelReference(reference)) {
    const path = resolve(host.cwd, reference);
    await options.look?.(path, shownPath(host, path));
    const { digest } = await readModel(path, host, options.input);
    return { path, digest, name: basename(path), reference: shownPath(host, path) };
  }
  const { registry, name, ref } = await openReferenced(reference, host, project, options);
  const version = await registry.version(name, ref);
  if (version === undefined) return undefined;
  const path = await copyModel(registry, version, host);
  const evidence = async () =>
    (await registry.evidence(version)).map(({ report }) => ({
      report: parseReport(report, `the evidence of ${reference}`),
      digest: digestOf(report),
    }));
  return { path, digest: version.digest, name, reference: `registry:${name}@${version.version}`, version, evidence };
}

/**
 * Why a reference led to no model: the error to throw. Undefined for a first champion alone: `@champion` of a model that has none yet, where
 * the registry knows the model, is of this very project, or holds no model at all. Anything else absent is a slip of the pen.
 * @returns TH_MODEL_MISSING (configuration), which names what is near.
 */
export async function absenceOf(
  reference: string,
  host: Host,
  project: Project,
  options: LocateOptions,
): Promise<TitleholderError | undefined> {
  const { registry, name, ref } = await openReferenced(reference, host, project, options);
  const place = { input: options.input };
  const versions = (await registry.versions(name)).map(({ version }) => version);
  if (versions.length === 0) {
    const others = await registry.models();
    if (ref === "@champion" && (others.length === 0 || name === project.model)) return undefined;
    const near = suggest(name, others);
    const fix =
      others.length === 0 || name === project.model
        ? `register a model as ${name} first, or write registry:${name}@champion for a champion yet to come`
        : `${near}${near.endsWith("?") ? "" : "."} If the model is new, write model: ${name}`;
    return configurationError("TH_MODEL_MISSING", `${registry.address} has no model ${name}`, fix, place);
  }
  if (ref === "@champion") return undefined;
  const what = typeof ref === "number" ? `version ${ref}` : `alias ${ref.slice(1)}`;
  const aliases = [...new Set([...(await registry.aliases(name)), "champion"])].sort();
  const fix =
    typeof ref === "number"
      ? `write one of its versions: ${versions.slice(-20).join(", ")}`
      : suggest(ref.slice(1), [...aliases, ...versions.slice(-20).map(String)]);
  return configurationError("TH_MODEL_MISSING", `${registry.address} has no ${what} of ${name}`, fix, place);
}

async function openReferenced(reference: string, host: Host, project: Project, options: LocateOptions) {
  const { environment, name, ref } = parseModelReference(reference, { input: options.input });
  const address =
    environment === undefined ? options.registry : environmentRegistry(environment, project, options.input);
  const registry = await openRegistry(address, host, { allowEphemeral: options.allowEphemeral, input: options.input });
  return { registry, name, ref };
}

/**
 * A model's files with their digests, read once. Any file or folder will do; nothing is deserialised.
 * @param path absolute
 * @throws TH_MODEL_MISSING, TH_MODEL_EMPTY, TH_MODEL_PATH, TH_FILE_UNREADABLE (configuration).
 */
export async function readModel(
  path: string,
  host: Pick<Host, "cwd" | "files">,
  input: string,
): Promise<{ readonly digest: Digest; readonly files: ModelSource }> {
  const facts = await host.files.facts(path);
  if (facts === undefined) throw await missingModel(path, host, input);
  const inner = facts.kind === "directory" ? await filesBelow(path, "", host, input, 0) : [""];
  const files: [string, { size: number; digest: Digest; open(): AsyncIterable<Uint8Array> }][] = [];
  for (const name of inner) {
    const full = name === "" ? path : join(path, name);
    const content = await digestOfStream(host.files.stream(full));
    files.push([name === "" ? basename(path) : name, { ...content, open: () => host.files.stream(full) }]);
  }
  if (files.every(([, { size }]) => size === 0)) throw emptyModel(path, facts.kind, host, input);
  const listed = files.map(([name, { size, digest }]) => ({ path: name, size, digest }));
  return { digest: modelDigest(listed), files: new Map(files) };
}

const deepest = 40;

/** Relative paths with `/`. Links are followed, as what they point at is what a server would load; a circle ends at the depth limit. */
async function filesBelow(
  root: string,
  below: string,
  host: Pick<Host, "cwd" | "files">,
  input: string,
  depth: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await host.files.list(join(root, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    if (/[\\:]/.test(name) || depth > deepest) throw badInnerPath(join(root, path), depth, host, input);
    const kind = (await host.files.facts(join(root, path)))?.kind;
    if (kind === "directory") found.push(...(await filesBelow(root, path, host, input, depth + 1)));
    else if (kind === "file") found.push(path);
  }
  return found;
}

/** Copies a version's bytes into the run's private folder, verified on the way. Returns the file, or the folder of several. */
async function copyModel(registry: ModelRegistry, version: ModelVersion, host: Host): Promise<string> {
  const folder = join(host.scratch, "models", version.digest.slice("sha256:".length));
  for (const file of version.files) {
    await host.files.createExclusive(join(folder, file.path), registry.read(version, file.path));
  }
  const [first] = version.files;
  return version.files.length === 1 && first !== undefined ? join(folder, first.path) : folder;
}

async function missingModel(path: string, host: Pick<Host, "cwd" | "files">, input: string): Promise<Error> {
  const file = shownPath(host, path);
  const siblings = await host.files.list(dirname(path)).catch(() => []);
  const fix = siblings.length === 0 ? "check the path, and that the model was made" : suggest(basename(path), siblings);
  return configurationError("TH_MODEL_MISSING", `there is no model at ${file}`, fix, { input, file });
}

function emptyModel(path: string, kind: string, host: Pick<Host, "cwd">, input: string): Error {
  const file = shownPath(host, path);
  const what = kind === "directory" ? "holds no file with content" : "is an empty file";
  return configurationError("TH_MODEL_EMPTY", `${file} ${what}`, "check that the training wrote the model", {
    input,
    file,
  });
}

function badInnerPath(path: string, depth: number, host: Pick<Host, "cwd">, input: string): Error {
  const file = shownPath(host, path);
  const deep = depth > deepest;
  const why = deep ? `lies more than ${deepest} folders deep` : "has a backslash or a colon in its name";
  const fix = deep ? "flatten the folder, or remove the link that leads in a circle" : "rename the file";
  return configurationError("TH_MODEL_PATH", `${file} ${why}`, fix, { input, file });
}
