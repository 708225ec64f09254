import protobuf from "protobufjs/minimal.js";

/**
 * Small ONNX models, written byte by byte by the field numbers of onnx.proto3, so that tests need no Python. The parts (`node`, `tensor`,
 * `graph`, `model`) also write models that no exporter would.
 */

export type Bytes = Uint8Array<ArrayBuffer>;

const elementTypes = { float: 1, int32: 6, int64: 7, string: 8, bool: 9, double: 11 } as const;
export type ElementType = keyof typeof elementTypes;

function write(body: (writer: protobuf.Writer) => void): Bytes {
  const writer = protobuf.Writer.create();
  body(writer);
  return Uint8Array.from(writer.finish());
}

const lengthDelimited = (field: number) => (field << 3) | 2;
const varint = (field: number) => field << 3;

export interface ValueSpec {
  readonly name: string;
  readonly type: ElementType;
  /** null: open. */
  readonly shape: readonly (number | null)[];
}

export function value({ name, type, shape }: ValueSpec): Bytes {
  const dimensions = write((shapes) => {
    for (const size of shape) {
      shapes.uint32(lengthDelimited(1)).bytes(
        write((dimension) => {
          if (size === null) dimension.uint32(lengthDelimited(2)).string("N");
          else dimension.uint32(varint(1)).int64(size);
        }),
      );
    }
  });
  const tensorType = write((w) =>
    w.uint32(varint(1)).int32(elementTypes[type]).uint32(lengthDelimited(2)).bytes(dimensions),
  );
  return namedValue(
    name,
    write((w) => w.uint32(lengthDelimited(1)).bytes(tensorType)),
  );
}

/** A value of any type: `type` holds the bytes of a TypeProto. */
export function namedValue(name: string, type: Bytes): Bytes {
  return write((w) => w.uint32(lengthDelimited(1)).string(name).uint32(lengthDelimited(2)).bytes(type));
}

/** TypeProto of `seq(map(int64, float))`, which ZipMap gives. */
export function zipMapType(): Bytes {
  const float = write((w) =>
    w.uint32(lengthDelimited(1)).bytes(write((t) => t.uint32(varint(1)).int32(elementTypes.float))),
  );
  const map = write((w) =>
    w
      .uint32(lengthDelimited(5))
      .bytes(write((m) => m.uint32(varint(1)).int32(elementTypes.int64).uint32(lengthDelimited(2)).bytes(float))),
  );
  return write((w) => w.uint32(lengthDelimited(4)).bytes(write((s) => s.uint32(lengthDelimited(1)).bytes(map))));
}

export interface TensorData {
  readonly name?: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** Entries of `external_data`. */
  readonly external?: Readonly<Record<string, string>>;
}

export function tensor({ name, type, shape, values, external }: TensorData): Bytes {
  return write((w) => {
    for (const size of shape) w.uint32(varint(1)).int64(size);
    w.uint32(varint(2)).int32(elementTypes[type]);
    if (name !== undefined) w.uint32(lengthDelimited(8)).string(name);
    if (external === undefined) w.uint32(lengthDelimited(9)).bytes(rawData(type, values));
    for (const [key, text] of Object.entries(external ?? {})) {
      w.uint32(lengthDelimited(13)).bytes(
        write((entry) => entry.uint32(lengthDelimited(1)).string(key).uint32(lengthDelimited(2)).string(text)),
      );
    }
    if (external !== undefined) w.uint32(varint(14)).int32(1);
  });
}

function rawData(type: ElementType, values: readonly number[]): Bytes {
  if (type === "int64") return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  if (type === "int32") return new Uint8Array(Int32Array.from(values).buffer);
  if (type === "double") return new Uint8Array(Float64Array.from(values).buffer);
  if (type === "bool") return Uint8Array.from(values);
  return new Uint8Array(Float32Array.from(values).buffer);
}

export type Attribute =
  | { readonly int: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly tensor: Bytes }
  | { readonly graph: Bytes };

function attribute(name: string, content: Attribute): Bytes {
  return write((w) => {
    w.uint32(lengthDelimited(1)).string(name);
    if ("int" in content) w.uint32(varint(3)).int64(content.int).uint32(varint(20)).int32(2);
    else if ("text" in content) w.uint32(lengthDelimited(4)).string(content.text).uint32(varint(20)).int32(3);
    else if ("tensor" in content) w.uint32(lengthDelimited(5)).bytes(content.tensor).uint32(varint(20)).int32(4);
    else if ("graph" in content) w.uint32(lengthDelimited(6)).bytes(content.graph).uint32(varint(20)).int32(5);
    else if ("ints" in content) {
      for (const int of content.ints) w.uint32(varint(8)).int64(int);
      w.uint32(varint(20)).int32(7);
    } else if ("texts" in content) {
      for (const text of content.texts) w.uint32(lengthDelimited(9)).string(text);
      w.uint32(varint(20)).int32(8);
    } else {
      for (const float of content.floats) w.uint32((7 << 3) | 5).float(float);
      w.uint32(varint(20)).int32(6);
    }
  });
}

