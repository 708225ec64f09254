import { configurationError, type Place } from "../kernel/error.ts";

const modelForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const aliasForm = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
/** MLflow keeps these for itself; a name that moves between registries must fit all of them. */
const reservedAlias = /^(?:latest|v\d+)$/i;

/** @throws TH_MODEL_NAME (configuration) unless it is 1 to 100 of the characters A-Z a-z 0-9 . _ - and starts with a letter or digit. */
export function checkModelName(name: string, place: Place): void {
  if (modelForm.test(name)) return;
  throw configurationError(
    "TH_MODEL_NAME",
    `"${name}" is not a name for a registered model`,
    "use up to 100 letters, digits, dots, underscores and hyphens, with a letter or digit first",
    place,
  );
}

/** @throws TH_ALIAS_NAME (configuration) for anything but 1 to 64 letters, digits, _ and -, and for `latest` and `v1`. */
export function checkAliasName(alias: string, place: Place): void {
  if (aliasForm.test(alias) && !reservedAlias.test(alias)) return;
  throw configurationError(
    "TH_ALIAS_NAME",
    `"${alias}" is not a name for an alias`,
    "use up to 64 letters, digits, underscores and hyphens, with a letter first; `latest` and `v1` are reserved",
    place,
  );
}

/** A model in a registry, as people write it. */
export interface ModelReference {
  /** The environment whose registry is meant; the command's own registry when absent. */
  readonly environment?: string;
  readonly name: string;
  readonly ref: number | `@${string}`;
}

const prefix = "registry:";

export function isModelReference(text: string): boolean {
  return text.startsWith(prefix);
}

/**
 * Parses `registry:[ENVIRONMENT/]NAME[@ALIAS|@VERSION]`; the champion when neither alias nor version is written.
 * @throws TH_REFERENCE_SYNTAX, TH_MODEL_NAME, TH_ALIAS_NAME (configuration).
 */
export function parseModelReference(text: string, place: Place): ModelReference {
  const match = /^registry:(?:([^/@]+)\/)?([^/@]+)(?:@([^/@]+))?$/.exec(text);
  const [, environment, name, at = "champion"] = match ?? [];
  if (name === undefined) {
    throw configurationError(
      "TH_REFERENCE_SYNTAX",
      `"${text}" does not name a model in a registry`,
      "write registry:NAME, registry:NAME@ALIAS, registry:NAME@VERSION or registry:ENVIRONMENT/NAME@ALIAS",
      place,
    );
  }
  checkModelName(name, place);
  const ref = parseRef(at, place);
  return environment === undefined ? { name, ref } : { environment, name, ref };
}

/**
 * An alias or a version number: `champion`, `@champion`, `3`, `v3`.
 * @throws TH_ALIAS_NAME, TH_VERSION_NUMBER (configuration).
 */
export function parseRef(text: string, place: Place): number | `@${string}` {
  const bare = text.startsWith("@") ? text.slice(1) : text;
  const digits = /^v?(\d+)$/.exec(bare)?.[1];
  if (digits === undefined) {
    checkAliasName(bare, place);
    return `@${bare}`;
  }
  const version = Number(digits);
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw configurationError(
    "TH_VERSION_NUMBER",
    `"${text}" is not a version`,
    "versions are whole numbers from 1",
    place,
  );
}
