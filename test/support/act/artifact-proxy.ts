import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A running proxy; `url` is what actions are given as the runtime's address. */
export interface ArtifactProxy extends AsyncDisposable {
  readonly url: string;
}

const CONFLICT = {
  code: "already_exists",
  msg: "Conflict: an artifact with this name already exists on the workflow run",
};
const CREATE = "/twirp/github.actions.results.api.v1.ArtifactService/CreateArtifact";

/**
 * Stands between actions and the artifact server of act 0.2.89 and mends the three things in which the server is behind
 * GitHub's: it refuses the field `mime_type` that @actions/artifact 6 sends, it signs with padded base64 whose `=` the
 * storage client loses from the address, and it lets a second artifact of one name take the place of the first.
 * Everything else passes through unchanged.
 */
export async function startArtifactProxy(serverPort: number): Promise<ArtifactProxy> {
  const taken = new Set<string>();
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing, serverPort, taken).catch((error: unknown) => {
      outgoing.writeHead(502).end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  serverPort: number,
  taken: Set<string>,
): Promise<void> {
  const path = padSignature(incoming.url ?? "/");
  const sent = await buffer(incoming);
  if (path === CREATE && !takeName(sent, taken)) {
    outgoing.writeHead(409, { "content-type": "application/json" }).end(JSON.stringify(CONFLICT));
    return;
  }
  const body = path === CREATE ? withoutMimeType(sent) : sent;
  const { "transfer-encoding": _, connection: __, ...headers } = incoming.headers;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port: serverPort,
        method: incoming.method,
        path,
        headers: { ...headers, "content-length": String(body.length) },
      },
      resolve,
    );
    asked.once("error", reject);
    asked.end(body);
  });
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(outgoing);
}

/** Signatures are base64 of 32 bytes: 43 characters and one `=`. */
function padSignature(address: string): string {
  return address.replace(/([?&]sig=)([A-Za-z0-9_-]{43})(?=&|$)/, "$1$2%3D");
}

function takeName(body: Buffer, taken: Set<string>): boolean {
  const { name } = JSON.parse(body.toString("utf8")) as { name: string };
  if (taken.has(name)) return false;
  taken.add(name);
  return true;
}

function withoutMimeType(body: Buffer): Buffer {
  const { mime_type: _, mimeType: __, ...rest } = JSON.parse(body.toString("utf8")) as Record<string, unknown>;
  return Buffer.from(JSON.stringify(rest));
}
