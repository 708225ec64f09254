import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { featuresOf, type InputColumns, inputColumns } from "../../../src/model/columns.ts";
import type { TensorSpec } from "../../../src/model/model.ts";
import { chooseOutputs, decodePredictions } from "../../../src/model/outputs.ts";
import { aligned, decodeTexts, encodeInput, encodeTexts } from "../../../src/model/tensors.ts";

const input = (name: string, type: string, ...shape: (number | null)[]): TensorSpec => ({ name, type, shape });
const columnsOf = (inputs: TensorSpec[], metadata: Record<string, string> = {}, declared?: string[]) =>
  inputColumns({ inputs, outputs: [] }, new Map(Object.entries(metadata)), "m.onnx", declared);
const refusedWith = (code: string) => expect.objectContaining({ kind: "configuration", code });

describe("which columns fill which input", () => {
  test("an input of one column takes the column of its name", () => {
    const inputs = columnsOf([input("age", "float", null, 1), input("city", "string", null)]);
    expect(inputs).toEqual([
      { name: "age", type: "float", columns: ["age"], width: 1 },
      { name: "city", type: "string", columns: ["city"], width: 0 },
    ]);
    expect(featuresOf(inputs)).toEqual([
      { name: "age", type: "float" },
      { name: "city", type: "string" },
    ]);
  });

  test.each([
    ["a JSON list", '["b", "a"]'],
    ["names with commas", "b, a"],
  ])("a matrix takes the columns that its metadata names, as %s", (_, names) => {
    expect(columnsOf([input("X", "float", null, 2)], { feature_names: names })).toEqual([
      { name: "X", type: "float", columns: ["b", "a"], width: 2 },
    ]);
  });

  test("the same names declared in another order than the model's own are refused, with the place", () => {
    const ordered = () => columnsOf([input("X", "float", null, 2)], { feature_names: '["b","a"]' }, ["a", "b"]);
    expect(ordered).toThrowError(expect.objectContaining({ code: "TH_MODEL_FEATURES" }));
    expect(ordered).toThrowError(/its column 1 is "b", and "a" is named/);
  });

  test("the order that is declared goes before the metadata's, and a matrix may leave its width open", () => {
    const matrix = [input("X", "double", null, null)];
    expect(columnsOf(matrix, { feature_names: '["b","a"]' }, ["a", "b", "c"])[0]?.columns).toEqual(["a", "b", "c"]);
  });

  test("a matrix of one column under another name", () => {
    expect(columnsOf([input("X", "float", null, 1)], { feature_names: '["age"]' })[0]?.columns).toEqual(["age"]);
  });

  test.each([
    ["nothing says", {}, undefined],
    ["too few names", { feature_names: '["a"]' }, undefined],
    ["a name twice", { feature_names: '["a", "a"]' }, undefined],
    ["metadata that is no list", { feature_names: "[1" }, undefined],
    ["too many declared", {}, ["a", "b", "c"]],
  ])("the order of a matrix is asked for when %s", (_, metadata, declared) => {
    expect(() => columnsOf([input("X", "float", null, 2)], metadata as Record<string, string>, declared)).toThrow(
      refusedWith("TH_MODEL_FEATURES"),
    );
  });

  test("a model without a matrix needs no order", () => {
    const two = [input("a", "float", null, 1), input("b", "float", null, 1)];
    expect(columnsOf(two, {}, ["b", "a"]).map(({ columns }) => columns)).toEqual([["a"], ["b"]]);
  });

  test.each([
    ["no input", []],
    ["half floats", [input("x", "float16", null, 1)]],
    ["an image", [input("x", "float", null, 3, 224, 224)]],
    ["a fixed number of rows", [input("x", "float", 1, 1)]],
    ["a matrix among columns", [input("x", "float", null, 1), input("X", "float", null, 4)]],
  ])("%s cannot be filled from a table", (_, inputs) => {
    expect(() => columnsOf(inputs, { feature_names: '["a"]' })).toThrow(refusedWith("TH_MODEL_INPUT"));
  });
});

