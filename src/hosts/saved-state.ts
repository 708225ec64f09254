import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";

/**
 * Keeps a value for the step's post phase, in the toolkit's own form: a delimiter that no value can know. The toolkit itself would have to
 * be loaded for this at every start, which takes longer than the start.
 */
export function saveState(name: string, value: string): void {
  const file = process.env.GITHUB_STATE;
  if (file === undefined || file === "") return;
  const mark = `ghadelimiter_${randomUUID()}`;
  appendFileSync(file, `${name}<<${mark}\n${value}\n${mark}\n`);
}

/** What an earlier phase of this step saved; empty when it saved nothing. */
export function savedState(name: string): string {
  return process.env[`STATE_${name}`] ?? "";
}
