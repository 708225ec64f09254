import { configurationError, type TitleholderError } from "../../kernel/error.ts";

/** As many first bytes as the tests below look at. */
export const headBytes = 512;

interface ForeignFormat {
  readonly looksLike: string;
  readonly fix: string;
  matches(head: Uint8Array, text: string): boolean;
}

const toOnnx =
  "export the model to ONNX (skl2onnx for scikit-learn, onnxmltools for XGBoost and LightGBM, torch.onnx.export for PyTorch)";

const foreign: readonly ForeignFormat[] = [
  {
    looksLike: "a Git LFS pointer, not the file it stands for",
    fix: "fetch the file: `lfs: true` at actions/checkout, or `git lfs pull`",
    matches: (_, text) => text.startsWith("version https://git-lfs.github.com/"),
  },
  {
    looksLike: "a Python pickle (also what joblib writes), which runs code when it is opened",
    fix: toOnnx,
    matches: (head) => head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5,
  },
  {
    looksLike: "a zip archive, as PyTorch, Keras and NumPy write",
    fix: toOnnx,
    matches: (_, text) => text.startsWith("PK\u0003\u0004"),
  },
  { looksLike: "an HDF5 file, as older Keras writes", fix: toOnnx, matches: (_, text) => text.startsWith("\u0089HDF") },
  {
    looksLike: "a gzip archive",
    fix: "unpack it first, or export the model to ONNX",
    matches: (head) => head[0] === 0x1f && head[1] === 0x8b,
  },
  {
    looksLike: "a zlib stream, as joblib writes with compression",
    fix: toOnnx,
    matches: (head) => head[0] === 0x78 && ((0x78 << 8) | (head[1] ?? 0)) % 31 === 0,
  },
  {
    looksLike: "a safetensors file, which holds weights without the model",
    fix: toOnnx,
    matches: (_, text) => text.slice(1, 8).endsWith("\0\0\0") && text[8] === "{",
  },
  {
    looksLike: "a TensorFlow Lite model",
    fix: "convert it with tf2onnx",
    matches: (_, text) => text.slice(4, 8) === "TFL3",
  },
  {
    looksLike: "a GGUF file, which holds a language model's weights",
    fix: "give a model of rows and columns, or write `predictor: command` with a program that scores them",
    matches: (_, text) => text.startsWith("GGUF"),
  },
  {
    looksLike: "a model in the ORT format of onnxruntime",
    fix: "give the ONNX file it was made from",
    matches: (_, text) => text.slice(4, 8) === "ORTM",
  },
  { looksLike: "a text file", fix: toOnnx, matches: (_, text) => /^[\t\n\r\u0020-\u007e\u0080-\u00ff]+$/.test(text) },
];

/**
 * The refusal when a file's first bytes are those of a known other format. A protobuf message has no mark of its own: no answer means
 * only that it may be ONNX.
 */
export function foreignModel(head: Uint8Array, file: string): TitleholderError | undefined {
  if (head.length === 0) return notOnnx(file, "an empty file", "write the model first; its producer may have failed");
  const start = head.subarray(0, headBytes);
  const text = Array.from(start, (byte) => String.fromCharCode(byte)).join("");
  const format = foreign.find((one) => one.matches(start, text));
  return format === undefined ? undefined : notOnnx(file, format.looksLike, format.fix);
}

export function notOnnx(file: string, looksLike: string, fix: string = toOnnx): TitleholderError {
  return configurationError("TH_MODEL_NOT_ONNX", `${file} is not an ONNX model: it looks like ${looksLike}`, fix, {
    file,
  });
}
