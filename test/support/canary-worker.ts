/** A process of its own that runs canary-deploy in a folder until it is done or killed: `node canary-worker.ts FOLDER INPUTS-AS-JSON`. */
import { canary } from "./canary.ts";
import { testHost } from "./host.ts";

const [cwd = "", inputs = "{}"] = process.argv.slice(2);
const t = await testHost({ cwd, model: "flights" });
const { outputs } = await canary(t, JSON.parse(inputs) as Record<string, unknown>);
process.stdout.write(JSON.stringify(outputs));
await t[Symbol.asyncDispose]();
