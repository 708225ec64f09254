import { type ChildProcess, spawn } from "node:child_process";
import { Writable } from "node:stream";
import { TitleholderError } from "../kernel/error.ts";
import type { HelperLimits, HelperMessage, HelperProcess } from "../kernel/helper.ts";
import type { Json } from "../kernel/json.ts";
import type { Logger } from "../kernel/logger.ts";
import type { ProcessExit } from "../kernel/process.ts";
import { bytesDescriptor, type FromHelper, fromWire, startId, type ToHelper } from "./helper-wire.ts";
import type { NativeSearch } from "./native.ts";
import { disown, guardProcess, killGroup, owned, underLimits } from "./process.ts";

export interface SelfOptions {
  /** The script that calls `runHelper`. */
  readonly script: string;
  readonly native: NativeSearch;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Starts this program again in a role and waits until the role is ready. */
export async function spawnSelf(
  role: string,
  args: Json,
  limits: HelperLimits,
  options: SelfOptions,
): Promise<HelperProcess> {
  options.signal.throwIfAborted();
  const [file, ...rest] = underLimits([process.execPath, options.script], limits);
  const child = owned(
    spawn(file, rest, {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"],
      serialization: "advanced",
      detached: process.platform !== "win32",
      windowsHide: true,
    }),
  );
  const helper = new Helper(child, role, limits, options);
  try {
    await helper.start(args, options.native);
  } catch (error) {
    await helper[Symbol.asyncDispose]();
    throw error;
  }
  return helper;
}

interface Waiting {
  resolve(message: HelperMessage): void;
  reject(error: Error): void;
}

class Helper implements HelperProcess {
  readonly exit: Promise<ProcessExit>;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #guard: ReturnType<typeof guardProcess>;
  readonly #role: string;
  readonly #pipe: Writable | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = startId + 1;
  #tail = "";
  #gone: Error | undefined;
  #detached = false;

  constructor(child: ChildProcess, role: string, limits: HelperLimits, options: SelfOptions) {
    this.#child = child;
    this.#role = role;
    this.pid = child.pid ?? -1;
    const guard = guardProcess(child, { ...limits, graceMs: 500 }, options.signal);
    this.#guard = guard;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      stream?.on("data", (text: string) => {
        this.#tail = (this.#tail + text).slice(-4000);
        for (const line of text.split("\n").filter((part) => part !== "")) options.log.debug(`${role}: ${line}`);
      });
    }
    const pipe = child.stdio[bytesDescriptor];
    this.#pipe = process.platform !== "win32" && pipe instanceof Writable ? pipe : undefined;
    // A pipe that breaks means that the process is ending; its exit rejects whatever waits.
    this.#pipe?.on("error", () => undefined);
    child.on("message", (message) => this.#receive(message as FromHelper));
    this.exit = new Promise((resolve) => {
      const settle = (exit: ProcessExit, detail: string) => {
        guard.stop();
        this.#lose(exit, detail);
        resolve(exit);
      };
      child.once("error", (error) => settle({ code: null, signal: null, why: "exited" }, error.message));
      child.once("exit", (code, signal) => {
        killGroup(child, "SIGKILL");
        settle({ code, signal, why: guard.why() }, this.#tail.trim());
      });
    });
  }

  async start(args: Json, native: NativeSearch): Promise<void> {
    await this.#ask(startId, { kind: "start", role: this.#role, args, native });
  }

  request(message: Json, bytes: readonly Uint8Array[] = []): Promise<HelperMessage> {
    const id = this.#nextId++;
    if (this.#pipe === undefined) return this.#ask(id, { kind: "request", id, message, bytes: { arrays: bytes } });
    const lengths = bytes.map((array) => array.byteLength);
    const answer = this.#ask(id, { kind: "request", id, message, bytes: { lengths } });
    // The answer comes when all is read: until then the arrays lie still.
    for (const array of bytes) if (array.byteLength > 0 && this.#gone === undefined) this.#pipe.write(array);
    return answer;
  }

  detach(): void {
    // From here on neither this run's end nor its cancellation concerns the helper.
    this.#guard.stop();
    disown(this.#child);
    this.#detached = true;
    this.#send({ kind: "detach" });
    this.#child.disconnect();
    this.#child.unref();
    for (const stream of [this.#child.stdout, this.#child.stderr, this.#pipe]) stream?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#gone !== undefined || this.#detached) return;
    this.#send({ kind: "close" });
    const kill = setTimeout(() => killGroup(this.#child, "SIGKILL"), 1000);
    await this.exit;
    clearTimeout(kill);
  }

  #ask(id: number, message: ToHelper): Promise<HelperMessage> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send(message);
    });
  }

  #send(message: ToHelper): void {
    // A send that fails means that the process is ending; its exit rejects whatever waits.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: FromHelper): void {
    const id = message.kind === "started" ? startId : message.id;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (message.kind === "failed") waiting?.reject(fromWire(message.error));
    else if (message.kind === "started") waiting?.resolve({ message: null });
    else waiting?.resolve({ message: message.message, bytes: message.bytes });
  }

  #lose(exit: ProcessExit, detail: string): void {
    const how = { time: "ran past its time limit", memory: "ran out of its memory limit", cancelled: "was cancelled" };
    const end = exit.why === "exited" ? `ended (${exit.signal ?? `exit ${exit.code}`})` : how[exit.why];
    this.#gone = new TitleholderError(
      "backend",
      "TH_HELPER_LOST",
      `the helper process "${this.#role}" ${end}${detail === "" ? "" : `: ${detail.split("\n").slice(-3).join(" ")}`}`,
      "run again with more memory or time; if it happens again, report it with the debug log",
      {},
      exit,
    );
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}