export interface NodeSpec {
  readonly operator: string;
  readonly domain?: string;
  readonly inputs?: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export function node({ operator, domain, inputs = [], outputs, attributes = {} }: NodeSpec): Bytes {
  return write((w) => {
    for (const input of inputs) w.uint32(lengthDelimited(1)).string(input);
    for (const output of outputs) w.uint32(lengthDelimited(2)).string(output);
    w.uint32(lengthDelimited(4)).string(operator);
    for (const [name, content] of Object.entries(attributes))
      w.uint32(lengthDelimited(5)).bytes(attribute(name, content));
    if (domain !== undefined) w.uint32(lengthDelimited(7)).string(domain);
  });
}

export interface GraphSpec {
  readonly nodes: readonly Bytes[];
  readonly inputs?: readonly Bytes[];
  readonly outputs?: readonly Bytes[];
  readonly initializers?: readonly Bytes[];
  /** SparseTensorProto bytes. */
  readonly sparse?: readonly Bytes[];
}

export function graph({ nodes, inputs = [], outputs = [], initializers = [], sparse = [] }: GraphSpec): Bytes {
  return write((w) => {
    for (const bytes of nodes) w.uint32(lengthDelimited(1)).bytes(bytes);
    w.uint32(lengthDelimited(2)).string("g");
    for (const bytes of initializers) w.uint32(lengthDelimited(5)).bytes(bytes);
    for (const bytes of inputs) w.uint32(lengthDelimited(11)).bytes(bytes);
    for (const bytes of outputs) w.uint32(lengthDelimited(12)).bytes(bytes);
    for (const bytes of sparse) w.uint32(lengthDelimited(15)).bytes(bytes);
  });
}

/** A SparseTensorProto with these values and no indices. */
export function sparseTensor(values: Bytes): Bytes {
  return write((w) => w.uint32(lengthDelimited(1)).bytes(values));
}

export interface ModelSpec extends GraphSpec {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly opsets?: Readonly<Record<string, number>>;
  /** FunctionProto bytes. */
  readonly functions?: readonly Bytes[];
}

export function model({
  metadata = {},
  opsets = { "": 17, "ai.onnx.ml": 3 },
  functions = [],
  ...main
}: ModelSpec): Bytes {
  return write((w) => {
    w.uint32(varint(1)).int64(8);
    w.uint32(lengthDelimited(2)).string("test");
    w.uint32(lengthDelimited(7)).bytes(graph(main));
    for (const [domain, version] of Object.entries(opsets)) w.uint32(lengthDelimited(8)).bytes(opset(domain, version));
    for (const [key, text] of Object.entries(metadata)) {
      w.uint32(lengthDelimited(14)).bytes(
        write((entry) => entry.uint32(lengthDelimited(1)).string(key).uint32(lengthDelimited(2)).string(text)),
      );
    }
    for (const bytes of functions) w.uint32(lengthDelimited(25)).bytes(bytes);
  });
}

/** A model that passes its column on, with a graph in its training information. */
export function trainingModel(training: GraphSpec): Bytes {
  const info = write((w) => w.uint32(lengthDelimited(2)).bytes(graph(training)));
  return Uint8Array.of(...identity("float"), ...write((w) => w.uint32(lengthDelimited(20)).bytes(info)));
}

function opset(domain: string, version: number): Bytes {
  return write((w) => w.uint32(lengthDelimited(1)).string(domain).uint32(varint(2)).int64(version));
}

/** A FunctionProto of one input `x` and one output `y`. */
export function localFunction(
  domain: string,
  name: string,
  nodes: readonly Bytes[],
  opsets: Readonly<Record<string, number>> = { "": 17 },
): Bytes {
  return write((w) => {
    w.uint32(lengthDelimited(1)).string(name);
    w.uint32(lengthDelimited(4)).string("x").uint32(lengthDelimited(5)).string("y");
    for (const bytes of nodes) w.uint32(lengthDelimited(7)).bytes(bytes);
    for (const [used, version] of Object.entries(opsets)) w.uint32(lengthDelimited(9)).bytes(opset(used, version));
    w.uint32(lengthDelimited(10)).string(domain);
  });
}

export interface LogisticSpec {
  /** Weight by feature, in the order of the matrix. */
  readonly weights: Readonly<Record<string, number>>;
  readonly intercept?: number;
  /** `matrix`: one float input `X` of [N, F], names in the metadata; `columns`: one input of [N, 1] a feature. */
  readonly form?: "matrix" | "columns";
  /** Element types of column inputs; float when absent. */
  readonly types?: Readonly<Record<string, "float" | "double" | "int64" | "int32" | "bool">>;
  /** Texts instead of 0 and 1. */
  readonly classes?: readonly [string, string];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A logistic regression as scikit-learn's exporter writes it: outputs `label` [N] and `probabilities` [N, 2]. */
export function logisticRegression({
  weights,
  intercept = 0,
  form = "columns",
  types = {},
  classes,
  metadata = form === "matrix" ? { feature_names: JSON.stringify(Object.keys(weights)) } : {},
}: LogisticSpec): Bytes {
  const names = Object.keys(weights);
  const coefficients = Object.values(weights);
  const casts = names.filter((name) => (types[name] ?? "float") !== "float");
  const assemble =
    form === "matrix"
      ? []
      : [
          ...casts.map((name) =>
            node({ operator: "Cast", inputs: [name], outputs: [`${name}_f`], attributes: { to: { int: 1 } } }),
          ),
          node({
            operator: "Concat",
            inputs: names.map((name) => (casts.includes(name) ? `${name}_f` : name)),
            outputs: ["X"],
            attributes: { axis: { int: 1 } },
          }),
        ];
  return model({
    nodes: [
      ...assemble,
      node({
        operator: "LinearClassifier",
        domain: "ai.onnx.ml",
        inputs: ["X"],
        outputs: ["label", "probabilities"],
        attributes: {
          coefficients: { floats: [...coefficients.map((weight) => -weight), ...coefficients] },
          intercepts: { floats: [-intercept, intercept] },
          multi_class: { int: 1 },
          post_transform: { text: "LOGISTIC" },
          ...(classes === undefined
            ? { classlabels_ints: { ints: [0, 1] } }
            : { classlabels_strings: { texts: classes } }),
        },
      }),
    ],
    inputs:
      form === "matrix"
        ? [value({ name: "X", type: "float", shape: [null, names.length] })]
        : names.map((name) => value({ name, type: types[name] ?? "float", shape: [null, 1] })),
    outputs: [
      value({ name: "label", type: classes === undefined ? "int64" : "string", shape: [null] }),
      value({ name: "probabilities", type: "float", shape: [null, 2] }),
    ],
    metadata,
  });
}

/** One column in, the same column out. */
export function identity(type: ElementType, name = "x"): Bytes {
  return model({
    nodes: [node({ operator: "Identity", inputs: [name], outputs: ["y"] })],
    inputs: [value({ name, type, shape: [null, 1] })],
    outputs: [value({ name: "y", type, shape: [null, 1] })],
  });
}

/** About a hundred bytes that ask for `elements` floats of memory as soon as the model is opened or run. */
export function memoryBomb(elements: number): Bytes {
  return model({
    nodes: [
      node({ operator: "ConstantOfShape", inputs: ["s"], outputs: ["big"] }),
      node({ operator: "ReduceSum", inputs: ["big"], outputs: ["sum"], attributes: { keepdims: { int: 0 } } }),
      node({ operator: "Add", inputs: ["x", "sum"], outputs: ["y"] }),
    ],
    inputs: [value({ name: "x", type: "float", shape: [null, 1] })],
    outputs: [value({ name: "y", type: "float", shape: [null, 1] })],
    initializers: [tensor({ name: "s", type: "int64", shape: [1], values: [elements] })],
    opsets: { "": 17 },
  });
}

/** A loop of `turns` turns that does nothing. */
export function timeBomb(turns: number): Bytes {
  const body = graph({
    nodes: [
      node({ operator: "Identity", inputs: ["go"], outputs: ["go_on"] }),
      node({ operator: "Identity", inputs: ["carried"], outputs: ["carried_on"] }),
    ],
    inputs: [
      value({ name: "turn", type: "int64", shape: [] }),
      value({ name: "go", type: "bool", shape: [] }),
      value({ name: "carried", type: "float", shape: [null, 1] }),
    ],
    outputs: [
      value({ name: "go_on", type: "bool", shape: [] }),
      value({ name: "carried_on", type: "float", shape: [null, 1] }),
    ],
  });
  return model({
    nodes: [
      node({
        operator: "Loop",
        inputs: ["turns", "always", "x"],
        outputs: ["y"],
        attributes: { body: { graph: body } },
      }),
    ],
    inputs: [value({ name: "x", type: "float", shape: [null, 1] })],
    outputs: [value({ name: "y", type: "float", shape: [null, 1] })],
    initializers: [
      tensor({ name: "turns", type: "int64", shape: [], values: [turns] }),
      tensor({ name: "always", type: "bool", shape: [], values: [1] }),
    ],
    opsets: { "": 17 },
  });
}

/** Graphs in graphs, `depth` of them. */
export function nestedGraphs(depth: number): Bytes {
  let inner = graph({ nodes: [node({ operator: "Identity", inputs: ["x"], outputs: ["y"] })] });
  for (let level = 2; level < depth; level++) {
    inner = graph({
      nodes: [node({ operator: "If", inputs: ["c"], outputs: ["y"], attributes: { then_branch: { graph: inner } } })],
    });
  }
  return model({
    nodes: [node({ operator: "If", inputs: ["c"], outputs: ["y"], attributes: { then_branch: { graph: inner } } })],
    inputs: [value({ name: "x", type: "float", shape: [null, 1] })],
    outputs: [value({ name: "y", type: "float", shape: [null, 1] })],
  });
}

export interface LinearSpec {
  readonly features: readonly string[];
  /** By output, then by feature. */
  readonly weights: readonly (readonly number[])[];
  readonly intercepts?: readonly number[];
  /** Probabilities instead of numbers. */
  readonly sigmoid?: boolean;
}

/** Weighted sums of float columns: one output `scores` of [N, outputs]. */
export function linear({ features, weights, intercepts = weights.map(() => 0), sigmoid = false }: LinearSpec): Bytes {
  const byFeature = features.flatMap((_, feature) => weights.map((own) => own[feature] ?? 0));
  return model({
    nodes: [
      node({ operator: "Concat", inputs: features, outputs: ["X"], attributes: { axis: { int: 1 } } }),
      node({ operator: "MatMul", inputs: ["X", "W"], outputs: ["XW"] }),
      node({ operator: "Add", inputs: ["XW", "b"], outputs: [sigmoid ? "sums" : "scores"] }),
      ...(sigmoid ? [node({ operator: "Sigmoid", inputs: ["sums"], outputs: ["scores"] })] : []),
    ],
    inputs: features.map((name) => value({ name, type: "float", shape: [null, 1] })),
    outputs: [value({ name: "scores", type: "float", shape: [null, weights.length] })],
    initializers: [
      tensor({ name: "W", type: "float", shape: [features.length, weights.length], values: byFeature }),
      tensor({ name: "b", type: "float", shape: [weights.length], values: intercepts }),
    ],
  });
}

/** A logistic regression of x that makes `elements` floats on its way, and adds nothing of them. */
export function memoryHungry(elements: number): Bytes {
  return model({
    nodes: [
      node({ operator: "ConstantOfShape", inputs: ["s"], outputs: ["zeros"] }),
      // By a value that is not known beforehand, so that no optimizer folds it away.
      node({ operator: "ReduceMax", inputs: ["x"], outputs: ["most"], attributes: { keepdims: { int: 0 } } }),
      node({ operator: "Mul", inputs: ["zeros", "most"], outputs: ["many"] }),
      node({ operator: "ReduceSum", inputs: ["many"], outputs: ["nothing"], attributes: { keepdims: { int: 0 } } }),
      node({ operator: "Add", inputs: ["x", "nothing"], outputs: ["sum"] }),
      node({ operator: "Sigmoid", inputs: ["sum"], outputs: ["probability"] }),
    ],
    inputs: [value({ name: "x", type: "float", shape: [null, 1] })],
    outputs: [value({ name: "probability", type: "float", shape: [null, 1] })],
    initializers: [tensor({ name: "s", type: "int64", shape: [1], values: [elements] })],
    opsets: { "": 17 },
  });
}

/** A logistic regression on a matrix of float columns that takes a missing value as 0, as a pipeline with an imputer does. */
export function imputingRegression(weights: Readonly<Record<string, number>>): Bytes {
  const names = Object.keys(weights);
  const coefficients = Object.values(weights);
  return model({
    nodes: [
      node({ operator: "IsNaN", inputs: ["X"], outputs: ["missing"] }),
      node({ operator: "Where", inputs: ["missing", "zero", "X"], outputs: ["whole"] }),
      node({
        operator: "LinearClassifier",
        domain: "ai.onnx.ml",
        inputs: ["whole"],
        outputs: ["label", "probabilities"],
        attributes: {
          coefficients: { floats: [...coefficients.map((weight) => -weight), ...coefficients] },
          intercepts: { floats: [0, 0] },
          multi_class: { int: 1 },
          post_transform: { text: "LOGISTIC" },
          classlabels_ints: { ints: [0, 1] },
        },
      }),
    ],
    inputs: [value({ name: "X", type: "float", shape: [null, names.length] })],
    outputs: [
      value({ name: "label", type: "int64", shape: [null] }),
      value({ name: "probabilities", type: "float", shape: [null, 2] }),
    ],
    initializers: [tensor({ name: "zero", type: "float", shape: [1], values: [0] })],
    metadata: { feature_names: JSON.stringify(names) },
  });
}
