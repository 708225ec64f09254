/**
 * A process of its own that works with a file registry until it is done or killed: `node registry-worker.ts FOLDER MODE NUMBER`.
 * Each line it prints is something the registry has promised to keep.
 */
import { randomInt } from "node:crypto";
import { nodeFiles } from "../../src/hosts/files.ts";
import type { Host } from "../../src/kernel/host.ts";
import { implementation } from "../../src/registry/backends/file.ts";
import { allOf, oneFile } from "./models.ts";

const [folder = "", mode = "", number = "0"] = process.argv.slice(2);
const host = { cwd: folder, files: nodeFiles(), now: () => new Date() } satisfies Partial<Host>;
const registry = implementation.create({ location: "registry" }, host as unknown as Host);
const worker = Number(number);

function promise(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** One of ten models, then five moves of the alias from wherever it stands. */
async function race(): Promise<void> {
  const { version } = await registry.register("churn", oneFile(`model ${worker % 10} `.repeat(1000)));
  promise({ version });
  for (let done = 0, retries = 0; done < 5; ) {
    const from = (await registry.alias("churn", "champion"))?.to ?? null;
    const run = `worker ${worker}, move ${done}, attempt ${retries}`;
    const to = from === version ? null : version;
    const move = { alias: "champion", from, to, at: new Date().toISOString(), actor: "worker", reason: "race", run };
    const swap = await registry.moveAlias("churn", move);
    if (swap.ok) {
      promise({ seq: swap.value.seq, run, retries });
      done += 1;
      retries = 0;
    } else {
      retries += 1;
    }
  }
}

/** Work without an end, for whoever kills it. */
async function forever(): Promise<never> {
  while (true) {
    const { version, digest } = await registry.register("churn", oneFile(`${randomInt(1e9)}`.repeat(2000)));
    promise({ version, digest });
    const from = (await registry.alias("churn", "champion"))?.to ?? null;
    const run = `worker ${worker}, version ${version}`;
    const move = {
      alias: "champion",
      from,
      to: version,
      at: new Date().toISOString(),
      actor: "worker",
      reason: "kill",
      run,
    };
    const swap = await registry.moveAlias("churn", move);
    if (swap.ok) promise({ seq: swap.value.seq, run });
    const length = (await allOf(registry.entries("journal"))).length;
    const entry = { worker, length };
    if ((await registry.append("journal", length, entry)).ok) promise({ at: length, entry });
  }
}

await (mode === "race" ? race() : forever());
