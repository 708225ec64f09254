import { parseArgs } from "node:util";
import type { z } from "zod";
import { commands } from "../generated/commands.ts";
import { inputNames } from "../generated/input-names.ts";
import type { AnyCommand } from "../kernel/command.ts";
import { configurationError } from "../kernel/error.ts";
import type { Json } from "../kernel/json.ts";
import { kebabCase, suggest } from "../kernel/naming.ts";
import { innerSchema, inputMeta } from "./decode.ts";
import { execute, type Outcome } from "./execute.ts";
import { failureOf, Interrupted } from "./failure.ts";
import { commandHelp, overviewHelp } from "./help.ts";
import { textLogger } from "./loggers.ts";
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
      ci: undefined,
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
      return { outcome: await execute(command, resolved, host), cwd: resolved.cwd };
    } finally {
      await settleWithin(command, state, { ...common, cwd: resolved.cwd });
    }
  }
}

/** Flags → texts. A flag may be repeated where its input is a list. @throws TH_INPUT_UNKNOWN, TH_INPUT_SYNTAX, TH_INPUT_REPEATED (configuration). */
export function readFlags(command: AnyCommand, args: readonly string[]): GivenTexts {
  const shape = command.inputs.shape as Readonly<Record<string, z.ZodType>>;
  const offered = new Map(
    Object.entries(shape)
      .filter(([, schema]) => inputMeta(schema).host !== "action")
      .map(([key, schema]) => [kebabCase(key), innerSchema(schema).def.type] as const),
  );
  const options = Object.fromEntries(
    [...offered].map(([name, type]) => [
      name,
      { type: type === "boolean" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const given = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "positional") {
      throw configurationError(
        "TH_INPUT_SYNTAX",
        `"${token.value}" stands alone`,
        "write values as --name value; see --help",
      );
    }
    if (token.kind !== "option" || token.name === "json") continue;
    const negated = token.name.startsWith("no-") && !offered.has(token.name);
    const name = negated ? token.name.slice(3) : token.name;
    const type = offered.get(name);
    if (type === undefined || (negated && type !== "boolean")) {
      throw configurationError(
        "TH_INPUT_UNKNOWN",
        `there is no flag --${token.name}`,
        suggest(token.name, [...offered.keys(), "json"]),
        {
          input: token.name,
        },
      );
    }
    const text = type === "boolean" ? (token.value ?? String(!negated)) : token.value;
    // What begins like a flag is the next one; a value like that is written after an equals sign.
    const isNextFlag = token.inlineValue === false && /^--[a-z]/.test(text ?? "");
    if (text === undefined || isNextFlag) {
      throw configurationError("TH_INPUT_SYNTAX", `--${name} has no value`, `write --${name} VALUE`, { input: name });
    }
    if (negated && token.value !== undefined) {
      throw configurationError("TH_INPUT_SYNTAX", `--no-${name} takes no value`, `write --${name}=${token.value}`, {
        input: name,
      });
    }
    const before = given.get(name);
    if (before !== undefined && type !== "array") {
      throw configurationError("TH_INPUT_REPEATED", `--${name} is written twice`, "write it once", { input: name });
    }
    given.set(name, before === undefined ? text : `${before}\n${text}`);
  }
  return given;
}

/** One line. `##[` anywhere in it would be a command to a runner; the escape means the same in JSON. */
function jsonText(outcome: Outcome): string {
  const text = JSON.stringify({ exitCode: outcome.exitCode, outputs: outcome.outputs, report: outcome.report });
  return text.replaceAll("##[", "##\\u005b");
}
