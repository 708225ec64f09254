import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { z } from "zod";
import { shownPath } from "../commands/paths.ts";
import { commands } from "../generated/commands.ts";
import { inputNames } from "../generated/input-names.ts";
import type { AnyCommand } from "../kernel/command.ts";
import type { CiContext } from "../kernel/host.ts";
import { isJsonObject, type Json } from "../kernel/json.ts";
import { camelCase, kebabCase } from "../kernel/naming.ts";
import { annotate, annotateFailure } from "./annotations.ts";
import { ciContext } from "./ci.ts";
import type { Launch } from "./cli.ts";
import { inputMeta } from "./decode.ts";
import { execute, type Outcome } from "./execute.ts";
import { failureOf, Interrupted } from "./failure.ts";
import { nodeFiles } from "./files.ts";
import { secretForms } from "./masks.ts";
import { installedModules, npmSettings } from "./native.ts";
import { nativeCache, nodeHost } from "./node-host.ts";
import { type GivenTexts, type Resolved, resolveInputs } from "./resolve.ts";
import { settleWithin } from "./settle.ts";

type Core = typeof import("@actions/core");

/** State that tells the post step apart, and what the command saved for it. */
const phaseState = "titleholder-phase";
const commandState = "titleholder-state";

/** An action's main and post step in one: the same stub serves both. Sets the process's exit code. */
export async function runAction(name: string, launch: Launch): Promise<void> {
  const [core, command] = await Promise.all([import("@actions/core"), loadCommand(name)]);
  const given = readInputs(process.env, command);
  // Before anything can be printed.
  for (const secret of givenSecrets(command, given)) core.setSecret(secret);
  const run = new ActionRun(core, command, given, launch);
  if (core.getState(phaseState) === "main") await run.post();
  else await run.main();
}

async function loadCommand(name: string): Promise<AnyCommand> {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) throw new Error(`no command ${name}`);
  return entry.load();
}

class ActionRun {
  readonly #core: Core;
  readonly #command: AnyCommand;
  readonly #given: GivenTexts;
  readonly #launch: Launch;
  readonly #abort = new AbortController();
  readonly #ci: CiContext | undefined;

