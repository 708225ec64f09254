import { dirname, isAbsolute, join, resolve } from "node:path";
import type { z } from "zod";
import { shownPath } from "../commands/paths.ts";
import type { BaseCommit } from "../kernel/base-commit.ts";
import type { AnyCommand, InputMeta, Project } from "../kernel/command.ts";
import { configurationError, type Place, TitleholderError } from "../kernel/error.ts";
import type { FileFacts, Files } from "../kernel/files.ts";
import type { Json } from "../kernel/json.ts";
import { camelCase, kebabCase, suggest } from "../kernel/naming.ts";
import type { Origin, Report } from "../report/report.ts";
import type { ConfigFile, InputNames } from "./config-file.ts";
import { decodeText, innerSchema, inputMeta } from "./decode.ts";
import { describeIssue } from "./input-issue.ts";

/** Texts as a person wrote them in a workflow or on a command line, by kebab-case name. */
export type GivenTexts = ReadonlyMap<string, string>;

export interface Resolved {
  readonly cwd: string;
  /** Parsed by the command's schema; paths absolute. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly config: Report["config"];
  readonly project: Project;
  /** Where an input's value stands, for errors that speak of it later. */
  readonly place: (name: string) => Place;
}

interface Candidate {
  readonly value: unknown;
  readonly from: Origin;
  readonly place: Place;
  inside(path: readonly PropertyKey[]): Place;
  /** Folder that a relative path in it starts from. */
  readonly base: string;
}

interface World {
  readonly startFolder: string;
  readonly files: Pick<Files, "read" | "facts">;
  readonly names: InputNames;
  readonly style: InputStyle;
}

/** How this host writes an input for a person: `--data`, or `data`. */
export type InputStyle = (name: string) => string;

export const workingDirectoryName = "working-directory";

/**
 * Joins what was written on the step or command line, titleholder.yaml, and the schema's defaults, in this order of precedence, and checks
 * the whole against the schema.
 * @throws TitleholderError TH_INPUT_* or TH_CONFIG_* (configuration) naming the input, or the file with line and column, and a fix.
 */
export async function resolveInputs(command: AnyCommand, given: GivenTexts, world: World): Promise<Resolved> {
  const shape = command.inputs.shape as Readonly<Record<string, z.ZodType>>;
  refuseUnknown(given, shape, world.style);
  const cwd = resolve(world.startFolder, given.get(workingDirectoryName)?.trim() || ".");
  if ((await factsFor(workingDirectoryName, cwd, world.files))?.kind !== "directory") {
    throw configurationError(
      "TH_INPUT_DIRECTORY",
      `there is no folder ${given.get(workingDirectoryName)}`,
      "point to an existing folder",
      {
        input: workingDirectoryName,
      },
    );
  }
  const candidates = new Map<string, Candidate>();
  for (const [name, text] of given) {
    const place = { input: name };
    const value = await decodeText(text, shape[camelCase(name)] as z.ZodType, place);
    if (value !== undefined) candidates.set(name, { value, from: "input", place, inside: () => place, base: cwd });
  }
  const text = (name: string) => candidates.get(name)?.value as string | undefined;
  const file = await findConfig(text("config"), cwd, world);
  const model = chooseModel(text("model"), file?.config);
  for (const [name, found] of file?.config.valuesFor(model, command.name) ?? []) {
    const schema = shape[camelCase(name)];
    if (schema === undefined || candidates.has(name) || isNothing(found.value)) continue;
    candidates.set(name, {
      ...found,
      value: listOf(found.value, schema),
      from: "file",
      base: dirname(file?.path ?? cwd),
    });
  }
  const environments = file?.config.environments ?? {};
  applyEnvironment(candidates, environments, shape, dirname(file?.path ?? cwd));
  return {
    cwd,
    inputs: parseAll(command, candidates, shape, cwd, world.style),
    config: recordConfig(candidates, shape),
    project: {
      model,
      reports: join(cwd, ".titleholder"),
      environments: absoluteRegistries(environments, dirname(file?.path ?? cwd)),
      inputsAt: (base) => inputsAt(base, command, given, world),
    },
    place: (name) => candidates.get(name)?.place ?? { input: name },
  };
}

/** The inputs with titleholder.yaml of an earlier commit; what would be refused there tells nothing. */
async function inputsAt(
  base: BaseCommit,
  command: AnyCommand,
  given: GivenTexts,
  world: World,
): Promise<Resolved["inputs"] | undefined> {
  const config = resolve(
    world.startFolder,
    given.get(workingDirectoryName)?.trim() || ".",
    given.get("config")?.trim() || "titleholder.yaml",
  );
  const bytes = await base.read(config);
  const { files } = world;
  const earlier: World["files"] = {
    read: async (path) => (path === config ? bytes : files.read(path)),
    facts: async (path) => {
      if (path !== config) return files.facts(path);
      return bytes === undefined
        ? undefined
        : { kind: "file", size: bytes.byteLength, modified: 0, private: false, link: false };
    },
  };
  try {
    return (await resolveInputs(command, given, { ...world, files: earlier })).inputs;
  } catch (error) {
    if (error instanceof TitleholderError && error.kind === "configuration") return undefined;
    throw error;
  }
}

