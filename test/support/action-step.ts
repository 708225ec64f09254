import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { builtDist, nodeFolder } from "./dist.ts";
import { type Folder, folder } from "./folder.ts";

export interface StepResult {
  readonly code: number | null;
  /** Everything it printed, standard output and error together. */
  readonly output: string;
  readonly lines: readonly string[];
  /** Outputs by name, as a runner reads them from GITHUB_OUTPUT. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What it left in the folder for temporary files. */
  readonly left: readonly string[];
}

export interface StepOptions {
  /** Inputs by their name in action.yml. */
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** State of the main step: this is the post step. */
  readonly state?: Readonly<Record<string, string>>;
  /** The program that runs the stub; this very Node by default. */
  readonly node?: string;
  readonly nodeFlags?: readonly string[];
  /** Told of each piece of output; may end the step. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export interface Workspace extends Folder {
  /** Runs `dist/<name>.js` as a runner does. */
  step(name: string, options?: StepOptions): Promise<StepResult>;
  /** Runs `dist/cli.js` with arguments. */
  cli(
    args: readonly string[],
    options?: Pick<StepOptions, "env" | "node" | "onOutput">,
  ): Promise<Pick<StepResult, "code" | "output"> & { stdout: string; stderr: string }>;
}

/** A checked-out repository on a runner's disk, with files in it. */
export async function workspace(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Workspace> {
  const dist = await builtDist();
  const at = await folder(files);
  const runner = await folder();
  let steps = 0;
  const environment = (own: Readonly<Record<string, string>>) => ({
    PATH: `${nodeFolder}:${process.env.PATH ?? ""}`,
    HOME: runner.path,
    TMPDIR: join(runner.path, "tmp"),
    ...own,
  });
  return {
    ...at,
    async step(name, options = {}) {
      steps += 1;
      const file = (kind: string) => join(runner.path, `${kind}-${steps}`);
      await mkdir(join(runner.path, "tmp"), { recursive: true });
      for (const kind of ["output", "state", "summary", "env", "path"]) await writeFile(file(kind), "");
      const ran = await spawned(
        options.node ?? process.execPath,
        [...(options.nodeFlags ?? []), join(dist, `${name}.js`)],
        {
          cwd: at.path,
          env: environment({
            GITHUB_ACTIONS: "true",
            GITHUB_WORKSPACE: at.path,
            GITHUB_REPOSITORY: "acme/churn",
            GITHUB_EVENT_NAME: "push",
            GITHUB_RUN_ID: "1",
            GITHUB_JOB: "model",
            RUNNER_ENVIRONMENT: "self-hosted",
            RUNNER_TOOL_CACHE: join(runner.path, "tools"),
            GITHUB_OUTPUT: file("output"),
            GITHUB_STATE: file("state"),
            GITHUB_STEP_SUMMARY: file("summary"),
            GITHUB_ENV: file("env"),
            GITHUB_PATH: file("path"),
            ...Object.fromEntries(
              Object.entries(options.with ?? {}).map(([key, value]) => [`INPUT_${key.toUpperCase()}`, value]),
            ),
            ...Object.fromEntries(Object.entries(options.state ?? {}).map(([key, value]) => [`STATE_${key}`, value])),
            ...options.env,
          }),
          ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
        },
      );
      const text = (kind: string) => readFile(file(kind), "utf8");
      if ((await text("env")) !== "" || (await text("path")) !== "")
        throw new Error("the step changed the environment of later ones");
      return {
        ...ran,
        lines: ran.output.split("\n"),
        outputs: parsed(await text("output")),
        state: parsed(await text("state")),
        summary: await text("summary"),
        left: await readdir(join(runner.path, "tmp")),
      };
    },
    cli: async (args, options = {}) => {
      await mkdir(join(runner.path, "tmp"), { recursive: true });
      return spawned(options.node ?? process.execPath, [join(dist, "cli.js"), ...args], {
        cwd: at.path,
        env: environment(options.env ?? {}),
        ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
      });
    },
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
}

function spawned(
  node: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; onOutput?: StepOptions["onOutput"] },
): Promise<{ code: number | null; output: string; stdout: string; stderr: string }> {
  const child = spawn(node, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
  const text = { output: "", stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      text.output += chunk;
      text[stream] += chunk;
      options.onOutput?.(chunk, (signal) => child.kill(signal));
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...text }));
  });
}

/** `name<<mark`, the value's lines, `mark`: the form in which a value cannot end itself early. */
function parsed(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length - 1; at += 1) {
    const [, name, mark] = /^(.*?)<<(ghadelimiter_.*)$/.exec(lines[at] ?? "") ?? [];
    if (name === undefined || mark === undefined) throw new Error(`no output command: ${lines[at]}`);
    const end = lines.indexOf(mark, at + 1);
    values[name] = lines.slice(at + 1, end).join("\n");
    at = end;
  }
  return values;
}
