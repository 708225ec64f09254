import { z } from "zod";
import { configurationError } from "../kernel/error.ts";
import { formatSize } from "../kernel/quantity.ts";

/** Everything a training run was made of; part of the train report's details. Equal runs have equal records. */
export const trainingRun = z.strictObject({
  /** `train-` and 16 hex digits of the digest over everything below but the outcome. */
  id: z.string(),
  launcher: z.string(),
  command: z.string(),
  params: z.record(z.string(), z.json()),
  /** Git commit of the working directory and whether files differed from it; null outside of a repository. */
  code: z.strictObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
  /** Digest of the environment's lock file, when one was named. */
  environmentLock: z.string().nullable(),
  exitCode: z.number().int().nullable(),
});

const variable = /[^A-Za-z0-9]+/g;

/** Linux takes 128 KiB in one variable; half of it leaves room for everything that is counted with it. */
const longestVariable = 64 * 1024;

/**
 * The variables by which a training command gets its values; nothing is ever put into the command line.
 * @param data absolute paths
 * @param dataFile path of a JSON file with the same list, for lists that no variable can hold
 * @throws TH_TRAIN_PARAMS (configuration) when a parameter is longer than a variable may be
 */
export function trainingEnvironment(values: {
  readonly params: Readonly<Record<string, unknown>>;
  readonly data: readonly string[];
  readonly dataFile: string;
  readonly modelPath: string;
  readonly metricsPath: string;
  readonly outputFolder: string;
}): Record<string, string> {
  const env: Record<string, string> = {
    TITLEHOLDER_PARAMS: JSON.stringify(values.params),
    TITLEHOLDER_DATA_FILE: values.dataFile,
    TITLEHOLDER_MODEL_PATH: values.modelPath,
    TITLEHOLDER_METRICS_PATH: values.metricsPath,
    TITLEHOLDER_OUTPUT_DIR: values.outputFolder,
  };
  for (const [name, value] of Object.entries(values.params)) {
    env[`TITLEHOLDER_PARAM_${name.replace(variable, "_").toUpperCase()}`] =
      typeof value === "string" ? value : JSON.stringify(value);
  }
  if (values.params.seed !== undefined) env.TITLEHOLDER_SEED = String(values.params.seed);
  for (const [name, value] of Object.entries(env)) {
    if (Buffer.byteLength(value) <= longestVariable) continue;
    throw configurationError(
      "TH_TRAIN_PARAMS",
      `the parameters are too long for the environment: ${name} would take ${formatSize(Buffer.byteLength(value))} of ${formatSize(longestVariable)}`,
      "put them into a file and name it in a parameter",
      { input: "params" },
    );
  }
  const data = JSON.stringify(values.data);
  return Buffer.byteLength(data) > longestVariable ? env : { ...env, TITLEHOLDER_DATA: data };
}

/**
 * Cuts a byte stream into the lines a person would see on a terminal: of a progress bar redrawn by carriage returns only the last state,
 * escape sequences left out.
 */
export class LineFolder {
  readonly #decoder = new TextDecoder();
  readonly #emit: (line: string) => void;
  #rest = "";

  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  push(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#rest !== "") this.#emit(lastState(this.#rest));
    this.#rest = "";
  }

  #take(text: string): void {
    const parts = (this.#rest + text).split("\n");
    this.#rest = parts.pop() ?? "";
    for (const part of parts) this.#emit(lastState(part));
    // A bar that is redrawn for hours without a new line must not grow.
    if (this.#rest.length > 65_536) this.#rest = lastState(this.#rest).slice(-65_536);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
const escapes = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*\u0007/g;

function lastState(line: string): string {
  const states = line.replace(/\r+$/, "").split("\r");
  return (states.findLast((state) => state.trim() !== "") ?? "").replace(escapes, "");
}
