import type { Files } from "./files.ts";
import type { NativePackage } from "./host.ts";
import type { Json } from "./json.ts";
import type { ProcessExit, ProcessSpec } from "./process.ts";

/** A message between this program and a helper of its own; `bytes` are arrays of columns, in an order the role defines. */
export interface HelperMessage {
  readonly message: Json;
  readonly bytes?: readonly Uint8Array[];
}

export type HelperLimits = Pick<ProcessSpec, "memoryBytes" | "wallMs" | "cpuSeconds">;

/**
 * A running helper. Requests are answered in order. Disposing ends the process (asked first, killed after a second).
 * @throws from `request`: the TitleholderError that the role threw (kind, code, fix and place survive the process border);
 *   TH_HELPER_LOST (backend) when the process is gone, with `why` in the message (memory, time, signal).
 */
export interface HelperProcess extends AsyncDisposable {
  readonly pid: number;
  request(message: Json, bytes?: readonly Uint8Array[]): Promise<HelperMessage>;
  /** Settles when the process is gone; never rejects. */
  readonly exit: Promise<ProcessExit>;
  /** Lets this program end while the helper goes on (a server that outlives its starter). */
  detach(): void;
}

/** Memory that a process holds in the machine's own, and the most that it has held. */
export interface MemoryUse {
  readonly residentBytes: number;
  readonly peakBytes: number;
}

/** What a role may touch inside the helper process. */
export interface HelperContext {
  readonly files: Files;
  readonly now: () => Date;
  /** Milliseconds since some moment, fine enough for a microsecond; never goes back. */
  readonly clock: () => number;
  /** Of this process. */
  readonly memory: () => Promise<MemoryUse>;
  readonly signal: AbortSignal;
  log(text: string): void;
  native<T>(name: NativePackage): Promise<T>;
}

/** The code that runs inside a helper: made from its arguments, then asked. One file a role, in a room's `roles/` folder. */
export interface HelperRole {
  readonly name: string;
  start(args: Json, context: HelperContext): Promise<HelperHandler>;
}

export interface HelperHandler {
  /** `bytes` are gone when the answer is given. */
  request(message: Json, bytes: readonly Uint8Array[]): Promise<HelperMessage>;
  close(): Promise<void>;
}
