import { dirname, isAbsolute, resolve } from "node:path";
import type { z } from "zod";
import { shownPath } from "../commands/paths.ts";
import { commands } from "../generated/commands.ts";
import { inputNames } from "../generated/input-names.ts";
import type { AnyCommand } from "../kernel/command.ts";
import type { CiContext } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import { camelCase, kebabCase } from "../kernel/naming.ts";
import type { SectionLinks } from "../report/section.ts";
import { annotate, annotateFailure } from "./annotations.ts";
import { currentCi } from "./ci.ts";
import type { Launch } from "./cli.ts";
import { commentOn } from "./comment-run.ts";
import { inputMeta } from "./decode.ts";
import type { Outcome } from "./execute.ts";
import { type Failure, failureOf, Interrupted, saidInPublic } from "./failure.ts";
import { nodeFiles } from "./files.ts";
import { environmentSecrets, redactor, secretForms } from "./masks.ts";
import { type GivenTexts, type Resolved, refusedRun, resolveInputs, workingDirectoryName } from "./resolve.ts";
import { type RunnerLog, runnerLog } from "./runner-log.ts";
import { savedState, saveState } from "./saved-state.ts";

/** State that tells the post step apart, and what the command saved for it. */
const phaseState = "titleholder-phase";
const commandState = "titleholder-state";

/**
 * An action's main and post step in one: the same stub serves both. Sets the process's exit code.
 * @param load finds the command; the generated map's by default
 */
export async function runAction(name: string, launch: Launch, load = loadCommand): Promise<void> {
  const command = await load(name);
  const given = readInputs(process.env, command);
  const log = runnerLog(
    (text) => void process.stdout.write(text),
    () => new Date(),
  );
  const secrets = [...givenSecrets(command, given), ...environmentSecrets(process.env)];
  // Before anything can be printed.
  for (const form of new Set(secrets.flatMap(secretForms))) log.mask(form);
  const run = new ActionRun(log, command, given, secrets, launch);
  if (savedState(phaseState) === "main") await run.post();
  else await run.main();
}

async function loadCommand(name: string): Promise<AnyCommand> {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) throw new Error(`no command ${name}`);
  return entry.load();
}

/** The toolkit writes outputs and the summary. It is loaded when there are some: it triples a start. */
function toolkit() {
  return import("@actions/core");
}

class ActionRun {
  readonly #log: RunnerLog;
  readonly #command: AnyCommand;
  readonly #given: GivenTexts;
  readonly #secrets: readonly string[];
  readonly #launch: Launch;
  readonly #abort = new AbortController();
  readonly #ci: CiContext | undefined;
  readonly #workspace = process.env.GITHUB_WORKSPACE || process.cwd();

