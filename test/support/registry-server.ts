import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create } from "tar";

export interface RegistryServer extends AsyncDisposable {
  /** Ends in `/`. */
  readonly url: string;
  /** Path of every request, in order. */
  readonly requests: string[];
  /** The authorization of every request. */
  readonly authorizations: (string | undefined)[];
  /** Packs files as npm does and serves them. @returns the tarball's integrity */
  publish(name: string, version: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string>;
  /** Changes what is served for a package: other bytes, or an answer of one's own. */
  serve(name: string, how: ((tarball: Buffer) => Buffer) | ((response: ServerResponse, tarball: Buffer) => void)): void;
}

type Answer = (response: ServerResponse, tarball: Buffer) => void;

/** An npm registry on this machine, as far as tarballs go. */
export async function registryServer(): Promise<RegistryServer> {
  const tarballs = new Map<string, Buffer>();
  const answers = new Map<string, Answer>();
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").slice(1);
    requests.push(path);
    authorizations.push(request.headers.authorization);
    const name = path.split("/-/")[0] ?? "";
    const tarball = tarballs.get(path);
    if (tarball === undefined) response.writeHead(404).end();
    else (answers.get(name) ?? ((to, bytes) => to.end(bytes)))(response, tarball);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    authorizations,
    async publish(name, version, files) {
      const tarball = await pack({ "package.json": JSON.stringify({ name, version, main: "index.js" }), ...files });
      tarballs.set(`${name}/-/${name.split("/").at(-1)}-${version}.tgz`, tarball);
      return `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
    },
    serve(name, how) {
      answers.set(name, (response, tarball) => {
        if (how.length === 2) (how as Answer)(response, tarball);
        else response.end((how as (bytes: Buffer) => Buffer)(tarball));
      });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function pack(files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "titleholder-pack-"));
  try {
    for (const [file, content] of Object.entries(files)) {
      const path = join(folder, "package", file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of create({ gzip: true, cwd: folder, portable: true }, ["package"]))
      chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
