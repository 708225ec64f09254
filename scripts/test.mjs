// Runs the tests and ends with one plain line, `N passed, N failed, N skipped`, counted from vitest's own results.
// Exits with vitest's code; and with 1 when a test failed, a test file could not be loaded, or no test ran.
//
//   node scripts/test.mjs [what `vitest run` takes: files, -t NAME …]

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const VITEST = join(ROOT, "node_modules", "vitest", "vitest.mjs");
const RESULTS = join(ROOT, "build", "test-results.json");

/** The Node that runs this, or the project's own where this one is too old for vitest. */
function findNode() {
  const own = join(ROOT, "node_modules", "node", "bin", "node");
  return Number(process.versions.node.split(".")[0]) < 24 && existsSync(own) ? own : process.execPath;
}

function runVitest(args) {
  mkdirSync(dirname(RESULTS), { recursive: true });
  rmSync(RESULTS, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
  const child = spawn(findNode(), [VITEST, "run", ...reporters, ...args], { cwd: ROOT, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** A test file that could not be loaded holds no test: it counts as one failed. */
function count(results) {
  const unloaded = results.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + unloaded.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

function readResults() {
  try {
    return JSON.parse(readFileSync(RESULTS, "utf8"));
  } catch {
    return undefined;
  }
}

const code = await runVitest(process.argv.slice(2));
const results = readResults();
if (results === undefined) {
  process.stderr.write("vitest wrote no results\n");
  process.exitCode = code === 0 ? 1 : code;
} else {
  const { passed, failed, skipped } = count(results);
  if (passed + failed === 0) process.stderr.write("no test ran\n");
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  process.exitCode = code !== 0 ? code : failed > 0 || passed === 0 ? 1 : 0;
}
