import { join } from "node:path";
import type { ColumnBatch, Dataset } from "../../../dataset/dataset.ts";
import { configurationError, type Place, type TitleholderError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import type { ProcessExit } from "../../../kernel/process.ts";
import { formatDuration } from "../../../kernel/quantity.ts";
import type { Feature, Predictions, PredictorSession } from "../../../model/model.ts";
import { rowsOf } from "../../../model/tensors.ts";
import { locateData, openData } from "../../data.ts";
import type { LocatedModel } from "../../model-reference.ts";
import { type PredictionColumns, type PredictionQuestion, predictionColumns } from "./columns.ts";
import { jsonLines, rowNumber } from "./rows-file.ts";
import { readPredictions, shownKey } from "./table.ts";

export const rowFormats = ["parquet", "jsonl"] as const;

/** The user's program that scores rows with a model which this program never opens. */
export interface PredictorCommand {
  readonly argv: readonly [string, ...string[]];
  readonly format: (typeof rowFormats)[number];
  /** From the first start to the last end. */
  readonly wallMs: number;
  /** As messages call it, where it is no predictor, and the input that names it. */
  readonly shown?: string;
  readonly input?: string;
  /** A name of its own among the folders of this run. */
  readonly folder?: string;
}

const answerEndings = ["parquet", "jsonl", "ndjson", "csv", "tsv"];
/** A start of Python with its libraries takes a second or two: few starts, of batches that still fit into memory. */
const mostRows = 2 ** 18;
const mostValues = 2 ** 22;
const keptOutput = 4000;
const graceMs = 1000;

/**
 * Each call writes the rows to a file, runs the program on it and reads what it left. It finds its values in the environment:
 * TITLEHOLDER_MODEL_PATH, TITLEHOLDER_ROWS_PATH, TITLEHOLDER_OUTPUT_DIR, TITLEHOLDER_MODEL_ROLE; of the step's inputs and tokens it gets none.
 */
export class CommandSession implements PredictorSession {
  readonly from = "command";
  readonly signature = { inputs: [], outputs: [] };
  readonly gives = { label: true, scores: true };
  readonly rowsAtOnce: number;
  readonly features: readonly Feature[];
  readonly #command: PredictorCommand;
  readonly #model: LocatedModel | undefined;
  readonly #role: string;
  readonly #question: PredictionQuestion;
  readonly #host: Host;
  #spentMs = 0;
  #runs = 0;

  /** `model`: none for a program that needs none. `role`: challenger, champion or baseline. `columns`: what the program is given of the data. */
  constructor(
    command: PredictorCommand,
    model: LocatedModel | undefined,
    role: string,
    columns: readonly string[],
    question: PredictionQuestion,
    host: Host,
  ) {
    this.#command = command;
    this.#model = model;
    this.#role = role;
    this.#question = question;
    this.#host = host;
    this.features = columns.map((name) => ({ name, type: "any" }));
    this.rowsAtOnce = Math.max(1, Math.min(mostRows, Math.floor(mostValues / Math.max(1, columns.length))));
  }

  /**
   * @throws TitleholderError (configuration) TH_PREDICTOR_EXIT with the program's last words, TH_PREDICTOR_LIMIT, TH_PREDICTOR_OUTPUT (no
   *   file, or rows that were not asked for, lacking or repeated), TH_PREDICTIONS_*, TH_PROCESS_START.
   */
  async predict(batch: ColumnBatch): Promise<Predictions> {
    const rows = rowsOf(batch);
    if (rows === 0) return { label: [], scores: [] };
    this.#runs += 1;
    const folder = join(this.#host.scratch, `${this.#command.folder ?? "predictor"}-${this.#role}`, String(this.#runs));
    const output = join(folder, "output");
    await this.#host.files.makeDirectory(output);
    const input = await this.#writeRows(batch, rows, folder);
    await this.#run(input, output);
    return this.#readAnswers(output, rows);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Every program that was started has ended.
  }

  /** Parquet is written by the data engine, from the same lines. */
  async #writeRows(batch: ColumnBatch, rows: number, folder: string): Promise<string> {
    const lines = join(folder, "rows.jsonl");
    await this.#host.files.replace(lines, pieces(jsonLines(batch, rows), this.#host.signal));
    if (this.#command.format === "jsonl") return lines;
    await using dataset = await this.#open(lines);
    const { files } = await dataset.write({
      flaws: new Map(),
      unreadable: () => "unreadable",
      missing: [],
      show: (file) => file,
      notes: { kept: "rows for a predictor" },
    });
    if (files.kept === undefined) throw new Error("the rows were not written");
    const parquet = join(folder, "rows.parquet");
    await this.#host.files.replace(parquet, this.#host.files.stream(files.kept));
    return parquet;
  }

  async #run(input: string, output: string): Promise<void> {
    const { argv, wallMs } = this.#command;
    let said = "";
    const decoder = new TextDecoder();
    const started = this.#host.now().getTime();
    const exit = await this.#host.run({
      argv,
      cwd: this.#host.cwd,
      env: {
        ...this.#host.childEnv,
        ...(this.#model === undefined ? {} : { TITLEHOLDER_MODEL_PATH: this.#model.path }),
        TITLEHOLDER_ROWS_PATH: input,
        TITLEHOLDER_OUTPUT_DIR: output,
        TITLEHOLDER_MODEL_ROLE: this.#role,
      },
      wallMs: Math.max(1, wallMs - this.#spentMs),
      graceMs,
      onOutput: (_, chunk) => {
        said = (said + decoder.decode(chunk, { stream: true })).slice(-keptOutput);
      },
    });
    this.#spentMs += this.#host.now().getTime() - started;
    this.#host.signal.throwIfAborted();
    if (exit.code !== 0 || exit.why !== "exited") throw this.#failed(exit, said);
  }

  async #readAnswers(output: string, rows: number): Promise<Predictions> {
    const names = await this.#host.files.list(output);
    const found = names.filter((name) => answerEndings.some((ending) => name === `predictions.${ending}`));
    const [name, ...others] = found;
    if (name === undefined || others.length > 0) throw this.#noAnswer(names, found);
    const place = { input: this.#command.input ?? this.#role };
    const shown = `${name} of ${this.#shown} for the ${this.#role}`;
    await using dataset = await this.#open(join(output, name));
    if (!dataset.columns.some((column) => column.name === rowNumber)) {
      const columns = dataset.columns.map((column) => column.name);
      throw this.#badAnswer(`${shown} has no column "${rowNumber}" (it has ${columns.slice(0, 12).join(", ")})`);
    }
    const own = dataset.columns.filter((column) => column.name !== rowNumber);
    const columns = predictionColumns(own, this.#question, shown, place);
    return this.#inOrder(await readPredictions(dataset, [rowNumber], columns, shown, place), rows, shown, columns);
  }

  #inOrder(
    table: Awaited<ReturnType<typeof readPredictions>>,
    rows: number,
    shown: string,
    columns: PredictionColumns,
  ): Predictions {
    const places: number[] = [];
    const gaps: number[] = [];
    for (let row = 0; row < rows; row++) {
      const at = table.place(row);
      if (at === undefined) gaps.push(row);
      else places.push(at);
    }
    if (gaps.length > 0) {
      const first = gaps.slice(0, 5).map(shownKey).join(", ");
      throw this.#badAnswer(`${shown} lacks ${gaps.length} of ${rows} rows, the first are ${rowNumber} ${first}`);
    }
    if (table.rows > rows) {
      throw this.#badAnswer(`${shown} has ${table.rows} rows, and ${rows} were given`);
    }
    this.#requireSameClasses(columns);
    return table.at(places);
  }

  #scoreColumns: string | undefined;

  /** A batch that happens to lack a class must not shift the others. */
  #requireSameClasses({ scores }: PredictionColumns): void {
    const names = scores.join(", ");
    this.#scoreColumns ??= names;
    if (names === this.#scoreColumns) return;
    throw this.#badAnswer(
      `${this.#shown} for the ${this.#role} wrote the columns ${names} for some rows and ${this.#scoreColumns} for others`,
    );
  }

  async #open(path: string): Promise<Dataset> {
    const { source } = await locateData([path], this.#host, this.#role);
    return openData(source, this.#host, { input: this.#role });
  }

  get #shown(): string {
    return this.#command.shown ?? "the predictor";
  }

  /** The input that names the program. */
  get #place(): Place {
    return { input: this.#command.input ?? "predictor-command" };
  }

  #failed(exit: ProcessExit, said: string): TitleholderError {
    const shown = `${this.#shown} (${this.#command.argv.join(" ").slice(0, 80)}) for the ${[this.#role, this.#model?.reference ?? ""].join(" ").trim()}`;
    const last = said.trim().split("\n").slice(-8).join("\n");
    if (exit.why === "time") {
      return configurationError(
        "TH_PREDICTOR_LIMIT",
        `${shown} was stopped at its time limit of ${formatDuration(this.#command.wallMs)}`,
        "raise time-limit, or score fewer rows",
        this.#place,
      );
    }
    const how = exit.code === null ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`;
    return configurationError(
      "TH_PREDICTOR_EXIT",
      `${shown} ${how}; ${last === "" ? "it printed nothing" : `its last words: ${last}`}`,
      "run the program by hand on some rows, with the variables that it is given here",
      this.#place,
    );
  }

  #noAnswer(names: readonly string[], found: readonly string[]): TitleholderError {
    const what =
      found.length > 1
        ? `${found.join(" and ")} both`
        : `no file of predictions (${names.length === 0 ? "the folder is empty" : `there is ${names.slice(0, 8).join(", ")}`})`;
    return this.#badAnswer(`${this.#shown} for the ${this.#role} left ${what}`);
  }

  #badAnswer(message: string): TitleholderError {
    return configurationError(
      "TH_PREDICTOR_OUTPUT",
      message,
      `write one of predictions.parquet, predictions.jsonl and predictions.csv into TITLEHOLDER_OUTPUT_DIR, with ${rowNumber} as it came in, once each`,
      this.#place,
    );
  }
}

async function* pieces(chunks: Iterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    signal.throwIfAborted();
    yield chunk;
  }
}
