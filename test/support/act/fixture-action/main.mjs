import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import * as core from "@actions/core";

const secret = core.getInput("secret");
if (secret) core.setSecret(secret);
core.saveState("greeting", core.getInput("greeting"));
core.info(`the secret is ${secret || "not given"}`);

core.setOutput("node", process.version);
core.setOutput("greeting", core.getInput("greeting"));
core.setOutput("lines", "first\nsecond = 2\n\nfourth: ümläut");
core.setOutput("runner", process.env.RUNNER_ENVIRONMENT);
core.setOutput("tool-cache", existsSync(`${process.env.RUNNER_TOOL_CACHE}/seeded`));
core.setOutput("environment", Object.keys(process.env).sort().join(" "));
core.setOutput("repository", process.env.GITHUB_REPOSITORY);
core.setOutput("sha", process.env.GITHUB_SHA);
core.setOutput("ref", process.env.GITHUB_REF);
core.setOutput("input-was-set", "INPUT_GREETING" in process.env);

core.error("100% wrong :: here", {
  title: "A: title, with a = sign",
  file: "data/a.csv",
  startLine: 3,
  startColumn: 7,
});
core.warning("first line\nsecond line");
core.notice("for the record");
await core.summary.addRaw("# Verdict\n\nSeveral | columns\n").write();

if (core.getInput("linger") === "true") {
  core.info("lingering");
  await setTimeout(60_000);
}
if (core.getInput("fail") === "true") process.exitCode = 2;