/**
 * Whose run it is whose inputs were refused, and whether it may comment: what can be told of it without them.
 * @returns undefined where not even that can be told
 */
export async function refusedRun(
  command: AnyCommand,
  given: GivenTexts,
  world: World,
): Promise<{ readonly model: string; readonly comment: boolean } | undefined> {
  try {
    const cwd = resolve(world.startFolder, given.get(workingDirectoryName)?.trim() || ".");
    const file = await findConfig(given.get("config")?.trim(), cwd, world);
    const model = chooseModel(given.get("model")?.trim(), file?.config);
    const written = new Map(file?.config.valuesFor(model, command.name)).get("comment")?.value;
    const comment = given.get("comment")?.trim() ?? written;
    return { model, comment: comment !== false && comment !== "false" };
  } catch {
    return undefined;
  }
}

/** As on a command line, empty text is no value. */
function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "string" && value.trim() === "");
}

/** What stands at the path that an input names; a path that cannot even be looked at is the input's fault. */
async function factsFor(input: string, path: string, files: World["files"]): Promise<FileFacts | undefined> {
  try {
    return await files.facts(path);
  } catch (error) {
    if (!(error instanceof TitleholderError)) throw error;
    throw new TitleholderError(error.kind, error.code, error.message, error.fix, { ...error.place, input }, error);
  }
}

function refuseUnknown(given: GivenTexts, shape: Readonly<Record<string, z.ZodType>>, style: InputStyle): void {
  const known = Object.keys(shape).map(kebabCase);
  for (const name of given.keys()) {
    if (!known.includes(name)) {
      throw configurationError("TH_INPUT_UNKNOWN", `there is no input ${style(name)}`, suggest(name, known), {
        input: name,
      });
    }
  }
}

async function findConfig(
  given: string | undefined,
  cwd: string,
  world: Pick<World, "files" | "names">,
): Promise<{ readonly path: string; readonly config: ConfigFile } | undefined> {
  const shown = given ?? "titleholder.yaml";
  const path = resolve(cwd, shown);
  const facts = await factsFor("config", path, world.files);
  if (facts === undefined && given === undefined) return undefined;
  if (facts?.kind !== "file") {
    throw configurationError(
      "TH_CONFIG_MISSING",
      facts === undefined ? `there is no file ${shown}` : `${shown} is not a file`,
      "point `config` to a titleholder.yaml, or leave it out",
      { input: "config" },
    );
  }
  const file = shownPath({ cwd }, path);
  const { readConfigFile } = await import("./config-file.ts");
  return {
    path,
    config: readConfigFile(utf8((await world.files.read(path)) ?? new Uint8Array(), file), file, world.names),
  };
}

function utf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw configurationError("TH_CONFIG_SYNTAX", "the file is not UTF-8", "save it as UTF-8", { file }, cause);
  }
}

/** A model's name becomes the name of its reports' folder. */
const longestModelName = 200;

function chooseModel(given: string | undefined, file: ConfigFile | undefined): string {
  if (given !== undefined && given.length > longestModelName) {
    throw configurationError(
      "TH_INPUT_MODEL",
      "the model's name is too long",
      `use up to ${longestModelName} characters`,
      { input: "model" },
    );
  }
  if (file === undefined || file.models.length === 0) return given ?? "default";
  if (given === undefined) {
    const [only, another] = file.models;
    if (only !== undefined && another === undefined) return only;
    throw configurationError(
      "TH_INPUT_MODEL",
      `${file.shown} has several models`,
      `set model to one of: ${file.models.join(", ")}`,
      { input: "model" },
    );
  }
  if (file.models.includes(given)) return given;
  throw configurationError("TH_INPUT_MODEL", `${file.shown} has no model "${given}"`, suggest(given, file.models), {
    input: "model",
  });
}

/** The environment supplies the registry unless one is written. */
function applyEnvironment(
  candidates: Map<string, Candidate>,
  environments: ConfigFile["environments"],
  shape: Readonly<Record<string, z.ZodType>>,
  base: string,
): void {
  const chosen = candidates.get("environment");
  // What is no text is refused with the other inputs of a wrong type.
  if (chosen === undefined || typeof chosen.value !== "string") return;
  const name = chosen.value;
  const found = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (found === undefined) {
    throw configurationError(
      "TH_INPUT_ENVIRONMENT",
      `there is no environment "${name}"`,
      Object.keys(environments).length === 0
        ? "name it with its registry under environments: in titleholder.yaml, or leave environment out"
        : suggest(name, Object.keys(environments)),
      { ...chosen.place, input: "environment" },
    );
  }
  if (shape.registry !== undefined && !candidates.has("registry")) {
    candidates.set("registry", {
      value: found.registry,
      from: "file",
      place: chosen.place,
      inside: () => chosen.place,
      base,
    });
  }
}

/** A single text stands for a list of one, as `data: data/*.parquet` in titleholder.yaml. */
function listOf(value: unknown, schema: z.ZodType): unknown {
  return innerSchema(schema).def.type === "array" && typeof value === "string" ? [value] : value;
}

