import { type ErrorCode, type ErrorKind, type Place, TitleholderError } from "../kernel/error.ts";
import type { Json } from "../kernel/json.ts";
import type { NativeSearch } from "./native.ts";

/**
 * A request's arrays: their lengths where they come behind each other through a pipe of their own, raw, so that megabytes a batch are copied once
 * and collected never; on Windows, whose pipes cannot be read that way, the arrays themselves.
 */
export type RequestBytes = { readonly lengths: readonly number[] } | { readonly arrays: readonly Uint8Array[] };

/** The pipe's descriptor in the helper, behind the three of every process and the channel. */
export const bytesDescriptor = 4;

/** What travels between the program and its helper, over Node's IPC channel in its structured form (typed arrays stay binary). */
export type ToHelper =
  | { readonly kind: "start"; readonly role: string; readonly args: Json; readonly native: NativeSearch }
  | { readonly kind: "request"; readonly id: number; readonly message: Json; readonly bytes: RequestBytes }
  | { readonly kind: "detach" }
  | { readonly kind: "close" };

export type FromHelper =
  | { readonly kind: "started" }
  | { readonly kind: "answer"; readonly id: number; readonly message: Json; readonly bytes: readonly Uint8Array[] }
  | { readonly kind: "failed"; readonly id: number; readonly error: WireError };

/** The id under which a failure to start is reported. */
export const startId = 0;

type WireError =
  | {
      readonly known: true;
      readonly kind: ErrorKind;
      readonly code: ErrorCode;
      readonly message: string;
      readonly fix: string;
      readonly place: Place;
    }
  | { readonly known: false; readonly text: string };

export function toWire(error: unknown): WireError {
  if (error instanceof TitleholderError) {
    const { kind, code, message, fix, place } = error;
    return { known: true, kind, code, message, fix, place };
  }
  return { known: false, text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function fromWire(error: WireError): Error {
  if (!error.known) return new Error(`in the helper process: ${error.text}`);
  return new TitleholderError(error.kind, error.code, error.message, error.fix, error.place);
}
