import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { loadNative, npmSettings } from "../../../src/hosts/native.ts";
import { CHECKOUT } from "../tools.ts";

/**
 * A runner's tool cache that already holds the native packages, as a team's own runner has after its first job. Filled
 * once on a machine by the loader itself, with this machine's npm settings, and kept below `.tools`.
 *
 * @returns the folder, for `runWorkflow({ toolCache })`
 */
export async function filledToolCache(): Promise<string> {
  const cache = join(CHECKOUT, ".tools", "tool-cache");
  const userConfig = await readFile(join(homedir(), ".npmrc"), "utf8").catch(() => "");
  const search = { installed: [], cache, npm: npmSettings(process.env, userConfig) };
  await loadNative("@duckdb/node-api", search);
  await loadNative("onnxruntime-node", search);
  return cache;
}
