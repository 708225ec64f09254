import { spawn } from "node:child_process";
import { join } from "node:path";
import { styleText } from "node:util";

/** What the CLI printed with `--json`. */
export interface Outcome {
  readonly exitCode: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly report: {
    readonly verdict: string;
    readonly summary: string;
    readonly checks: readonly { readonly id: string; readonly verdict: string; readonly message: string }[];
    readonly tables: readonly {
      readonly title: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly unknown[])[];
    }[];
  };
}

/** What of an outcome is worth a line in the story. */
interface Shown {
  /** How many of the checks that did not pass; 3 when absent. */
  readonly checks?: number;
  /** Checks shown whatever their verdict. */
  readonly also?: RegExp;
}

const colours = { pass: "green", warn: "yellow", fail: "red", inconclusive: "magenta" } as const;
const width = 110;

/** Tells the story on the terminal, and runs the real CLI for every step of it. */
export class Stage {
  readonly #root: string;
  readonly #folder: string;
  readonly #started = Date.now();
  #chapter = 0;

  constructor(root: string, folder: string) {
    this.#root = root;
    this.#folder = folder;
  }

  chapter(title: string, text: string): void {
    this.#chapter += 1;
    const elapsed = `${((Date.now() - this.#started) / 1000).toFixed(0)} s`;
    console.log(`\n${paint("bold", `${this.#chapter}. ${title}`)} ${paint("dim", `(${elapsed})`)}`);
    this.say(text);
  }

  say(text: string): void {
    for (const line of wrap(text)) console.log(`   ${line}`);
  }

  /** Seconds since the start. */
  elapsed(): number {
    return (Date.now() - this.#started) / 1000;
  }

  /** Runs a script of the example; its lines are shown as they come, the long ones of data files cut. */
  async script(...args: readonly string[]): Promise<void> {
    console.log(paint("dim", `   $ node ${args.join(" ")}`));
    const { code, stderr } = await this.#run([join(this.#folder, args[0] ?? ""), ...args.slice(1)]);
    if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}\n${stderr}`);
  }

  /**
   * Runs `titleholder` with `--json`; on a terminal the last line of its log is shown while it works.
   * @param expected the exit code that the story needs; anything else ends the demo
   */
  async titleholder(args: readonly string[], expected: number, shown: Shown = {}): Promise<Outcome> {
    console.log(paint("dim", `   $ titleholder ${withoutReport(args).map(quote).join(" ")}`));
    const { code, stdout, stderr } = await this.#run([join(this.#root, "dist/cli.js"), ...args, "--json"]);
    if (code !== expected) {
      const said = `${stderr}\n${stdout.slice(0, 2000)}`;
      throw new Error(`titleholder ${args[0]} ended with ${code}, the story needs ${expected}\n${said}`);
    }
    const outcome = JSON.parse(stdout) as Outcome;
    this.#show(outcome, shown);
    return outcome;
  }

  /** A table of the last outcome, a few rows of it. */
  table(outcome: Outcome, title: RegExp, rows: number): void {
    const table = outcome.report.tables.find((candidate) => title.test(candidate.title));
    if (table === undefined) return;
    const shown = [table.columns, ...table.rows.slice(0, rows)].map((row) =>
      row.map((cell) => shorten(cellText(cell), 48)),
    );
    const widths = table.columns.map((_name, index) => Math.max(...shown.map((row) => row[index]?.length ?? 0)));
    for (const [index, row] of shown.entries()) {
      const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
      console.log(paint(index === 0 ? "bold" : "dim", `     ${line.slice(0, width)}`.trimEnd()));
    }
    const more = table.rows.length - rows;
    if (more > 0) console.log(paint("dim", `     and ${more} more in the report`));
  }

  #show(outcome: Outcome, { checks = 3, also }: Shown): void {
    const { verdict, summary } = outcome.report;
    const colour = colours[verdict as keyof typeof colours] ?? "dim";
    const [first = "", ...rest] = wrap(summary, width - verdict.length - 5);
    console.log(`   ${paint(colour, verdict.toUpperCase())}  ${first}`);
    for (const line of rest) console.log(`   ${" ".repeat(verdict.length)}  ${line}`);
    const wanted = outcome.report.checks.filter((check) => also?.test(check.id) === true);
    const loud = outcome.report.checks.filter((check) => check.verdict !== "pass" && !wanted.includes(check));
    for (const check of [...wanted, ...loud.slice(0, checks)]) {
      for (const line of wrap(`${check.verdict}: ${check.message}`, width - 7).slice(0, 3)) this.#detail(line);
    }
    if (loud.length > checks && checks > 0) this.#detail(`and ${loud.length - checks} more in the report`);
  }

  #detail(line: string): void {
    console.log(paint("dim", `     ${line.slice(0, width)}`));
  }

  #run(args: readonly string[]) {
    // The story is the same in a workflow, where a file registry on a machine that is thrown away would be refused.
    const env = { ...process.env, GITHUB_ACTIONS: "" };
    const child = spawn(process.execPath, args, { cwd: this.#folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const waiting = new Waiting();
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      waiting.said(text);
    });
    return new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => {
          waiting.done();
          resolve({ code, stdout, stderr });
        });
      },
    );
  }
}

/** On a terminal, one line that tells how long a step has been at work and what it said last. */
class Waiting {
  readonly #started = Date.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #last = "";

  constructor() {
    if (process.stdout.isTTY === true) this.#timer = setInterval(() => this.#draw(), 250);
  }

  said(text: string): void {
    this.#last = text.trimEnd().split("\n").at(-1) ?? this.#last;
  }

  done(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    process.stdout.write("\r\x1b[2K");
  }

  #draw(): void {
    const seconds = ((Date.now() - this.#started) / 1000).toFixed(0);
    process.stdout.write(
      `\r\x1b[2K${paint("dim", `     ${seconds} s  ${this.#last}`.slice(0, process.stdout.columns - 1))}`,
    );
  }
}

/** The reports' folders are the demo's own business. */
function withoutReport(args: readonly string[]): readonly string[] {
  const at = args.indexOf("--report");
  return at < 0 ? args : args.toSpliced(at, 2);
}

type Style = Parameters<typeof styleText>[0];

function paint(style: Style, text: string): string {
  return process.stdout.isTTY === true ? styleText(style, text) : text;
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function cellText(cell: unknown): string {
  if (typeof cell === "number" && !Number.isInteger(cell))
    return Math.abs(cell) < 1e-6 ? "< 0.000001" : String(Number(cell.toPrecision(4)));
  return String(cell ?? "");
}

function quote(argument: string): string {
  return /^[\w./:@=,*-]+$/.test(argument) ? argument : `'${argument}'`;
}

function wrap(text: string, columns = width - 3): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length + 1 > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
