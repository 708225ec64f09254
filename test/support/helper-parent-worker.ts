// Starts a helper, prints its pid, and waits to be killed: `node helper-parent-worker.ts ROLE [detach]`.
import { join } from "node:path";
import { spawnSelf } from "../../src/hosts/spawn-self.ts";

const [role = "", then] = process.argv.slice(2);
const helper = await spawnSelf(
  role,
  null,
  {},
  {
    script: join(import.meta.dirname, "helper-roles-worker.ts"),
    native: { installed: [], cache: "", npm: { registry: "", scopes: {}, credentials: {} } },
    env: { PATH: process.env.PATH ?? "" },
    cwd: process.cwd(),
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      progress: () => undefined,
      group: (_title, body) => body(),
    },
    signal: new AbortController().signal,
  },
);
process.stdout.write(`${helper.pid}\n`);
if (then === "detach") helper.detach();
else setInterval(() => undefined, 1000);
