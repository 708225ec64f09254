/** The command line from the sources, as a process of its own: `node cli-worker.ts COMMAND --flag value`. */
import { join } from "node:path";
import { runCli } from "../../src/hosts/cli.ts";

const root = join(import.meta.dirname, "../..");
await runCli({ dist: join(root, "dist"), helperScript: join(root, "src/hosts/helper-entry.ts") });
