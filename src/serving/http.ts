import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type AddressInfo, isIPv4 } from "node:net";
import { type ErrorCode, TitleholderError } from "../kernel/error.ts";

/** Everything a server of ours binds to: nothing outside this machine reaches it. */
export const loopback = "127.0.0.1";

/** An answer other than 200: 4xx is the caller's fault, 5xx ours or the model's. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: ErrorCode;

  constructor(status: number, code: ErrorCode, message: string) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
  }
}

/**
 * Refuses what a web page may send. The loopback address keeps other machines out, but not the pages that a browser on this machine
 * shows: they can post here, and read the answer too once their own name leads to 127.0.0.1 (DNS rebinding). Browsers say where a
 * request comes from in `Origin` and `Sec-Fetch-Site`, and in `Host` by which name they came; no page of ours asks for anything.
 *
 * @throws HttpError 403
 */
export function refuseWebPages({ headers }: IncomingMessage): void {
  const refused = (what: string) => new HttpError(403, "TH_SERVING_ORIGIN", `${what}: web pages are not answered here`);
  if (headers.origin !== undefined) throw refused("the request carries Origin");
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") throw refused("the request is of another site");
  // Only HTTP/1.0 may leave it out, which no browser speaks.
  if (headers.host === undefined || isLoopbackHost(headers.host)) return;
  throw new HttpError(
    403,
    "TH_SERVING_HOST",
    "this server is only asked for by its loopback address: a proxy in front must write that in Host",
  );
}

/** Whether a Host header, with or without a port, is `localhost`, one of 127.0.0.0/8, or `[::1]`. */
function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d*$/, "");
  return name === "localhost" || name === "[::1]" || (isIPv4(name) && name.startsWith("127."));
}

/** The whole body. @throws HttpError 413 when it is longer than `limit` bytes, 400 when the caller breaks off. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const declared = Number(request.headers["content-length"] ?? 0);
    if (declared > limit) return refuse();
    function refuse(): void {
      reject(new HttpError(413, "TH_SERVING_BODY_SIZE", `the body is larger than ${limit} bytes`));
      request.resume();
    }
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) refuse();
      else chunks.push(chunk);
    });
    request.on("end", () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on("error", () => reject(new HttpError(400, "TH_SERVING_BODY", "the request broke off")));
  });
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, "application/json", JSON.stringify(value));
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, "text/plain; charset=utf-8; version=0.0.4", text);
}

export function sendError(response: ServerResponse, error: HttpError): void {
  // A body that was refused unread would be taken for the next request.
  if (error.status === 413) response.setHeader("connection", "close");
  sendJson(response, error.status, { error: error.message, code: error.code });
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(text);
  response.writeHead(status, { "content-type": type, "content-length": body.length });
  response.end(body);
}

/** Time limits against callers that open a connection and then say nothing. */
export function limitServer(server: Server): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  // Longer than any client of ours keeps an idle connection, so that it is the client that closes first.
  server.keepAliveTimeout = 75_000;
}

/**
 * Binds to the loopback interface; port 0 picks a free one.
 *
 * @returns the port
 * @throws TitleholderError TH_SERVING_PORT (configuration) when the port cannot be had
 */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "another program listens there" : (cause.code ?? cause.message);
      reject(
        new TitleholderError(
          "configuration",
          "TH_SERVING_PORT",
          `port ${port} cannot be opened: ${why}`,
          "choose another `port`, or end the program that has it",
          { input: "port" },
          cause,
        ),
      );
    });
    server.listen(port, loopback, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Stops listening, lets what is under way end, and cuts off what takes longer than `graceMs`. */
export function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** For the control of a process on this machine: from the operating system's generator, as a seeded one could be guessed. */
export function newToken(): string {
  return randomBytes(24).toString("base64url");
}

/** Whether the request carries `Authorization: Bearer TOKEN`, compared in constant time. */
export function isAuthorised(request: IncomingMessage, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${token}`));
}
