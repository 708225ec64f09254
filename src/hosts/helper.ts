import { readSync } from "node:fs";
import { roles } from "../generated/roles.ts";
import type { HelperContext, HelperHandler, HelperRole } from "../kernel/helper.ts";
import { nodeFiles } from "./files.ts";
import { bytesDescriptor, type FromHelper, startId, type ToHelper, toWire } from "./helper-wire.ts";
import { memoryUse } from "./memory.ts";
import { loadNative } from "./native.ts";

const closeLimitMs = 2000;

/**
 * The helper's side: waits for its role, then answers requests one after the other. It ends when it is told to, and when the program
 * that started it is gone (the channel closes) unless it was detached.
 * @param known roles by name; the generated map's by default
 */
export function runHelper(known: Readonly<Record<string, () => Promise<HelperRole>>> = roles): void {
  const abort = new AbortController();
  const intake = new Intake();
  let handler: HelperHandler | undefined;
  let detached = false;
  let queue: Promise<void> = Promise.resolve();

  const send = (message: FromHelper) => {
    // The parent may be gone by now; then there is nobody to tell.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
  const finish = async () => {
    abort.abort(new Error("the helper is ending"));
    // A role whose clean-up hangs must not become an orphan.
    setTimeout(() => process.exit(1), closeLimitMs);
    await handler?.close().catch(() => undefined);
    process.exit(0);
  };
  const start = async (message: Extract<ToHelper, { kind: "start" }>) => {
    const load = Object.hasOwn(known, message.role) ? known[message.role] : undefined;
    if (load === undefined) throw new Error(`no helper role ${message.role}`);
    const context: HelperContext = {
      files: nodeFiles(),
      now: () => new Date(),
      clock: () => performance.now(),
      memory: memoryUse,
      signal: abort.signal,
      log: (text) => void process.stderr.write(`${text}\n`),
      native: (name) => loadNative(name, message.native),
    };
    handler = await (await load()).start(message.args, context);
    send({ kind: "started" });
  };
  const answer = async (message: Extract<ToHelper, { kind: "request" }>) => {
    const bytes = "arrays" in message.bytes ? message.bytes.arrays : intake.read(message.bytes.lengths);
    if (handler === undefined) throw new Error("the helper has not started");
    const reply = await handler.request(message.message, bytes);
    send({ kind: "answer", id: message.id, message: reply.message, bytes: reply.bytes ?? [] });
  };

  // When nobody reads the pipes any more, a write to them must not end a server.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  process.on("message", (message: ToHelper) => {
    if (message.kind === "detach") {
      detached = true;
    } else if (message.kind === "close") {
      queue = queue.then(finish);
    } else {
      const id = message.kind === "request" ? message.id : startId;
      const work = message.kind === "request" ? () => answer(message) : () => start(message);
      queue = queue.then(work).catch((error: unknown) => send({ kind: "failed", id, error: toWire(error) }));
    }
  });
  process.on("disconnect", () => {
    if (!detached) void finish();
  });
  process.on("SIGTERM", () => void finish());
  // The terminal's Ctrl-C is the parent's to handle.
  process.on("SIGINT", () => undefined);
}

/** Reads the arrays of requests from their pipe, each time into the same memory: a role is done with them when it answers. */
class Intake {
  readonly #memory: Buffer[] = [];

  /** Waits for the bytes, which are on their way; nothing else is to be done meanwhile. */
  read(lengths: readonly number[]): readonly Uint8Array[] {
    return lengths.map((length, place) => {
      let memory = this.#memory[place];
      if (memory === undefined || memory.byteLength < length) {
        memory = Buffer.from(new ArrayBuffer(length));
        this.#memory[place] = memory;
      }
      for (let at = 0; at < length; ) {
        const read = readSync(bytesDescriptor, memory, at, length - at, null);
        if (read === 0) throw new Error("the program that asks is gone");
        at += read;
      }
      return memory.subarray(0, length);
    });
  }
}
