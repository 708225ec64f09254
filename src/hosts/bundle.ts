import { join } from "node:path";

/**
 * The bundle's one entry: each stub in dist names what it wants to be, and only that is loaded.
 * @param what `cli`, `helper`, or an action's name
 * @param dist the folder the stubs lie in
 */
export async function dispatch(what: string, dist: string): Promise<void> {
  const launch = { dist, helperScript: join(dist, "helper.js") };
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
