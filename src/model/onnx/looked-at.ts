import { configurationError, type TitleholderError } from "../../kernel/error.ts";
import type { FileFacts, Files } from "../../kernel/files.ts";
import { formatSize } from "../../kernel/quantity.ts";
import { foreignModel, headBytes, notOnnx } from "./formats.ts";

/** More than this no protobuf message can have. */
export const maxModelBytes = 2 ** 31 - 1;

/**
 * The cheap look at what stands at a path, before anything reads it whole to take its digest: a folder may lead to the whole disk by a link,
 * and a file of nothing may be as long as it likes.
 * @throws TitleholderError (configuration) TH_MODEL_NOT_ONNX, TH_MODEL_TOO_LARGE; nothing where nothing stands.
 */
export async function requireOnnxFile(path: string, files: Files, shown: string): Promise<void> {
  const facts = await files.facts(path);
  if (facts === undefined) return;
  if (facts.kind !== "file") throw notOnnx(shown, kinds[facts.kind], "give the .onnx file itself");
  if (facts.size > maxModelBytes) throw tooLarge(shown);
  if (facts.size === 0) return;
  const refusal = foreignModel(await headOf(path, files), shown);
  if (refusal !== undefined) throw refusal;
}

const kinds: Readonly<Record<Exclude<FileFacts["kind"], "file">, string>> = {
  directory: "a folder",
  other: "a device, a pipe or a socket",
};

async function headOf(path: string, files: Files): Promise<Uint8Array> {
  for await (const chunk of files.stream(path)) return chunk.subarray(0, headBytes);
  return new Uint8Array(0);
}

export function tooLarge(file: string): TitleholderError {
  return configurationError(
    "TH_MODEL_TOO_LARGE",
    `${file} is larger than ${formatSize(maxModelBytes)}, which no ONNX file can be`,
    "give a smaller model, or score it elsewhere",
    { file },
  );
}
