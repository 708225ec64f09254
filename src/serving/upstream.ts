import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request as open } from "node:http";
import { loopback } from "./http.ts";

/** A model server behind the router. */
export interface Backend {
  /** Unique among the servers of a state folder. */
  readonly id: string;
  /** The model version's number, or its digest's first digits. */
  readonly version: string;
  readonly port: number;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The connection broke before an answer was there; nothing is known about what the backend did. */
export class ConnectionLost extends Error {
  /** A connection that was kept open and closed by the other side at the same moment says nothing about its health. */
  readonly reused: boolean;

  constructor(reused: boolean, cause: unknown) {
    super("the connection to the model server was lost", { cause });
    this.name = "ConnectionLost";
    this.reused = reused;
  }
}

/** Connections that belong to one hop and not to the message (RFC 9110, 7.6.1). */
const hopHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "expect",
]);

/** The headers that may travel on. */
export function passOn(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {};
  for (const name in headers) if (!hopHeaders.has(name) && headers[name] !== undefined) kept[name] = headers[name];
  return kept;
}

/** Kept-open connections to one backend. */
export class Upstream {
  readonly backend: Backend;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 128, scheduling: "lifo" });
  #inFlight = 0;
  #retired = false;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** @throws ConnectionLost when no whole answer came, also after `timeoutMs` */
  async ask(
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
    timeoutMs: number,
  ): Promise<UpstreamAnswer> {
    this.#inFlight++;
    try {
      return await this.#once(method, path, headers, body, timeoutMs);
    } catch (error) {
      if (!(error instanceof ConnectionLost && error.reused)) throw error;
      return await this.#once(method, path, headers, body, timeoutMs, false);
    } finally {
      this.#inFlight--;
      this.#closeWhenIdle();
    }
  }

  /** No new requests come; what is under way ends. */
  retire(): void {
    this.#retired = true;
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.#retired && this.#inFlight === 0) this.#agent.destroy();
  }

  #once(
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
    timeoutMs: number,
    keepAlive = true,
  ): Promise<UpstreamAnswer> {
    return new Promise((resolve, reject) => {
      const request = open({
        host: loopback,
        port: this.backend.port,
        method,
        path,
        headers: { ...passOn(headers), "content-length": body.length },
        agent: keepAlive ? this.#agent : false,
      });
      const lose = (cause: unknown) => reject(new ConnectionLost(request.reusedSocket && keepAlive, cause));
      const limit = setTimeout(() => {
        reject(new ConnectionLost(false, new Error(`no answer within ${timeoutMs} ms`)));
        request.destroy();
      }, timeoutMs);
      request.on("error", (cause) => {
        clearTimeout(limit);
        lose(cause);
      });
      request.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", lose);
        response.on("close", () => {
          clearTimeout(limit);
          if (!response.complete) return lose(new Error("the answer broke off"));
          const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 502, headers: response.headers, body: whole });
        });
      });
      request.end(body);
    });
  }
}
