import { digestOf } from "../../src/kernel/digest.ts";
import type { ModelSource } from "../../src/registry/registry.ts";

/** A model of several files, from texts by path; what lies in memory stands in for a disk. */
export function modelSource(files: Readonly<Record<string, string | Uint8Array>>): ModelSource {
  return new Map(
    Object.entries(files).map(([path, content]) => {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      return [path, { size: bytes.byteLength, digest: digestOf(bytes), open: () => inChunks(bytes) }];
    }),
  );
}

/** One file named `model.onnx`. */
export function oneFile(content: string): ModelSource {
  return modelSource({ "model.onnx": content });
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await allOf(chunks)).toString("utf8");
}

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.byteLength; from += 1000) yield bytes.subarray(from, from + 1000);
}
