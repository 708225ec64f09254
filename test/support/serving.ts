import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { nodeFiles } from "../../src/hosts/files.ts";
import { memoryUse } from "../../src/hosts/memory.ts";
import { installedModules, loadNative } from "../../src/hosts/native.ts";
import { npmSettings } from "../../src/hosts/npm-settings.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { HelperContext, HelperHandler } from "../../src/kernel/helper.ts";
import type { Json } from "../../src/kernel/json.ts";
import { closeServer, listen } from "../../src/serving/http.ts";
import { type ServeArgs, role as serve } from "../../src/serving/roles/serve.ts";

const root = join(import.meta.dirname, "../..");
export const testToken = "a-token-of-the-tests";

/** What a role may touch, in this very process. */
export function helperContext(now: () => Date = () => new Date()): HelperContext {
  return {
    files: nodeFiles(),
    now,
    clock: () => performance.now(),
    memory: memoryUse,
    signal: new AbortController().signal,
    log: () => undefined,
    native: (name) =>
      loadNative(name, {
        installed: installedModules(join(root, "dist")),
        cache: join(root, ".cache"),
        npm: npmSettings({}, ""),
      }),
  };
}

/** A model server in this process. */
export async function serveModel(
  folder: string,
  bytes: Uint8Array,
  options: Partial<ServeArgs> = {},
): Promise<{ readonly port: number; readonly handler: HelperHandler }> {
  const path = join(folder, `${options.version ?? "1"}.onnx`);
  await writeFile(path, bytes);
  const handler = await serve.start(
    {
      path,
      digest: digestOf(bytes),
      shown: "model.onnx",
      threads: 1,
      name: "flights",
      version: "1",
      token: testToken,
      rememberedIn: null,
      ...options,
    } as Json,
    helperContext(),
  );
  const { message } = await handler.request(null, []);
  return { port: (message as { port: number }).port, handler };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export async function ask(
  port: number,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    ...(body === undefined ? {} : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }),
    headers,
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}

/** A POST with headers that `fetch` does not let a caller choose, such as Host; the status and the error's code. */
export function askWith(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = "{}",
): Promise<{ readonly status: number; readonly code: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method: "POST", agent: false, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const { code } = JSON.parse(Buffer.concat(chunks).toString()) as { code?: unknown };
        resolve({ status: response.statusCode ?? 0, code });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A small HTTP server that answers as it is told, and can be cut off in mid-air. */
export async function backend(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<{
  readonly port: number;
  count(): number;
  kill(): Promise<void>;
  close(): Promise<void>;
  readonly server: Server;
}> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(request, response, ++count));
  });
  const port = await listen(server, 0);
  return {
    port,
    server,
    count: () => count,
    kill: async () => {
      server.closeAllConnections();
      await closeServer(server, 0);
    },
    close: () => closeServer(server, 0),
  };
}
