import type { Host } from "../kernel/host.ts";

/** Names the run in a history that outlives it; undefined on a laptop. */
export function runName({ ci }: Pick<Host, "ci">): string | undefined {
  return ci === undefined ? undefined : `${ci.repository}/actions/runs/${ci.runId}/attempts/${ci.attempt}`;
}
