import { join } from "node:path";
import { loadNative } from "../../../src/hosts/native.ts";
import { userNpmSettings } from "../../../src/hosts/npm-settings.ts";
import { CHECKOUT } from "../tools.ts";

/**
 * A runner's tool cache that already holds the native packages, as a team's own runner has after its first job. Filled
 * once on a machine by the loader itself, with this machine's npm settings, and kept below `.tools`.
 *
 * @returns the folder, for `runWorkflow({ toolCache })`
 */
export async function filledToolCache(): Promise<string> {
  const cache = join(CHECKOUT, ".tools", "tool-cache");
  const search = { installed: [], cache, npm: userNpmSettings(process.env) };
  await loadNative("@duckdb/node-api", search);
  await loadNative("onnxruntime-node", search);
  return cache;
}
