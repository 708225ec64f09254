import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/kernel/digest.ts";
import { TitleholderError } from "../../../src/kernel/error.ts";
import { inspectOnnx } from "../../../src/model/onnx/inspection.ts";
import {
  graph,
  localFunction,
  logisticRegression,
  memoryBomb,
  model,
  namedValue,
  nestedGraphs,
  node,
  tensor,
  value,
  zipMapType,
} from "../../support/onnx-models.ts";

const inspect = (bytes: Uint8Array) => inspectOnnx([bytes], "out/model.onnx");

async function refusal(bytes: Uint8Array): Promise<TitleholderError> {
  const error = await inspect(bytes).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TitleholderError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

const floatIn = value({ name: "x", type: "float", shape: [null, 1] });
const floatOut = value({ name: "y", type: "float", shape: [null, 1] });

describe("a whole model", () => {
  test("tells its signature, versions, producer and metadata", async () => {
    const bytes = logisticRegression({ weights: { age: 0.5, income: -1 }, form: "matrix" });
    expect(await inspect(bytes)).toEqual({
      digest: digestOf(bytes),
      size: bytes.length,
      irVersion: 8,
      opsets: [
        { domain: "", version: 17 },
        { domain: "ai.onnx.ml", version: 3 },
      ],
      producer: { name: "test", version: "" },
      signature: {
        inputs: [{ name: "X", type: "float", shape: [null, 2] }],
        outputs: [
          { name: "label", type: "int64", shape: [null] },
          { name: "probabilities", type: "float", shape: [null, 2] },
        ],
      },
      metadata: new Map([["feature_names", '["age","income"]']]),
      nodes: 1,
      depth: 1,
      initializers: { count: 0, bytes: 0 },
      categories: new Map(),
      operators: new Map([["ai.onnx.ml", new Set(["LinearClassifier"])]]),
    });
  });

  test("reads the same however its bytes are cut", async () => {
    const bytes = logisticRegression({ weights: { age: 0.5, income: -1 } });
    const bitByBit = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await inspectOnnx(bitByBit, "out/model.onnx")).toEqual(await inspect(bytes));
  });

  test("an input that has an initializer is none: it has a default", async () => {
    const bytes = model({
      nodes: [node({ operator: "Add", inputs: ["x", "w"], outputs: ["y"] })],
      inputs: [floatIn, value({ name: "w", type: "float", shape: [1] })],
      outputs: [floatOut],
      initializers: [tensor({ name: "w", type: "float", shape: [1], values: [2] })],
    });
    const { signature, initializers } = await inspect(bytes);
    expect(signature.inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(initializers.count).toBe(1);
    expect(initializers.bytes).toBeGreaterThanOrEqual(4);
  });

  test("an output that is no tensor is told by its whole type", async () => {
    const bytes = model({ nodes: [], outputs: [namedValue("scores", zipMapType())] });
    expect((await inspect(bytes)).signature.outputs).toEqual([
      { name: "scores", type: "seq(map(int64, float))", shape: [] },
    ]);
  });

  test("tells the categories that it knows of a text input, through nodes that hand it on", async () => {
    const flat = node({ operator: "Flatten", inputs: ["city"], outputs: ["flat"] });
    const encoder = (input: string) =>
      node({
        operator: "OneHotEncoder",
        domain: "ai.onnx.ml",
        inputs: [input],
        outputs: ["hot"],
        attributes: { cats_strings: { texts: ["Bern", "Rom"] }, zeros: { int: 1 } },
      });
    const city = value({ name: "city", type: "string", shape: [null, 1] });
    const { categories } = await inspect(
      model({ nodes: [flat, encoder("flat")], inputs: [city], outputs: [floatOut] }),
    );
    expect(categories).toEqual(new Map([["city", new Set(["Bern", "Rom"])]]));
    const elsewhere = model({ nodes: [encoder("made")], inputs: [city], outputs: [floatOut] });
    expect((await inspect(elsewhere)).categories.size).toBe(0);
  });

  test("may call functions that it defines itself", async () => {
    const call = node({ operator: "Twice", domain: "acme", inputs: ["x"], outputs: ["y"] });
    const twice = localFunction("acme", "Twice", [node({ operator: "Add", inputs: ["x", "x"], outputs: ["y"] })]);
    const parts = { nodes: [call], inputs: [floatIn], outputs: [floatOut] };
    expect((await inspect(model({ ...parts, functions: [twice] }))).operators.get("acme")).toEqual(new Set(["Twice"]));
    expect((await refusal(model(parts))).code).toBe("TH_MODEL_OPERATOR_DOMAIN");
  });

  test("graphs in graphs are counted, up to sixteen deep", async () => {
    expect((await inspect(nestedGraphs(16))).depth).toBe(16);
    expect((await refusal(nestedGraphs(17))).code).toBe("TH_MODEL_NESTING");
  });
});

describe("refused before any session is made", () => {
  test.each(["weights.bin", "../secret", "/etc/passwd"])("data in another file (%s)", async (location) => {
    const initializer = tensor({
      name: "w",
      type: "float",
      shape: [1],
      values: [],
      external: { location, offset: "0" },
    });
    const error = await refusal(model({ nodes: [], inputs: [floatIn], initializers: [initializer] }));
    expect(error).toMatchObject({ code: "TH_MODEL_EXTERNAL_DATA", place: { file: "out/model.onnx" } });
    expect(error.message).toContain(location);
  });

  test("external data hidden in a node of a function or of a nested graph", async () => {
    const external = tensor({ type: "float", shape: [1], values: [], external: { location: "../x" } });
    const constant = node({ operator: "Constant", outputs: ["y"], attributes: { value: { tensor: external } } });
    const branch = node({
      operator: "If",
      inputs: ["c"],
      outputs: ["y"],
      attributes: { then_branch: { graph: graph({ nodes: [constant] }) } },
    });
    for (const bytes of [
      model({ nodes: [constant] }),
      model({ nodes: [branch] }),
      model({ nodes: [], functions: [localFunction("acme", "F", [branch])] }),
    ]) {
      expect((await refusal(bytes)).code).toBe("TH_MODEL_EXTERNAL_DATA");
    }
  });

  test("operators of an unknown domain, in a nested graph too, with names cut to a line", async () => {
    const evil = node({ operator: "Run\n\u001b[31m", domain: "evil.example", outputs: ["y"] });
    const error = await refusal(
      model({
        nodes: [
          node({ operator: "If", outputs: ["y"], attributes: { then_branch: { graph: graph({ nodes: [evil] }) } } }),
        ],
      }),
    );
    expect(error.code).toBe("TH_MODEL_OPERATOR_DOMAIN");
    expect(error.message).toContain("evil.example");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the very thing that must not be there.
    expect(error.message).not.toMatch(/[\u0000-\u001f]/);
  });

  test("an operator that loads files by design", async () => {
    const bytes = model({ nodes: [node({ operator: "EPContext", domain: "com.microsoft", outputs: ["y"] })] });
    expect((await refusal(bytes)).code).toBe("TH_MODEL_OPERATOR_DOMAIN");
  });

  test("a bomb passes inspection: only limits stop what a model asks for at run time", async () => {
    expect((await inspect(memoryBomb(1e9))).nodes).toBe(3);
  });

  test("a truncated model, naming the byte", async () => {
    const whole = logisticRegression({ weights: { age: 0.5 } });
    const error = await refusal(whole.subarray(0, whole.length - 3));
    expect(error.code).toBe("TH_MODEL_SYNTAX");
    expect(error.message).toMatch(/byte \d+/);
  });

  test("more names than memory should hold", async () => {
    const names = Array.from({ length: 1000 }, (_, at) =>
      value({ name: `${at}`.repeat(500), type: "float", shape: [1] }),
    );
    const bytes = model({ nodes: [], outputs: names });
    const parts = Array.from({ length: 200 }, () => bytes);
    expect(
      await inspectOnnx(parts, "m").then(
        () => undefined,
        (error: unknown) => error,
      ),
    ).toMatchObject({ code: "TH_MODEL_TOO_LARGE" });
  });
});

describe("files of other kinds are named", () => {
  const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  test.each([
    ["a Git LFS pointer", ascii("version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 3\n"), "git lfs pull"],
    ["pickle", ascii("\u0080\u0004\u0095abc"), "skl2onnx"],
    ["zip", ascii("PK\u0003\u0004aaaaaaaa"), "torch.onnx.export"],
    ["HDF5", ascii("\u0089HDF\r\n\u001a\n"), "ONNX"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), "unpack"],
    ["zlib", Uint8Array.of(0x78, 0x9c, 1, 2), "ONNX"],
    ["safetensors", ascii('\u0040\0\0\0\0\0\0\0{"a":1}'), "ONNX"],
    ["TensorFlow Lite", ascii("\u0020\0\0\0TFL3aaaa"), "tf2onnx"],
    ["ORT format", ascii("\u0020\0\0\0ORTMaaaa"), "ONNX file"],
    ["text", ascii('{"learner": {}}\n'), "onnxmltools"],
    ["empty", new Uint8Array(0), "write the model"],
    ["protobuf message, without a graph", Uint8Array.of(0x08, 0x08), "ONNX"],
  ])("%s", async (looksLike, bytes, fix) => {
    const error = await refusal(bytes);
    expect(error.code).toBe("TH_MODEL_NOT_ONNX");
    expect(error.message).toContain(looksLike);
    expect(error.fix).toContain(fix);
  });
});