function parseAll(
  command: AnyCommand,
  candidates: ReadonlyMap<string, Candidate>,
  shape: Readonly<Record<string, z.ZodType>>,
  cwd: string,
  style: InputStyle,
): Readonly<Record<string, unknown>> {
  for (const [name, { value, place }] of candidates) refuseOddText(name, value, place);
  const raw = Object.fromEntries([...candidates].map(([name, { value }]) => [camelCase(name), value]));
  const parsed = command.inputs.safeParse(raw);
  const issue = parsed.error?.issues[0];
  if (issue !== undefined) throw inputError(command.name, issue, candidates, style);
  for (const [name, { value, place }] of candidates) {
    if (inputMeta(shape[camelCase(name)] as z.ZodType).kind !== undefined) refuseEmptyPath(name, value, place);
  }
  const inputs: Record<string, unknown> = { ...(parsed.data as Record<string, unknown>) };
  for (const [key, schema] of Object.entries(shape)) {
    inputs[key] = absolute(inputs[key], inputMeta(schema), candidates.get(kebabCase(key))?.base ?? cwd);
  }
  return inputs;
}

const deepest = 100;

/** No path, argument or variable can hold a null byte, and no report half of a surrogate pair; YAML's escapes can write both. */
function refuseOddText(name: string, value: unknown, place: Place, depth = 0): void {
  const refuse = (what: string, fix: string) =>
    configurationError("TH_INPUT_VALUE", `${name} ${what}`, fix, { ...place, input: name });
  if (typeof value === "string" && value.includes("\0")) throw refuse("holds a null byte", "remove it");
  if (typeof value === "string" && !value.isWellFormed()) throw refuse("holds half of a surrogate pair", "remove it");
  if (typeof value === "object" && value !== null) {
    if (depth === deepest) throw refuse(`is nested more than ${deepest} levels deep`, "write it with a few levels");
    for (const [key, inner] of Object.entries(value)) {
      refuseOddText(name, key, place);
      refuseOddText(name, inner, place, depth + 1);
    }
  }
}

/** It would stand for the whole working directory. */
function refuseEmptyPath(name: string, value: unknown, place: Place): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const inner of Object.values(value)) refuseEmptyPath(name, Array.isArray(inner) ? inner : [inner], place);
    return;
  }
  if (!Array.isArray(value) || !value.some(isNothing)) return;
  throw configurationError("TH_INPUT_VALUE", `${name} holds an empty path`, "remove it, or write . for the folder", {
    ...place,
    input: name,
  });
}

function inputError(
  command: string,
  issue: z.core.$ZodIssue,
  candidates: ReadonlyMap<string, Candidate>,
  style: InputStyle,
): TitleholderError {
  const name = kebabCase(String(issue.path[0] ?? ""));
  const candidate = candidates.get(name);
  if (candidate === undefined) {
    return configurationError(
      "TH_INPUT_MISSING",
      `${command} needs ${style(name)}`,
      `write ${style(name)}, or \`${name}:\` under ${command} in titleholder.yaml`,
      { input: name },
    );
  }
  const { within, message, fix } = describeIssue(issue, candidate.value);
  const at = within.length === 0 ? "" : ` at ${within.map(String).join(".")}`;
  return configurationError("TH_INPUT_VALUE", `${name}${at}: ${message}`, fix, {
    ...candidate.inside(within),
    input: name,
  });
}

function absolute(value: unknown, meta: InputMeta, base: string): unknown {
  if (meta.kind === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => absolute(item, meta, base));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, absolute(item, meta, base)]));
  if (typeof value !== "string") return value;
  if (meta.kind === "address") return absoluteRegistry(value, base);
  if (meta.kind === "path-or-reference" && /^[a-z][a-z-]+:/.test(value)) return value;
  return isAbsolute(value) ? value : join(base, value);
}

/** `file:DIR` of an environment is relative to titleholder.yaml. */
function absoluteRegistries(environments: ConfigFile["environments"], base: string): Project["environments"] {
  return Object.fromEntries(
    Object.entries(environments).map(([name, { registry }]) => [name, { registry: absoluteRegistry(registry, base) }]),
  );
}

/** A `file:` address with its folder made absolute; any other address as it is. */
function absoluteRegistry(address: string, base: string): string {
  const folder = /^file:(.+)$/.exec(address)?.[1];
  return folder === undefined ? address : `file:${resolve(base, folder)}`;
}

function recordConfig(
  candidates: ReadonlyMap<string, Candidate>,
  shape: Readonly<Record<string, z.ZodType>>,
): Report["config"] {
  const config: Record<string, { value: Json; from: Origin }> = {};
  for (const [key, schema] of Object.entries(shape)) {
    const meta = inputMeta(schema);
    const name = kebabCase(key);
    if (meta.secret === true || name === "report" || name === workingDirectoryName) continue;
    const candidate = candidates.get(name);
    const fallback = (schema.def as { defaultValue?: Json }).defaultValue;
    if (candidate !== undefined) config[name] = { value: candidate.value as Json, from: candidate.from };
    else if (fallback !== undefined) config[name] = { value: fallback, from: "default" };
  }
  return config;
}
