import { join } from "node:path";
import { installedModules } from "../src/hosts/native.ts";
import { nodeHost } from "../src/hosts/node-host.ts";
import { npmSettings } from "../src/hosts/npm-settings.ts";

const root = join(import.meta.dirname, "..");

/** A real host that says nothing: helpers run from `dist`, as they do for users. */
export function quietHost() {
  return nodeHost({
    cwd: process.cwd(),
    env: process.env,
    log: { debug: () => {}, info: () => {}, warn: () => {}, progress: () => {}, group: (_title, body) => body() },
    signal: new AbortController().signal,
    ci: undefined,
    native: { installed: installedModules(join(root, "dist")), cache: "", npm: npmSettings({}, "") },
    helperScript: join(root, "dist/helper.js"),
    now: () => new Date(),
    saveState: () => {},
  });
}