  constructor(core: Core, command: AnyCommand, given: GivenTexts, launch: Launch) {
    this.#core = core;
    this.#command = command;
    this.#given = given;
    this.#launch = launch;
    this.#ci = ciContext(process.env, readEvent(process.env));
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => this.#abort.abort(new Interrupted(signal)));
    }
  }

  async main(): Promise<void> {
    const core = this.#core;
    core.saveState(phaseState, "main");
    try {
      const resolved = await this.#resolve();
      await using host = await nodeHost({ ...this.#world(resolved.cwd), signal: this.#abort.signal });
      const outcome = await execute(this.#command, resolved, host);
      await this.#publish(outcome, resolved);
      process.exitCode = outcome.exitCode;
      if (outcome.exitCode !== 0)
        core.error(`${outcome.report.verdict}: ${outcome.report.summary}`, { title: this.#command.name });
    } catch (error) {
      this.#fail(error);
    }
  }

  async post(): Promise<void> {
    try {
      const text = this.#core.getState(commandState);
      if (text === "") return;
      const { cwd } = await this.#resolve();
      await settleWithin(this.#command, JSON.parse(text) as Json, this.#world(cwd));
    } catch (error) {
      this.#fail(error);
    }
  }

  #resolve(): Promise<Resolved> {
    const startFolder = process.env.GITHUB_WORKSPACE ?? process.cwd();
    return resolveInputs(this.#command, this.#given, {
      startFolder,
      files: nodeFiles({ cwd: startFolder }),
      names: inputNames,
      style: (name) => `\`${name}\``,
    });
  }

  #world(cwd: string) {
    const core = this.#core;
    return {
      cwd,
      env: process.env,
      log: actionLogger(core),
      ci: this.#ci,
      native: {
        installed: installedModules(this.#launch.dist),
        cache: nativeCache(process.env),
        npm: npmSettings(process.env, readText(join(homedir(), ".npmrc"))),
      },
      helperScript: this.#launch.helperScript,
      now: () => new Date(),
      saveState: (state: Json) => core.saveState(commandState, JSON.stringify(state)),
    };
  }

  /** Outputs first: what fails after them must not cost the next step the verdict. */
  async #publish(outcome: Outcome, resolved: Resolved): Promise<void> {
    const core = this.#core;
    for (const [name, value] of Object.entries(outcome.outputs)) {
      core.setOutput(name, name === "report" ? shownPath(resolved, value) : value);
    }
    if (resolved.inputs.annotations === true) annotate(core, outcome.report);
    const { renderSummary } = await import("../report/markdown.ts");
    if (process.env.GITHUB_STEP_SUMMARY !== undefined) {
      await core.summary.addRaw(renderSummary(outcome.report), true).write();
    }
    if (resolved.inputs.uploadReport === true) await this.#upload(outcome);
  }

  async #upload(outcome: Outcome): Promise<void> {
    if (process.env.ACTIONS_RUNTIME_TOKEN === undefined || process.env.ACTIONS_RESULTS_URL === undefined) {
      this.#core.info("no artifact service in this run: the report stays on this machine");
      return;
    }
    const { uploadReport } = await import("./artifact.ts");
    const { model, command } = outcome.report;
    const name = `titleholder-${model}-${command}-${this.#ci?.job ?? "job"}-${this.#ci?.attempt ?? 1}`;
    await uploadReport(dirname(outcome.path), name.replace(/[^A-Za-z0-9._-]/g, "_"), this.#core);
  }

  #fail(error: unknown): void {
    const failure = failureOf(error, this.#abort.signal);
    annotateFailure(this.#core, failure);
    process.exitCode = failure.exitCode;
  }
}

/** `INPUT_MODEL-PATH` → `model-path`; empty texts are left out, as a runner passes every declared input. */
export function readInputs(env: Readonly<Record<string, string | undefined>>, command: AnyCommand): GivenTexts {
  const given = new Map<string, string>();
  const shape = command.inputs.shape as Readonly<Record<string, z.ZodType>>;
  const known = new Map(Object.keys(shape).map((key) => [kebabCase(key).toUpperCase(), kebabCase(key)]));
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith("INPUT_") || value === undefined || value.trim() === "") continue;
    const name = variable.slice("INPUT_".length);
    given.set(known.get(name) ?? name.toLowerCase(), value);
  }
  return given;
}

function givenSecrets(command: AnyCommand, given: GivenTexts): readonly string[] {
  const shape = command.inputs.shape as Readonly<Record<string, z.ZodType>>;
  return [...given].flatMap(([name, value]) => {
    const schema = shape[camelCase(name)];
    return schema !== undefined && inputMeta(schema).secret === true ? secretForms(value) : [];
  });
}

function actionLogger(core: Core) {
  let told = 0;
  return {
    debug: (text: string) => core.debug(text),
    info: (text: string) => core.info(text),
    warn: (text: string, place?: { file?: string; line?: number; column?: number }) =>
      core.warning(text, {
        ...(place?.file === undefined ? {} : { file: place.file }),
        ...(place?.line === undefined ? {} : { startLine: place.line }),
      }),
    progress: (task: string, done: number, total?: number) => {
      const now = Date.now();
      if (now - told < 10_000) return;
      told = now;
      core.info(
        `${task}: ${done.toLocaleString("en-US")}${total === undefined ? "" : ` of ${total.toLocaleString("en-US")}`}`,
      );
    },
    group: <T>(title: string, body: () => Promise<T>) => core.group(title, body),
  };
}

function readEvent(env: Readonly<Record<string, string | undefined>>): Json {
  try {
    const value: Json = JSON.parse(readText(env.GITHUB_EVENT_PATH ?? "")) as Json;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
