/** A process of its own that counts one look at a holdout: `node holdout-ledger-worker.ts FOLDER NAME`. Prints what became of it. */
import { countLook } from "../../src/commands/holdout-ledger.ts";
import { intentSchema } from "../../src/evaluation/ledger.ts";
import { nodeFiles } from "../../src/hosts/files.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { Host } from "../../src/kernel/host.ts";
import { implementation } from "../../src/registry/backends/file.ts";

const [folder = "", name = ""] = process.argv.slice(2);
const host = {
  cwd: folder,
  files: nodeFiles(),
  now: () => new Date(),
  actor: "worker",
  sleep: (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)),
} satisfies Partial<Host> as unknown as Host;
const registry = implementation.create({ location: ".titleholder/registry" }, host);
const intent = intentSchema.parse({
  format: "titleholder/holdout-look/v1",
  key: digestOf(name),
  holdout: { model: "churn", name: "test.csv" },
  alike: [],
  challenger: digestOf(name),
  champion: null,
  rule: digestOf("rule"),
  alpha: 0.0025,
  total: 0.05,
  budget: 20,
  protected: false,
  sketches: [{ columns: ["x"], key: [], rows: 0, digest: digestOf("") }],
});
const { state } = await countLook(registry, intent.key, async () => intent, host, true);
process.stdout.write(`${state}\n`);
