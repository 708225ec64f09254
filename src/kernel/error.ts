/** Where the user should look. Lines and columns count from 1. */
export interface Place {
  readonly input?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export type ErrorCode = `TH_${string}`;

/** `configuration`: the user can mend it (exit 2). `backend`: a service failed after its retries (exit 3). */
export type ErrorKind = "configuration" | "backend";

/**
 * Everything that goes wrong and is not a bug. Anything else that is thrown is a bug: exit 70, with its stack.
 * The code is stable and may be searched for; the fix says what to do next, in the imperative.
 */
export class TitleholderError extends Error {
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly fix: string;
  readonly place: Place;

  constructor(kind: ErrorKind, code: ErrorCode, message: string, fix: string, place: Place = {}, cause?: unknown) {
    super(message, { cause });
    this.name = "TitleholderError";
    this.kind = kind;
    this.code = code;
    this.fix = fix;
    this.place = place;
  }
}

/** Shorthand for the commonest kind: something the user wrote and can mend. */
export function configurationError(
  code: ErrorCode,
  message: string,
  fix: string,
  place: Place = {},
  cause?: unknown,
): TitleholderError {
  return new TitleholderError("configuration", code, message, fix, place, cause);
}

/** One line for a person: code, place, message and fix. */
export function describeError(error: TitleholderError): string {
  const place = describePlace(error.place);
  return `${error.code}${place === "" ? "" : ` at ${place}`}: ${error.message}\n  fix: ${error.fix}`;
}

/** `file:line:column`, or the input's name, or nothing. */
export function describePlace(place: Place): string {
  const at = [place.file, place.line, place.column].filter((part) => part !== undefined).join(":");
  if (at !== "" && place.input !== undefined) return `${at} (${place.input})`;
  return at !== "" ? at : place.input === undefined ? "" : `input ${place.input}`;
}
