import { commands } from "../generated/commands.ts";
import { inputNames } from "../generated/input-names.ts";
import type { AnyCommand } from "../kernel/command.ts";
import { configurationError } from "../kernel/error.ts";
import type { Json } from "../kernel/json.ts";
import { suggest } from "../kernel/naming.ts";
import { currentCi } from "./ci.ts";
import { execute, type Outcome } from "./execute.ts";
import { failureOf, Interrupted } from "./failure.ts";
import { readFlags } from "./flags.ts";
import { commandHelp, overviewHelp } from "./help.ts";
import { textLogger } from "./loggers.ts";
import { environmentSecrets } from "./masks.ts";
import { installedModules } from "./native.ts";
import { nativeCache, nodeHost } from "./node-host.ts";
import { userNpmSettings } from "./npm-settings.ts";
import { type GivenTexts, resolveInputs } from "./resolve.ts";
import { settleWithin } from "./settle.ts";
import { outcomeText } from "./terminal-report.ts";
import { version } from "./version.ts";
import { inert } from "./workflow-commands.ts";

export interface Launch {
  /** Folder of the bundle: natives are looked for beside it. */
  readonly dist: string;
  /** Script that runs helpers. */
  readonly helperScript: string;
}

/** The terminal: `titleholder COMMAND --flag value`. Sets the process's exit code. */
export async function runCli(launch: Launch): Promise<void> {
  // `titleholder … | head` closes the pipe; the exit code is the outcome's all the same.
  process.stdout.on("error", () => undefined);
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(overviewHelp(process.stdout.columns));
    process.exitCode = name === undefined ? 2 : 0;
    return;
  }
  if (name === "--version" || name === "-V") {
    process.stdout.write(`${version}\n`);
    return;
  }
  await new CliRun(launch).run(name, rest);
}

/** In a workflow the runner reads this program's output too, and must not obey what came from data or from a training's log. */
function safe(text: string): string {
  return process.env.GITHUB_ACTIONS === "true" ? inert(text) : text;
}

class CliRun {
  readonly #launch: Launch;
  readonly #abort = new AbortController();
  readonly #log = textLogger({
    write: (text) => void process.stderr.write(safe(text)),
    isTerminal: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    now: () => new Date(),
    debug: process.env.TITLEHOLDER_DEBUG === "1" || process.env.RUNNER_DEBUG === "1",
  });

  constructor(launch: Launch) {
    this.#launch = launch;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        // A second one means: now.
        if (this.#abort.signal.aborted) process.exit(signal === "SIGINT" ? 130 : 143);
        this.#abort.abort(new Interrupted(signal));
      });
    }
  }

  async run(name: string, args: readonly string[]): Promise<void> {
    const json = args.includes("--json");
    try {
      const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
      if (entry === undefined) {
        throw configurationError("TH_COMMAND", `there is no command "${name}"`, suggest(name, Object.keys(commands)));
      }
      const command = await entry.load();
      if (args.includes("--help") || args.includes("-h")) {
        process.stdout.write(commandHelp(command, process.stdout.columns));
        return;
      }
      const { outcome, cwd } = await this.#execute(command, readFlags(command, args));
      this.#log.done();
      process.stdout.write(
        json ? `${jsonText(outcome)}\n` : safe(outcomeText(outcome, cwd, process.stdout.isTTY === true)),
      );
      process.exitCode = outcome.exitCode;
    } catch (error) {
      this.#log.done();
      const failure = failureOf(error, this.#abort.signal);
      if (json) {
        process.stdout.write(
          `${JSON.stringify({ error: { code: failure.title, exitCode: failure.exitCode, text: failure.text } })}\n`,
        );
      }
      process.stderr.write(safe(`titleholder ${name}: ${failure.text}\n`));
      process.exitCode = failure.exitCode;
    }
  }

  async #execute(command: AnyCommand, given: GivenTexts): Promise<{ readonly outcome: Outcome; readonly cwd: string }> {
    let state: Json | undefined;
    const common = {
      env: process.env,
      log: this.#log,
      // A step may call the CLI too: a fork is a fork, and a hosted machine is thrown away.
      ci: currentCi(process.env),
      native: {
        installed: installedModules(this.#launch.dist),
        cache: nativeCache(process.env),
        npm: userNpmSettings(process.env),
      },
      helperScript: this.#launch.helperScript,
      now: () => new Date(),
      saveState: (next: Json) => {
        state = next;
      },
    };
    const { nodeFiles } = await import("./files.ts");
    const resolved = await resolveInputs(command, given, {
      startFolder: process.cwd(),
      files: nodeFiles({ cwd: process.cwd() }),
      names: inputNames,
      style: (input) => `--${input}`,
    });
    await using host = await nodeHost({ ...common, cwd: resolved.cwd, signal: this.#abort.signal });
    try {
      return { outcome: await execute(command, resolved, host, environmentSecrets(process.env)), cwd: resolved.cwd };
    } finally {
      await settleWithin(command, state, { ...common, cwd: resolved.cwd });
    }
  }
}

/** One line. `##[` anywhere in it would be a command to a runner; the escape means the same in JSON. */
function jsonText(outcome: Outcome): string {
  const text = JSON.stringify({ exitCode: outcome.exitCode, outputs: outcome.outputs, report: outcome.report });
  return text.replaceAll("##[", "##\\u005b");
}
