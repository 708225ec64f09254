import { join } from "node:path";
import { failureOf } from "./failure.ts";
import { workflowCommand } from "./workflow-commands.ts";

/**
 * The bundle's one entry: each stub in dist names what it wants to be, and only that is loaded.
 * @param what `cli`, `helper`, or an action's name
 * @param dist the folder the stubs lie in
 */
export async function dispatch(what: string, dist: string): Promise<void> {
  const launch = { dist, helperScript: join(dist, "helper.js") };
  // Whatever nobody caught is a bug, and must not end with the exit code of a verdict.
  if (what !== "helper") process.on("uncaughtException", reportBug);
  try {
    await start(what, launch);
  } catch (error) {
    reportBug(error);
  }
}

async function start(what: string, launch: { readonly dist: string; readonly helperScript: string }): Promise<void> {
  if (what === "cli") {
    const { runCli } = await import("./cli.ts");
    await runCli(launch);
  } else if (what === "helper") {
    const { runHelper } = await import("./helper.ts");
    runHelper();
  } else {
    const { runAction } = await import("./action.ts");
    await runAction(what, launch);
  }
}

function reportBug(error: unknown): void {
  const { text, exitCode } = failureOf(error, new AbortController().signal);
  if (process.env.GITHUB_ACTIONS === "true") console.log(workflowCommand("error", text, { title: "bug" }));
  else console.error(text);
  process.exit(exitCode);
}
