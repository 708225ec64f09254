import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** How npm is configured for the person or the runner; the workspace's own `.npmrc` is never asked: a pull request could have written it. */
export interface NpmSettings {
  /** Ends in `/`. */
  readonly registry: string;
  /** Registry by scope, as `@duckdb`. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Authorization header by `//host/path/`. */
  readonly credentials: Readonly<Record<string, string>>;
}

const publicRegistry = "https://registry.npmjs.org/";

/**
 * npm's settings from the environment and the user's own configuration.
 * @param userConfig text of the user's `.npmrc`, empty when there is none
 */
export function npmSettings(env: Readonly<Record<string, string | undefined>>, userConfig: string): NpmSettings {
  const settings: Record<string, string> = {};
  for (const line of userConfig.split(/\r?\n/)) {
    const match = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const value = match[2].replace(/^(["'])(.*)\1$/, "$2");
    settings[match[1]] = value.replace(/\$\{(\w+)\}/g, (_all, name: string) => env[name] ?? "");
  }
  const slash = (url: string) => (url.endsWith("/") ? url : `${url}/`);
  const scopes: Record<string, string> = {};
  const credentials: Record<string, string> = {};
  for (const [key, value] of Object.entries(settings)) {
    const [, path, kind] = /^(\/\/.*):(_authToken|_auth)$/.exec(key) ?? [];
    if (path !== undefined) credentials[slash(path)] = `${kind === "_auth" ? "Basic" : "Bearer"} ${value}`;
    if (key.startsWith("@") && key.endsWith(":registry")) scopes[key.slice(0, -":registry".length)] = slash(value);
  }
  const registry = env.npm_config_registry || env.NPM_CONFIG_REGISTRY || settings.registry || publicRegistry;
  return { registry: slash(registry), scopes, credentials };
}

/** The user's own npm configuration; the workspace's `.npmrc` is never asked. */
export function userNpmSettings(env: Readonly<Record<string, string | undefined>>): NpmSettings {
  const path = env.NPM_CONFIG_USERCONFIG || env.npm_config_userconfig || join(homedir(), ".npmrc");
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // Most people have none.
  }
  return npmSettings(env, text);
}

/** The address that serves a package, ending in `/`, and the header it asks for: npm takes the credential of the longest path the address begins with. */
export function registryFor(
  packageName: string,
  npm: NpmSettings,
): { readonly registry: string; readonly authorization: string | undefined } {
  const scope = packageName.startsWith("@") ? (packageName.split("/")[0] ?? "") : "";
  const registry = npm.scopes[scope] ?? npm.registry;
  const address = registry.replace(/^https?:/, "");
  const nearest = Object.keys(npm.credentials)
    .filter((path) => address.startsWith(path))
    .sort((a, b) => b.length - a.length)[0];
  return { registry, authorization: nearest === undefined ? undefined : npm.credentials[nearest] };
}
