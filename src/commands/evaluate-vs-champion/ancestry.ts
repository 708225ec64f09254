import type { Host } from "../../kernel/host.ts";

/** Neither programs that the repository names, nor the network: what lies here was written by others. */
const careful = ["-c", "core.fsmonitor=false", "-c", "protocol.allow=never"];

/**
 * Whether the work at hand builds on a commit. `unknown`: outside of a repository, without git, or where the history does not reach back
 * to it.
 * @param commit full id, as a report tells it
 */
export async function isAncestor(commit: string, host: Host): Promise<boolean | "unknown"> {
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)) return "unknown";
  const git = async (...args: readonly string[]) => {
    const argv = ["git", "--no-pager", ...careful, ...args] as const;
    const exit = await host.run({
      argv,
      cwd: host.cwd,
      env: { ...host.childEnv, GIT_NO_LAZY_FETCH: "1" },
      wallMs: 30_000,
    });
    return exit.why === "exited" ? exit.code : null;
  };
  try {
    const known = await git("cat-file", "-e", `${commit}^{commit}`);
    if (known !== 0) return "unknown";
    const code = await git("merge-base", "--is-ancestor", commit, "HEAD");
    return code === 0 ? true : code === 1 && !(await isShallow(host)) ? false : "unknown";
  } catch {
    host.signal.throwIfAborted();
    return "unknown";
  }
}

/** Where the history was cut off, a commit may be an ancestor without being found. */
async function isShallow(host: Host): Promise<boolean> {
  const chunks: Uint8Array[] = [];
  const argv = ["git", "--no-pager", ...careful, "rev-parse", "--is-shallow-repository"] as const;
  const onOutput = (stream: string, chunk: Uint8Array) => void (stream === "stdout" && chunks.push(chunk));
  const exit = await host.run({ argv, cwd: host.cwd, env: host.childEnv, wallMs: 30_000, onOutput });
  return exit.code !== 0 || Buffer.concat(chunks).toString("utf8").trim() !== "false";
}
