import { describeError, type Place, TitleholderError } from "../kernel/error.ts";
import { visible } from "../report/escape.ts";

/** Thrown as the abort reason when the person or the service stops the run. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly signalName: "SIGINT" | "SIGTERM";

  constructor(signalName: "SIGINT" | "SIGTERM") {
    super(`stopped by ${signalName}`);
    this.signalName = signalName;
  }
}

export interface Failure {
  readonly exitCode: number;
  readonly title: string;
  readonly text: string;
  readonly place: Place;
}

/** What to tell a person about something thrown, and with which code to end: 2 to mend, 3 a service, 130 and 143 stopped, 70 a bug. */
export function failureOf(error: unknown, signal: AbortSignal): Failure {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  if (reason instanceof Interrupted) {
    const exitCode = reason.signalName === "SIGINT" ? 130 : 143;
    return { exitCode, title: "cancelled", text: `cancelled: ${reason.message}`, place: {} };
  }
  if (error instanceof TitleholderError) {
    return {
      exitCode: error.kind === "configuration" ? 2 : 3,
      title: error.code,
      text: describeError(legible(error)),
      place: error.place,
    };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: 70,
    title: "bug",
    text: `This is a bug in Titleholder. Please report it with the lines below.\n${stack}`,
    place: {},
  };
}

/** The failure's lines for a place that everybody reads: of a bug no more than that it is one. */
export function saidInPublic({ exitCode, text }: Failure): readonly string[] {
  if (exitCode === 70) return ["a bug in Titleholder stopped it", "report it with the lines that the log holds"];
  return text.split("\n").map((line) => line.trim());
}

const longestPart = 1000;

/** The error with what others wrote in it (paths, names, values) on one line each, every character to be seen, and cut in the middle where it is endless. */
function legible({ kind, code, message, fix, place }: TitleholderError): TitleholderError {
  const { file, input } = place;
  const shown = {
    ...place,
    ...(file === undefined ? {} : { file: oneLine(file) }),
    ...(input === undefined ? {} : { input: oneLine(input) }),
  };
  return new TitleholderError(kind, code, oneLine(message), oneLine(fix), shown);
}

function oneLine(text: string): string {
  const seen = visible(text);
  return seen.length <= longestPart ? seen : `${seen.slice(0, longestPart - 300)} […] ${seen.slice(-300)}`;
}