  constructor(log: RunnerLog, command: AnyCommand, given: GivenTexts, secrets: readonly string[], launch: Launch) {
    this.#log = log;
    this.#command = command;
    this.#given = given;
    this.#secrets = secrets;
    this.#launch = launch;
    this.#ci = currentCi(process.env);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => this.#abort.abort(new Interrupted(signal)));
    }
  }

  async main(): Promise<void> {
    try {
      // First of all: a post step without it would take itself for the main one.
      if (this.#command.settle !== undefined) saveState(phaseState, "main");
      const resolved = await this.#resolve();
      // What does the work is loaded when it is known that there is some.
      const [{ nodeHost }, { execute }] = await Promise.all([import("./node-host.ts"), import("./execute.ts")]);
      await using host = await nodeHost({ ...(await this.#world(resolved.cwd)), signal: this.#abort.signal });
      const outcome = await execute(this.#command, resolved, host, this.#secrets);
      await this.#publish(outcome, resolved);
      process.exitCode = outcome.exitCode;
      const said = `${outcome.report.verdict}: ${outcome.report.summary}`;
      if (outcome.exitCode === 0) this.#log.info(said);
      else this.#log.error(said, { title: this.#command.name });
    } catch (error) {
      const failure = this.#fail(error);
      if (!this.#abort.signal.aborted) await this.#commentFailure(failure);
    }
  }

  async post(): Promise<void> {
    try {
      const text = savedState(commandState);
      if (text === "") return;
      const [{ cwd }, { settleWithin }] = await Promise.all([this.#resolve(), import("./settle.ts")]);
      await settleWithin(this.#command, JSON.parse(text) as Json, await this.#world(cwd));
    } catch (error) {
      this.#fail(error);
    }
  }

  #resolve(): Promise<Resolved> {
    return resolveInputs(this.#command, this.#given, this.#inputWorld());
  }

  #inputWorld() {
    return {
      startFolder: this.#workspace,
      files: nodeFiles({ cwd: this.#workspace }),
      names: inputNames,
      style: (name: string) => `\`${name}\``,
    };
  }

  async #world(cwd: string) {
    const [{ installedModules }, { nativeCache }, { userNpmSettings }] = await Promise.all([
      import("./native.ts"),
      import("./node-host.ts"),
      import("./npm-settings.ts"),
    ]);
    return {
      cwd,
      env: process.env,
      log: this.#log,
      ci: this.#ci,
      native: {
        installed: installedModules(this.#launch.dist),
        cache: nativeCache(process.env),
        npm: userNpmSettings(process.env),
      },
      helperScript: this.#launch.helperScript,
      now: () => new Date(),
      saveState: (state: Json) => saveState(commandState, JSON.stringify(state)),
    };
  }

  /** Outputs first: what fails after them must not cost the next step the verdict. */
  async #publish(outcome: Outcome, resolved: Resolved): Promise<void> {
    const [core, { renderSummary }] = await Promise.all([toolkit(), import("../report/markdown.ts")]);
    for (const [name, value] of Object.entries(outcome.outputs)) {
      core.setOutput(name, name === "report" ? shownPath(resolved, value) : value);
    }
    if (resolved.inputs.annotations === true) annotate(this.#log, outcome.report, this.#folder());
    if (process.env.GITHUB_STEP_SUMMARY !== undefined) {
      await core.summary.addRaw(renderSummary(outcome.report), true).write();
    }
    const artifact = resolved.inputs.uploadReport === true ? await this.#upload(outcome) : undefined;
    if (resolved.inputs.comment === true) await this.#comment(outcome, artifact);
  }

  /** @returns the artifact's number */
  async #upload(outcome: Outcome): Promise<number | undefined> {
    if (process.env.ACTIONS_RUNTIME_TOKEN === undefined || process.env.ACTIONS_RESULTS_URL === undefined) {
      this.#log.info("no artifact service in this run: the report stays on this machine");
      return undefined;
    }
    const { uploadReport } = await import("./artifact.ts");
    const { model, command } = outcome.report;
    const name = `titleholder-${model}-${command}-${this.#ci?.job ?? "job"}-${this.#ci?.attempt ?? 1}`;
    const safeName = name.replace(/[^A-Za-z0-9._-]/g, "_");
    // The client tells each of its steps.
    return this.#log.group("upload of the report", () =>
      uploadReport(outcome.files, dirname(outcome.path), safeName, this.#log),
    );
  }

  #fail(error: unknown): Failure {
    const failure = failureOf(error, this.#abort.signal);
    annotateFailure(this.#log, failure, this.#folder());
    process.exitCode = failure.exitCode;
    return failure;
  }

  async #comment({ report }: Outcome, artifact: number | undefined): Promise<void> {
    const { renderSection } = await import("../report/section.ts");
    const { command, verdict, summary } = report;
    const section = (links: SectionLinks) => ({ command, verdict, summary, body: renderSection(report, links) });
    await commentOn(this.#commenting(), report.model, artifact, section);
  }

  /** What was said of an earlier commit must not stand as if it were said of this one. */
  async #commentFailure(failure: Failure): Promise<void> {
    if (this.#ci?.pullRequest === undefined) return;
    const run = await refusedRun(this.#command, this.#given, this.#inputWorld());
    if (run === undefined || !run.comment) return;
    const { renderErrorSection } = await import("../report/section.ts");
    // Nobody masks what goes to GitHub's interface.
    const lines = redactor(this.#secrets)(saidInPublic(failure));
    const { name: command } = this.#command;
    const section = (links: SectionLinks) =>
      ({ command, verdict: "error", summary: lines[0] ?? "", body: renderErrorSection(lines, links) }) as const;
    await commentOn(this.#commenting(), run.model, undefined, section);
  }

  #commenting() {
    const token = this.#given.get("github-token");
    return { ci: this.#ci, env: process.env, token, signal: this.#abort.signal, log: this.#log };
  }

  /** The working directory as seen from the workspace; empty when they are the same, or it lies outside. */
  #folder(): string {
    const given = this.#given.get(workingDirectoryName)?.trim() || ".";
    const shown = shownPath({ cwd: this.#workspace }, resolve(this.#workspace, given));
    return shown === "." || isAbsolute(shown) ? "" : shown;
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
    return schema !== undefined && inputMeta(schema).secret === true ? [value] : [];
  });
}