describe("tensors as bytes", () => {
  const one = (type: InputColumns["type"], ...columns: string[]): InputColumns => ({
    name: "X",
    type,
    columns,
    width: columns.length,
  });
  const batch = new Map<string, Float64Array | BigInt64Array | readonly (null | boolean | number | bigint)[]>([
    ["a", Float64Array.of(1.5, Number.NaN)],
    ["b", BigInt64Array.of(-1n, 2n ** 53n)],
    ["c", [true, null]],
    ["d", [2n ** 62n, -7]],
  ]);

  test("floats stand row by row, with NaN for what is missing", () => {
    expect(Array.from(new Float32Array(aligned(encodeInput(one("float", "a", "b", "c"), batch))))).toEqual([
      1.5,
      -1,
      1,
      Number.NaN,
      2 ** 53,
      Number.NaN,
    ]);
    expect(Array.from(new Float64Array(aligned(encodeInput(one("double", "a"), batch))))).toEqual([1.5, Number.NaN]);
  });

  test("64-bit integers keep every digit", () => {
    expect(Array.from(new BigInt64Array(aligned(encodeInput(one("int64", "d"), batch))))).toEqual([2n ** 62n, -7n]);
  });

  test("what an integer of 32 bits or a boolean cannot hold is refused", () => {
    expect(() => encodeInput(one("int32", "b"), batch)).toThrow(refusedWith("TH_MODEL_COLUMN_TYPE"));
    expect(() => encodeInput(one("bool", "b"), batch)).toThrow(refusedWith("TH_MODEL_COLUMN_TYPE"));
    expect(() => encodeInput(one("bool", "c"), batch)).toThrow(refusedWith("TH_MODEL_MISSING"));
  });

  test("no cell's value stands in a message", () => {
    const secret = new Map([["x", ["hunter2"]]]);
    expect(() => encodeInput(one("float", "x"), secret)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
    );
  });

  test("texts come back as they went, wherever their bytes start", () => {
    const text = fc.string({ unit: "binary" }).map((one) => one.toWellFormed());
    fc.assert(
      fc.property(fc.array(text), fc.integer({ min: 0, max: 7 }), (texts, shift) => {
        const bytes = encodeTexts(texts);
        const elsewhere = new Uint8Array(bytes.length + shift);
        elsewhere.set(bytes, shift);
        expect(decodeTexts(elsewhere.subarray(shift), texts.length)).toEqual(texts);
      }),
      { numRuns: 50 },
    );
  });

  test("whole numbers become the text of a category, other values do not", () => {
    const texts = (values: readonly (number | bigint | boolean)[]) =>
      decodeTexts(encodeInput(one("string", "x"), new Map([["x", values]])), values.length);
    expect(texts([3, 4n])).toEqual(["3", "4"]);
    expect(() => texts([1.5])).toThrow(refusedWith("TH_MODEL_COLUMN_TYPE"));
    expect(() => texts([true])).toThrow(refusedWith("TH_MODEL_COLUMN_TYPE"));
  });
});

describe("which outputs are read", () => {
  const outputs = (...list: TensorSpec[]) => chooseOutputs({ inputs: [], outputs: list }, "m.onnx");

  test("a class and scores by type, by name where several qualify", () => {
    expect(
      outputs(
        input("variance", "float", null),
        input("rank", "int64", null),
        input("label", "int64", null),
        input("probabilities", "float", null, 2),
      ),
    ).toEqual({ label: "label", scores: "probabilities" });
  });

  test("those that are named go before all else, and one that is not there is refused", () => {
    const signature = { inputs: [], outputs: [input("first", "float", null), input("second", "float", null)] };
    expect(chooseOutputs(signature, "m.onnx", ["second"])).toEqual({ scores: "second" });
    expect(() => chooseOutputs(signature, "m.onnx", ["third"])).toThrow(refusedWith("TH_MODEL_OUTPUT"));
  });

  test("a ZipMap is left out, and named when nothing else is there", () => {
    const zipped: TensorSpec = { name: "output_probability", type: "seq(map(int64, float))", shape: [] };
    expect(outputs(input("label", "int64", null), zipped)).toEqual({ label: "label" });
    expect(() => outputs(zipped)).toThrow(
      expect.objectContaining({ code: "TH_MODEL_OUTPUT", fix: expect.stringContaining("'zipmap': False") }),
    );
  });

  test("64-bit classes that no number holds come as text", () => {
    const label = {
      name: "label",
      type: "int64",
      shape: [2],
      bytes: new Uint8Array(BigInt64Array.of(1n, 2n ** 60n).buffer),
    };
    expect(decodePredictions([label], { label: "label" }, 2, "m.onnx").label).toEqual([1, String(2n ** 60n)]);
  });

  test("an output without one entry a row is refused", () => {
    const scores = { name: "p", type: "float", shape: [1], bytes: new Uint8Array(4) };
    expect(() => decodePredictions([scores], { scores: "p" }, 2, "m.onnx")).toThrow(refusedWith("TH_MODEL_OUTPUT"));
  });
});
