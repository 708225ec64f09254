/**
 * The whole story on real data: `npm run demo`. Every step is the CLI as a user would call it, in a copy of examples/flights.
 * It ends by saying where the reports lie, and leaves nothing running.
 *
 *   node scripts/demo.ts [FOLDER]    FOLDER below the repository, demo-output when absent; it is emptied first
 */
import { spawnSync } from "node:child_process";
import { access, cp, mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { lastWords, writeIndex } from "./demo/curtain.ts";
import { Stage } from "./demo/stage.ts";
import { Traffic } from "./demo/traffic.ts";

const root = join(import.meta.dirname, "..");
const { positionals } = parseArgs({ allowPositionals: true });
const output = join(root, positionals[0] ?? "demo-output");
const folder = join(output, "flights");
const stage = new Stage(root, folder);
const callers = 8;

/** Reports of one act lie in one folder, so that no later step overwrites them. */
const reportAt = (act: string, command: string) => ["--report", join("reports", act, command, "report.json")];

async function copyProject(): Promise<void> {
  await rm(output, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const made = new Set(["data", "out", "registry"]);
  await cp(join(root, "examples/flights"), folder, { recursive: true, filter: (path) => !made.has(basename(path)) });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 8080;
}

async function tellOfData(): Promise<void> {
  stage.chapter(
    "Data",
    "Three million real flights, January to June 2001. Will a flight arrive more than 15 minutes late? January is for training, most of February is the holdout.",
  );
  await stage.script("prepare.mjs");
  const files = [
    ["january", "data/2001-01.parquet"],
    ["holdout", "data/holdout.parquet"],
  ] as const;
  for (const [act, file] of files)
    await stage.titleholder(["validate-data", "--data", file, ...reportAt(act, "validate-data")], 0);
  stage.say("January once more, as a careless CSV export would write it:");
  const file = "data/2001-01-corrupted.csv";
  const corrupted = await stage.titleholder(
    ["validate-data", "--data", file, ...reportAt("corrupted", "validate-data")],
    1,
  );
  for (const title of [/wrong type/, /^hour/, /^origin\./]) stage.table(corrupted, title, 2);
}

async function tellOfChampion(port: number): Promise<void> {
  stage.chapter(
    "A champion",
    "The first model: 30 trees on the timetable. There is no champion yet, so it is compared with always saying 'on time', and every report says so aloud.",
  );
  await train("champion");
  await evaluate("champion", ["--baseline", "majority"], 0);
  await register("champion", 0);
  await deploy("champion", port, [], 0);
}

async function tellOfChallenger(port: number): Promise<void> {
  stage.chapter(
    "A better challenger",
    "80 trees that also see what airport and route went through lately. Both models score the same rows; paired tests decide.",
  );
  await train("challenger");
  stage.table(await evaluate("challenger", ["--champion", "registry:flights@champion"], 0), /^Metrics/, 3);
  await register("challenger", 0);
  stage.say("Out it goes, a little at a time, under replayed requests of March:");
  await underTraffic(port, () => deploy("challenger", port, [], 0));
}

async function tellOfHarm(port: number): Promise<void> {
  stage.chapter(
    "A harmful one",
    "A rewrite as a small formula, trained on hours in the wrong time zone. It also divides by zero where an airport has no record.",
  );
  await train("harmful");
  await evaluate("harmful", ["--champion", "registry:flights@champion"], 1);
  await register("harmful", 1);
  stage.say("Somebody forces it out all the same. The holdout could not show the division by zero; traffic does:");
  await underTraffic(port, () => deploy("harmful", port, ["--version", "registry:flights@3", "--allow-unproven"], 1));
}

async function tellOfDrift(): Promise<void> {
  stage.chapter(
    "Drift",
    "Later months against January. To be called drift, a shift must surely be larger than a stated minimum.",
  );
  const months = [
    ["february", "2001-02", 0],
    ["march", "2001-03", 0],
    ["may", "2001-05", 1],
  ] as const;
  for (const [act, month, expected] of months) {
    const args = ["drift-report", "--current", `data/${month}.parquet`, ...reportAt(act, "drift-report")];
    await stage.titleholder(args, expected, { checks: 2 });
  }
}

async function tellOfProof(): Promise<void> {
  stage.chapter("Proof", "From the serving champion back to the raw data, with every byte read again:");
  const data = ["--data", "data/2001-01.parquet", "data/holdout.parquet"];
  stage.table(
    await stage.titleholder(["verify", ...data, ...reportAt("proof", "verify")], 0, { checks: 0 }),
    /chain/i,
    10,
  );
}

async function train(recipe: string): Promise<void> {
  const paths = ["--model-path", `out/${recipe}.onnx`, "--metrics-path", `out/${recipe}.json`];
  await stage.titleholder(
    ["train", "--params", `{ recipe: ${recipe}, seed: 7 }`, ...paths, ...reportAt(recipe, "train")],
    0,
  );
}

function evaluate(recipe: string, against: readonly string[], expected: number) {
  const models = ["--challenger", `out/${recipe}.onnx`, ...against];
  const report = reportAt(recipe, "evaluate-vs-champion");
  return stage.titleholder(["evaluate-vs-champion", ...models, "--purpose", "promote", ...report], expected, {
    checks: 2,
  });
}

async function register(recipe: string, expected: number): Promise<void> {
  const args = ["register-model", "--model-path", `out/${recipe}.onnx`, ...reportAt(recipe, "register-model")];
  await stage.titleholder(args, expected, { checks: 0 });
}

async function deploy(act: string, port: number, extra: readonly string[], expected: number): Promise<void> {
  const args = ["canary-deploy", "--port", String(port), ...extra, ...reportAt(act, "canary-deploy")];
  await stage.titleholder(args, expected, { checks: 0, also: /^(rollout|error-)/ });
}

async function underTraffic(port: number, work: () => Promise<void>): Promise<void> {
  const traffic = await Traffic.start(join(folder, "data/traffic.jsonl"), port, callers);
  try {
    await work();
  } finally {
    const { answered, failed } = await traffic.stop();
    stage.say(`Callers meanwhile: ${answered.toLocaleString("en-US")} requests answered, ${failed} failed.`);
  }
}

/** Model server and router outlive the command that started them, as they should; the demo's are ended. */
function stopServing(): void {
  const args = [join(root, "dist/cli.js"), "canary-deploy", "--operation", "stop"];
  spawnSync(process.execPath, args, { cwd: folder, env: { ...process.env, GITHUB_ACTIONS: "" }, stdio: "ignore" });
}

async function tell(): Promise<void> {
  await access(join(root, "dist/cli.js"));
  await copyProject();
  const port = await freePort();
  try {
    await tellOfData();
    await tellOfChampion(port);
    await tellOfChallenger(port);
    await tellOfHarm(port);
    await tellOfDrift();
    await tellOfProof();
  } finally {
    stopServing();
  }
  console.log(lastWords({ root, folder, page: await writeIndex(folder), seconds: stage.elapsed() }));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    stopServing();
    process.exit(signal === "SIGINT" ? 130 : 143);
  });
}
await tell();
