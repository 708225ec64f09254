import type { Check } from "../../kernel/command.ts";
import { type Digest, digestOfStream } from "../../kernel/digest.ts";
import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { isJsonObject, type Json } from "../../kernel/json.ts";
import { formatSize } from "../../kernel/quantity.ts";
import type { Signature } from "../../model/model.ts";
import { inspectOnnx } from "../../model/onnx/inspection.ts";
import { readModel } from "../model-reference.ts";
import { shownPath } from "../paths.ts";

export interface ModelFacts {
  readonly digest: Digest;
  readonly format: "onnx" | "opaque";
  readonly size: number;
  /** Null for an opaque model. */
  readonly signature: Signature | null;
}

interface Found {
  readonly facts?: ModelFacts;
  readonly checks: readonly Check[];
}

/** When what stands at a path was written, every file of a folder; undefined when nothing does. Equal stamps: nobody wrote. */
export async function stamp(path: string, host: Host): Promise<string | undefined> {
  const facts = await host.files.facts(path);
  if (facts?.kind !== "directory") return facts === undefined ? undefined : String(facts.modified);
  const files = await host.files.glob("**", path);
  const times = await Promise.all(files.map(async (file) => (await host.files.facts(file))?.modified));
  return JSON.stringify(files.map((file, index) => [file, times[index]]));
}

/** The model that a training left, which must be newer than what stood there before. */
export async function modelFacts(path: string, before: string | undefined, host: Host): Promise<Found> {
  const shown = shownPath(host, path);
  const after = await host.files.facts(path);
  if (after === undefined) {
    return noModel(`the command left no model at ${shown}`);
  }
  const folder = after.kind === "file" ? undefined : await folderModel(path, host);
  if (after.kind !== "file" && folder === undefined) return noModel(`the folder ${shown} is empty`);
  if (before !== undefined && before === (await stamp(path, host))) {
    return noModel(`${shown} is what was there before: the command wrote no new model`);
  }
  return folder === undefined ? fileModel(path, shown, host) : { facts: folder, checks: [opaqueCheck(shown)] };
}

function noModel(message: string): Found {
  return { checks: [{ id: "model", verdict: "fail", message, place: { input: "model-path" } }] };
}

async function fileModel(path: string, shown: string, host: Host): Promise<Found> {
  if (!path.endsWith(".onnx")) {
    const { digest, size } = await digestOfStream(host.files.stream(path));
    return { facts: { digest, size, format: "opaque", signature: null }, checks: [opaqueCheck(shown)] };
  }
  try {
    const { digest, size, signature } = await inspectOnnx(host.files.stream(path), shown);
    const message = `${signature.inputs.length} inputs, ${signature.outputs.length} outputs`;
    return {
      facts: { digest, size, format: "onnx", signature },
      checks: [{ id: "model", verdict: "pass", message: `${shown} is an ONNX model: ${message}` }],
    };
  } catch (error) {
    // What the training left is a finding about the training, not a mistake in how this step was written.
    if (!(error instanceof TitleholderError) || !error.code.startsWith("TH_MODEL_")) throw error;
    return {
      checks: [{ id: "model", verdict: "fail", message: `${error.message}; ${error.fix}`, place: { file: shown } }],
    };
  }
}

async function folderModel(path: string, host: Host): Promise<ModelFacts | undefined> {
  if ((await host.files.list(path)).length === 0) return undefined;
  const { digest, files } = await readModel(path, host, "model-path");
  const size = [...files.values()].reduce((sum, file) => sum + file.size, 0);
  return { digest, size, format: "opaque", signature: null };
}

function opaqueCheck(shown: string): Check {
  return { id: "model", verdict: "pass", message: `${shown} is kept as an opaque model: hashed, never opened` };
}

const largestMetrics = 1e6;

/**
 * The metrics file; an unreadable one is a failing check, an absent one fails only when it was asked for.
 * @param before the file's stamp before the training: one that is still there says nothing about this run
 */
export async function readMetrics(
  path: string,
  before: string | undefined,
  isWanted: boolean,
  host: Host,
): Promise<{ readonly values: Readonly<Record<string, number>>; readonly checks: readonly Check[] }> {
  const place = { file: shownPath(host, path) };
  const fail = (message: string) => ({
    values: {},
    checks: [{ id: "metrics", verdict: "fail" as const, message, place }],
  });
  const facts = await host.files.facts(path);
  const isNew = facts?.kind === "file" && before !== (await stamp(path, host));
  if (!isNew) return isWanted ? fail("the command left no new metrics here") : { values: {}, checks: [] };
  if (facts.size > largestMetrics) return fail(`the metrics are longer than ${formatSize(largestMetrics)}`);
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder().decode(await host.files.read(path))) as Json;
  } catch {
    return fail("the metrics are not JSON (NaN and Infinity are not either)");
  }
  if (!isJsonObject(value)) return fail("the metrics are not a JSON object of numbers");
  const numbers = Object.entries(value)
    .filter((entry): entry is [string, number] => Number.isFinite(entry[1]))
    // A name with half of a surrogate pair has no canonical form.
    .map(([name, number]) => [name.toWellFormed(), number] as const);
  const others = Object.keys(value).length - numbers.length;
  const note = others === 0 ? "" : `; ${others} that are no finite numbers were left out`;
  return {
    values: Object.fromEntries(numbers),
    checks: [
      {
        id: "metrics",
        verdict: "pass",
        message: `${numbers.length} ${numbers.length === 1 ? "metric" : "metrics"}${note}`,
      },
    ],
  };
}
