import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The checkout that the tests run in. */
export const CHECKOUT = join(import.meta.dirname, "..", "..");

/** The programs that `scripts/setup-test-tools.mjs` installs into `.tools/bin`. */
export type ToolName = "act" | "actionlint" | "zizmor";

const MEND = "run `node scripts/setup-test-tools.mjs` first";

/** Absolute path of a test tool; throws with what to run when it is not installed. */
export function toolPath(name: ToolName): string {
  const path = join(CHECKOUT, ".tools", "bin", name);
  if (!existsSync(path)) throw new Error(`${name} is not installed: ${MEND}`);
  return path;
}

/** Absolute path of Chromium or Chrome: `CHROMIUM_PATH`, else the one the set-up script found or installed. */
export function chromiumPath(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== "") return named;
  const stamp = join(CHECKOUT, ".tools", "tools.json");
  if (existsSync(stamp)) {
    const found: unknown = JSON.parse(readFileSync(stamp, "utf8"));
    if (typeof found === "object" && found !== null && "chromium" in found && typeof found.chromium === "string") {
      return found.chromium;
    }
  }
  throw new Error(`no Chromium was found: ${MEND}`);
}

/** Absolute path of the Node 24 that the project brings along as an npm package. */
export function nodePath(): string {
  const path = join(CHECKOUT, "node_modules", "node", "bin", "node");
  if (!existsSync(path)) throw new Error("the npm package `node` is not installed: run `npm ci` first");
  return path;
}
