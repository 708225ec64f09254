import { createHash } from "node:crypto";
import type { Digest } from "../../kernel/digest.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Signature } from "../model.ts";
import { foreignModel, headBytes, notOnnx } from "./formats.ts";
import { type Gathered, nothingGathered } from "./gathered.ts";
import { modelRule } from "./graph.ts";
import { maxModelBytes, tooLarge } from "./looked-at.ts";
import { WireError, WireReader } from "./wire.ts";

/** What an ONNX file says of itself, read from its bytes without opening it in a runtime. */
export interface OnnxInspection {
  readonly digest: Digest;
  /** Bytes of the file. */
  readonly size: number;
  readonly irVersion: number;
  /** The default domain is `""`. */
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly producer: { readonly name: string; readonly version: string };
  /** Inputs with a default value (an initializer of the same name) are left out. Outputs that are no tensors have a type such as `seq(map(int64, float))`. */
  readonly signature: Signature;
  readonly metadata: ReadonlyMap<string, string>;
  /** In all graphs and functions. */
  readonly nodes: number;
  /** 1 without graphs in graphs. */
  readonly depth: number;
  readonly initializers: { readonly count: number; readonly bytes: number };
  /** Categories that the model knows of an input of texts, where an encoder reads it directly. */
  readonly categories: ReadonlyMap<string, ReadonlySet<string>>;
  /** The operators used, by domain. */
  readonly operators: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Domains whose operators onnxruntime itself brings. Anything else would have to be loaded from a library of the user's. */
const allowedDomains: ReadonlySet<string> = new Set(["", "ai.onnx.ml", "com.microsoft"]);

/** Operators that read files or call other programs by design. */
const forbiddenOperators: ReadonlySet<string> = new Set(["com.microsoft:EPContext"]);

/**
 * Reads a model's bytes once, in bounded memory, and refuses what must not reach a runtime. `file` is the path shown to people.
 * @throws TitleholderError (configuration) TH_MODEL_NOT_ONNX naming what it is instead, TH_MODEL_SYNTAX, TH_MODEL_TOO_LARGE,
 *   TH_MODEL_EXTERNAL_DATA (external data is refused altogether), TH_MODEL_OPERATOR_DOMAIN, TH_MODEL_NESTING.
 */
export async function inspectOnnx(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
): Promise<OnnxInspection> {
  const found = nothingGathered(file);
  const reader = new WireReader(modelRule(found));
  const hash = createHash("sha256");
  let size = 0;
  let head: Uint8Array | undefined = new Uint8Array(0);
  const start = (bytes: Uint8Array) => {
    const refusal = foreignModel(bytes, file);
    if (refusal !== undefined) throw refusal;
    head = undefined;
    push(reader, bytes, file);
  };
  for await (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.byteLength;
    if (size > maxModelBytes) throw tooLarge(file);
    if (head === undefined) push(reader, chunk, file);
    else {
      head = Buffer.concat([head, chunk]);
      if (head.length >= headBytes) start(head);
    }
  }
  if (head !== undefined) start(head);
  push(reader, undefined, file);
  return judge(found, size, `sha256:${hash.digest("hex")}`);
}

/** Hands bytes on, or the end of them. */
function push(reader: WireReader, chunk: Uint8Array | undefined, file: string): void {
  try {
    if (chunk === undefined) reader.finish();
    else reader.push(chunk);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw configurationError(
      "TH_MODEL_SYNTAX",
      `${file} is not a whole ONNX model: ${error.message} (byte ${error.offset})`,
      "write the model again; if it was copied or downloaded, compare its size and digest with the original's",
      { file },
      error,
    );
  }
}

function judge(found: Gathered, size: number, digest: Digest): OnnxInspection {
  const { file, irVersion } = found;
  if (found.graphs === 0) throw notOnnx(file, "another protobuf message, without a graph");
  if (irVersion === undefined || irVersion < 1) throw notOnnx(file, "a protobuf message without an IR version");
  refuseExternalData(found);
  refuseOperators(found);
  const tensors = (values: Gathered["inputs"]) =>
    values.map(({ name, type }) => ({ name, type: type.type, shape: type.tensor ? type.shape : [] }));
  return {
    digest,
    size,
    irVersion,
    opsets: found.opsets.map(({ domain, version }) => ({ domain: domain === "ai.onnx" ? "" : domain, version })),
    producer: found.producer,
    signature: {
      inputs: tensors(found.inputs.filter(({ name }) => !found.initializers.has(name))),
      outputs: tensors(found.outputs),
    },
    metadata: found.metadata,
    nodes: found.nodes,
    depth: found.depth,
    initializers: { count: found.initializers.size, bytes: found.initializerBytes },
    categories: categoriesOf(found),
    operators: found.operators,
  };
}

/** By input of the graph, however often its values are handed on before an encoder reads them. */
function categoriesOf({ encoders, handedOn, inputs }: Gathered): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Set(inputs.map(({ name }) => name));
  const found = new Map<string, ReadonlySet<string>>();
  for (const { input, categories } of encoders) {
    let name = input;
    for (let step = 0; step < handedOn.size && !names.has(name); step++) name = handedOn.get(name) ?? name;
    if (names.has(name)) found.set(name, categories);
  }
  return found;
}

function refuseExternalData({ file, external }: Gathered): void {
  const [first] = external;
  if (first === undefined) return;
  throw configurationError(
    "TH_MODEL_EXTERNAL_DATA",
    `${file} keeps the data of tensor ${quoted(first.tensor)} in another file (${quoted(first.location)}), and is read only whole`,
    "save the model with its weights inside: onnx.save_model(model, path, save_as_external_data=False)",
    { file },
  );
}

function refuseOperators({ file, operators, functions }: Gathered): void {
  for (const [domain, names] of operators) {
    for (const name of names) {
      const known = allowedDomains.has(domain) || functions.get(domain)?.has(name) === true;
      if (known && !forbiddenOperators.has(`${domain}:${name}`)) continue;
      throw configurationError(
        "TH_MODEL_OPERATOR_DOMAIN",
        `${file} uses the operator ${quoted(name)} of the domain ${quoted(domain)}, which is not allowed`,
        "export the model with standard operators (domains ai.onnx, ai.onnx.ml and com.microsoft)",
        { file },
      );
    }
  }
}

/** A name out of the model: whatever it holds, a message stays one readable line. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
