import { link, mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type Attribute,
  type Bytes,
  type GraphSpec,
  graph,
  localFunction,
  logisticRegression,
  type ModelSpec,
  memoryBomb,
  model,
  namedValue,
  nestedGraphs,
  node,
  sparseTensor,
  tensor,
  timeBomb,
  trainingModel,
  value,
} from "./onnx-models.ts";

/** A model that must be refused: what it is, how it comes onto the disk, and which refusals are right for it. */
export interface HostileModel {
  readonly what: string;
  readonly code: RegExp;
  /** Only limits stop it: its bytes are those of a model. */
  readonly bomb?: true;
  /** Writes it into a fresh folder; gives its path. */
  write(folder: string): Promise<string>;
}

const floatIn = value({ name: "x", type: "float", shape: [null, 1] });
const floatOut = value({ name: "y", type: "float", shape: [null, 1] });
const oneColumn = { inputs: [floatIn], outputs: [floatOut] };
const good = logisticRegression({ weights: { age: 0.5, income: -1 }, form: "matrix" });

function bytes(what: string, code: RegExp, content: Uint8Array, name = "model.onnx"): HostileModel {
  return {
    what,
    code,
    write: async (folder) => {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      return path;
    },
  };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

const externalCode = /^TH_MODEL_EXTERNAL_DATA$/;

function external(location: string): Bytes {
  return tensor({
    name: "w",
    type: "float",
    shape: [4],
    values: [],
    external: { location, offset: "0", length: "16" },
  });
}

function constant(data: Bytes): Bytes {
  return node({ operator: "Constant", outputs: ["w"], attributes: { value: { tensor: data } } });
}

function branch(inner: GraphSpec): Bytes {
  const attributes: Record<string, Attribute> = {
    then_branch: { graph: graph(inner) },
    else_branch: { graph: graph(inner) },
  };
  return node({ operator: "If", inputs: ["c"], outputs: ["y"], attributes });
}

/** Adds to the one column, so that what the initializers hold would be read. */
function adding(parts: Partial<ModelSpec>): Bytes {
  return model({ nodes: [node({ operator: "Add", inputs: ["x", "w"], outputs: ["y"] })], ...oneColumn, ...parts });
}

/** A model beside a file `weights.bin` that is a link to what no model may read. */
function linked(what: string, make: (secret: string, path: string) => Promise<void>): HostileModel {
  return {
    what,
    code: externalCode,
    write: async (folder) => {
      const secret = join(folder, "secret");
      await writeFile(secret, new Uint8Array(16));
      await mkdir(join(folder, "out"));
      await make(secret, join(folder, "out/weights.bin"));
      await writeFile(join(folder, "out/model.onnx"), adding({ initializers: [external("weights.bin")] }));
      return join(folder, "out/model.onnx");
    },
  };
}

const locations = [
  "weights.bin",
  "../weights.bin",
  "a/../../weights.bin",
  "/etc/passwd",
  "file:///etc/passwd",
  "https://example.org/weights.bin",
  "C:\\weights.bin",
  "",
];

function externalData(): readonly HostileModel[] {
  const hidden = external("../secret");
  return [
    ...locations.map((location) =>
      bytes(`external data at "${location}"`, externalCode, adding({ initializers: [external(location)] })),
    ),
    linked("external data that is a symbolic link out of the folder", symlink),
    linked("external data that is a hard link to another file", link),
    bytes("external data in a constant", externalCode, adding({ nodes: [constant(hidden)] })),
    bytes("external data in a branch", externalCode, adding({ nodes: [branch({ nodes: [constant(hidden)] })] })),
    bytes(
      "external data in a branch's initializer",
      externalCode,
      adding({ nodes: [branch({ nodes: [], initializers: [hidden] })] }),
    ),
    bytes(
      "external data in a function",
      externalCode,
      model({ nodes: [], functions: [localFunction("acme", "F", [constant(hidden)])] }),
    ),
    bytes("external data in a sparse tensor", externalCode, adding({ sparse: [sparseTensor(hidden)] })),
    bytes("external data in the training's graph", externalCode, trainingModel({ nodes: [constant(hidden)] })),
  ];
}

function operators(): readonly HostileModel[] {
  const code = /^TH_MODEL_OPERATOR_DOMAIN$/;
  const foreign = (domain: string, operator: string) => node({ operator, domain, inputs: ["x"], outputs: ["y"] });
  const calling = (domain: string, operator: string) => model({ nodes: [foreign(domain, operator)], ...oneColumn });
  return [
    ...(
      [
        ["evil.example", "Run"],
        ["ai.onnx.contrib", "PyOp"],
        ["com.microsoft.nchwc", "Conv"],
        ["ai.onnx.preview.training", "Adam"],
        ["com.microsoft", "EPContext"],
        ["evil\n\u001b[31m", "Red\u0000"],
      ] as const
    ).map(([domain, operator]) =>
      bytes(`the operator ${JSON.stringify(`${domain}:${operator}`)}`, code, calling(domain, operator)),
    ),
    bytes(
      "a foreign operator in a branch",
      code,
      model({ nodes: [branch({ nodes: [foreign("evil", "Run")] })], ...oneColumn }),
    ),
    bytes(
      "a foreign operator in a function",
      code,
      model({ nodes: [], functions: [localFunction("acme", "F", [foreign("evil", "Run")])], ...oneColumn }),
    ),
    bytes("a function that nobody defines", code, calling("acme", "Missing")),
  ];
}

function shape(name: string, sizes: readonly number[]): Bytes {
  return tensor({ name, type: "int64", shape: [sizes.length], values: sizes });
}

/** A model that makes a large tensor of its own accord, and lets one number of it into the answer. */
function growing(nodes: readonly Bytes[], initializers: readonly Bytes[], opset = 17): Bytes {
  const sum = node({ operator: "ReduceMax", inputs: ["big"], outputs: ["most"], attributes: { keepdims: { int: 0 } } });
  const add = node({ operator: "Add", inputs: ["x", "most"], outputs: ["y"] });
  return model({ nodes: [...nodes, sum, add], ...oneColumn, initializers, opsets: { "": opset } });
}

const half = 2 ** 29;

/** Each takes gigabytes, of a file of some hundred bytes. What depends on the rows (`x`) cannot be computed while the model is opened. */
const memoryBombs: Readonly<Record<string, Bytes>> = {
  ConstantOfShape: memoryBomb(1e9),
  "ConstantOfShape within the default limit": memoryBomb(2 ** 27),
  Expand: growing([node({ operator: "Expand", inputs: ["x", "s"], outputs: ["big"] })], [shape("s", [1, half])]),
  Tile: growing([node({ operator: "Tile", inputs: ["x", "s"], outputs: ["big"] })], [shape("s", [1, half])]),
  Pad: growing([node({ operator: "Pad", inputs: ["x", "s"], outputs: ["big"] })], [shape("s", [0, 0, 0, half])]),
  Range: growing(
    [
      node({ operator: "Range", inputs: ["a", "b", "c"], outputs: ["long"] }),
      node({ operator: "Cast", inputs: ["long"], outputs: ["big"], attributes: { to: { int: 1 } } }),
    ],
    [
      tensor({ name: "a", type: "int64", shape: [], values: [0] }),
      tensor({ name: "b", type: "int64", shape: [], values: [half] }),
      tensor({ name: "c", type: "int64", shape: [], values: [1] }),
    ],
  ),
  "an outer product": growing(
    [
      node({ operator: "ConstantOfShape", inputs: ["tall"], outputs: ["one"] }),
      node({ operator: "ConstantOfShape", inputs: ["wide"], outputs: ["other"] }),
      node({ operator: "MatMul", inputs: ["one", "other"], outputs: ["big"] }),
    ],
    [shape("tall", [60_000, 1]), shape("wide", [1, 60_000])],
  ),
  RandomNormal: growing(
    [node({ operator: "RandomNormal", outputs: ["big"], attributes: { shape: { ints: [half] } } })],
    [],
  ),
  OneHot: growing(
    [
      node({ operator: "Cast", inputs: ["x"], outputs: ["at"], attributes: { to: { int: 7 } } }),
      node({ operator: "OneHot", inputs: ["at", "depth", "values"], outputs: ["big"] }),
    ],
    [
      tensor({ name: "depth", type: "int64", shape: [], values: [half] }),
      tensor({ name: "values", type: "float", shape: [2], values: [0, 1] }),
    ],
  ),
  Resize: growing(
    [
      node({
        operator: "Resize",
        inputs: ["x", "", "", "s"],
        outputs: ["big"],
        attributes: { mode: { text: "nearest" } },
      }),
    ],
    [shape("s", [1, half])],
  ),
  "a loop that doubles": growing(
    [doubling()],
    [
      tensor({ name: "turns", type: "int64", shape: [], values: [40] }),
      tensor({ name: "always", type: "bool", shape: [], values: [1] }),
    ],
  ),
  "functions that call each other ten times each": laughs(9),
};

/** A Loop whose value is laid beside itself in every turn. */
function doubling(): Bytes {
  const body = graph({
    nodes: [
      node({ operator: "Identity", inputs: ["go"], outputs: ["go_on"] }),
      node({ operator: "Concat", inputs: ["held", "held"], outputs: ["held_on"], attributes: { axis: { int: 1 } } }),
    ],
    inputs: [
      value({ name: "turn", type: "int64", shape: [] }),
      value({ name: "go", type: "bool", shape: [] }),
      value({ name: "held", type: "float", shape: [null, null] }),
    ],
    outputs: [
      value({ name: "go_on", type: "bool", shape: [] }),
      value({ name: "held_on", type: "float", shape: [null, null] }),
    ],
  });
  return node({
    operator: "Loop",
    inputs: ["turns", "always", "x"],
    outputs: ["big"],
    attributes: { body: { graph: body } },
  });
}

/** Each level calls the next ten times: 10^levels nodes once they are written out. */
function laughs(levels: number): Bytes {
  const call = (name: string, from: string, to: string) =>
    node({ operator: name, domain: "acme", inputs: [from], outputs: [to] });
  const functions = Array.from({ length: levels }, (_, level) => {
    const next = `F${level + 1}`;
    const steps = Array.from({ length: 10 }, (_, at) => {
      const [from, to] = [at === 0 ? "x" : `t${at}`, at === 9 ? "y" : `t${at + 1}`];
      return level === levels - 1 ? node({ operator: "Neg", inputs: [from], outputs: [to] }) : call(next, from, to);
    });
    return localFunction("acme", `F${level}`, steps, { "": 17, acme: 1 });
  });
  return model({ nodes: [call("F0", "x", "y")], ...oneColumn, functions, opsets: { "": 17, acme: 1 } });
}

/** A function that calls itself. */
function recursion(): Bytes {
  const call = node({ operator: "F", domain: "acme", inputs: ["x"], outputs: ["y"] });
  const itself = localFunction("acme", "F", [call], { "": 17, acme: 1 });
  return model({ nodes: [call], ...oneColumn, functions: [itself], opsets: { "": 17, acme: 1 } });
}

/** A tree whose only branch leads back to itself. */
function circularTree(): Bytes {
  const attributes: Record<string, Attribute> = {
    n_targets: { int: 1 },
    nodes_treeids: { ints: [0, 0] },
    nodes_nodeids: { ints: [0, 1] },
    nodes_featureids: { ints: [0, 0] },
    nodes_modes: { texts: ["BRANCH_LEQ", "LEAF"] },
    nodes_values: { floats: [1e30, 0] },
    nodes_truenodeids: { ints: [0, 0] },
    nodes_falsenodeids: { ints: [1, 0] },
    target_treeids: { ints: [0] },
    target_nodeids: { ints: [1] },
    target_ids: { ints: [0] },
    target_weights: { floats: [1] },
  };
  return model({
    nodes: [
      node({ operator: "TreeEnsembleRegressor", domain: "ai.onnx.ml", inputs: ["x"], outputs: ["y"], attributes }),
    ],
    ...oneColumn,
  });
}

function claims(what: string, sizes: readonly number[]): HostileModel {
  const empty = tensor({ name: "w", type: "float", shape: sizes, values: [1] });
  return bytes(
    `an initializer that claims ${what}`,
    /^TH_MODEL_(UNLOADABLE|LIMIT)$/,
    adding({ initializers: [empty] }),
  );
}

function bombs(): readonly HostileModel[] {
  const limit = /^TH_MODEL_(LIMIT|UNLOADABLE|CRASH|RUN)$/;
  const all: readonly HostileModel[] = [
    ...Object.entries(memoryBombs).map(([what, content]) => bytes(`a bomb of memory: ${what}`, limit, content)),
    bytes("a bomb of time: a loop without an end", limit, timeBomb(2 ** 52)),
    bytes("a bomb of time: a tree that leads back to itself", limit, circularTree()),
    bytes("a function that calls itself", limit, recursion()),
    claims("2^40 numbers", [2 ** 40]),
    claims("2^62 numbers in several dimensions", [2 ** 31, 2 ** 31]),
    claims("a negative size", [-1]),
  ];
  return all.map((one) => ({ ...one, bomb: true as const }));
}

function nesting(): readonly HostileModel[] {
  const sequences = (depth: number): Bytes => {
    let type = Uint8Array.of(0x0a, 0x02, 0x08, 0x01);
    for (let level = 0; level < depth; level++) {
      const inner = Uint8Array.of(0x0a, ...length(type.length), ...type);
      type = Uint8Array.of(0x22, ...length(inner.length), ...inner);
    }
    return namedValue("y", type);
  };
  const code = /^TH_MODEL_NESTING$/;
  return [
    bytes("graphs nested seventeen deep", code, nestedGraphs(17)),
    bytes("graphs nested four hundred deep", /^TH_MODEL_(NESTING|SYNTAX)$/, nestedGraphs(400)),
    bytes(
      "graphs nested deep in a function",
      code,
      model({ nodes: [], functions: [localFunction("acme", "F", [deepBranch(20)])] }),
    ),
    bytes("types nested a hundred deep", code, model({ nodes: [], inputs: [floatIn], outputs: [sequences(100)] })),
  ];
}

function deepBranch(depth: number): Bytes {
  let inner = node({ operator: "Identity", inputs: ["x"], outputs: ["y"] });
  for (let level = 0; level < depth; level++) inner = branch({ nodes: [inner] });
  return inner;
}

/** A length as protobuf writes it. */
function length(size: number): readonly number[] {
  return size < 128 ? [size] : [(size & 127) | 128, ...length(size >> 7)];
}

function damaged(): readonly HostileModel[] {
  const code = /^TH_MODEL_(SYNTAX|NOT_ONNX)$/;
  const cuts = [1, 2, 3, 8, 12, 40, Math.floor(good.length / 2), good.length - 30, good.length - 2, good.length - 1];
  const graphTag = good.indexOf(0x3a);
  const flipped = (at: number, bit: number) => good.map((byte, place) => (place === at ? byte ^ (1 << bit) : byte));
  return [
    ...cuts.map((size) => bytes(`a model cut after ${size} bytes`, code, good.subarray(0, size))),
    bytes("a model with a flipped bit in the graph's tag", code, flipped(graphTag, 0)),
    bytes("a model with the graph under another number", code, flipped(graphTag, 3)),
    bytes("a model with a flipped bit in the graph's length", code, flipped(graphTag + 1, 1)),
    bytes("a model with a flipped bit in the first tag", code, flipped(0, 1)),
    bytes("a model with bytes after its end", code, Uint8Array.of(...good, 0xff, 0xff)),
    bytes("a model with a zip archive after its end", code, Uint8Array.of(...good, ...ascii("PK\u0003\u0004"))),
    bytes("a length of 2^63", code, Uint8Array.of(8, 8, 0x3a, ...Array<number>(8).fill(0xff), 0x7f, 1)),
    bytes("a number of eleven bytes", code, Uint8Array.of(8, ...Array<number>(11).fill(0xff), 1)),
    bytes("a group, which protobuf no longer has", code, Uint8Array.of(8, 8, 0x0b, 0x0c)),
    bytes("a message without a graph", code, Uint8Array.of(8, 8)),
    bytes("two thousand zero bytes", code, new Uint8Array(2000)),
    {
      what: "a file of three gigabytes, of nothing",
      code: /^TH_MODEL_(TOO_LARGE|NOT_ONNX)$/,
      write: async (folder) => {
        const path = join(folder, "model.onnx");
        await writeFile(path, good);
        await truncate(path, 3 * 2 ** 30);
        return path;
      },
    },
  ];
}

/** Runs a program when it is opened: `cos\nsystem` of protocol 0, `__reduce__` of the later ones. */
const evilCall = "cposix\nsystem\n(S'touch /tmp/owned'\ntR.";

function otherFormats(): readonly HostileModel[] {
  const code = /^TH_MODEL_(NOT_ONNX|SYNTAX)$/;
  const foreign: Readonly<Record<string, readonly [name: string, content: Uint8Array]>> = {
    "a pickle of protocol 0 that runs a program": ["model.pkl", ascii(evilCall)],
    "a pickle of protocol 2 that runs a program": ["model.pkl", ascii(`\u0080\u0002${evilCall}`)],
    "a pickle of protocol 4 that calls itself ONNX": [
      "model.onnx",
      ascii("\u0080\u0004\u0095\u001a\0\0\0\0\0\0\0\u008c\u0005posix\u0094."),
    ],
    "a pickle of protocol 5": ["model.pkl", ascii("\u0080\u0005\u0095\u001a\0\0\0\0\0\0\0}\u0094.")],
    "joblib with zlib": ["model.joblib", Uint8Array.of(0x78, 0x9c, 1, 2, 3, 4)],
    "joblib with gzip": ["model.joblib", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0)],
    "a PyTorch archive": ["model.pt", ascii(`PK\u0003\u0004\u0000\u0000archive/data.pkl\u0080\u0002${evilCall}`)],
    "a Keras archive": ["model.keras", ascii("PK\u0003\u0004\u0014\u0000metadata.json")],
    "HDF5, as older Keras writes": ["model.h5", ascii("\u0089HDF\r\n\u001a\n\0\0\0\0")],
    "NumPy's archive": ["model.npz", ascii("PK\u0003\u0004-\u0000weights.npy")],
    safetensors: ["model.safetensors", ascii('\u0040\0\0\0\0\0\0\0{"w":{"dtype":"F32"}}')],
    "TensorFlow Lite": ["model.tflite", ascii("\u001c\0\0\0TFL3\u0014\0")],
    "the format of onnxruntime": ["model.ort", ascii("\u001c\0\0\0ORTM\u0014\0")],
    "XGBoost in JSON": ["model.json", ascii('{"learner":{"attributes":{}}}')],
    "LightGBM in text": ["model.txt", ascii("tree\nversion=v4\nnum_class=1\n")],
    GGUF: ["model.gguf", ascii("GGUF\u0003\0\0\0")],
    "a program": ["model.onnx", ascii("\u007fELF\u0002\u0001\u0001\0")],
    "a pointer of Git LFS": ["model.onnx", ascii("version https://git-lfs.github.com/spec/v1\noid sha256:aa\n")],
    "a web page": ["model.onnx", ascii("<!DOCTYPE html><title>404</title>")],
  };
  return [
    ...Object.entries(foreign).map(([what, [name, content]]) => bytes(what, code, content, name)),
    bytes("an empty file", /^TH_MODEL_(EMPTY|NOT_ONNX)$/, new Uint8Array(0)),
    {
      what: "a folder that holds a model",
      code,
      write: async (folder) => dirname(await bytes("", code, good, "model/model.onnx").write(folder)),
    },
    {
      what: "a folder with a link to the whole disk",
      code,
      write: async (folder) => {
        await mkdir(join(folder, "model"));
        await symlink("/", join(folder, "model/data"));
        return join(folder, "model");
      },
    },
    {
      what: "a link to a device without an end",
      code: /^TH_MODEL_NOT_ONNX$/,
      write: async (folder) => {
        await symlink("/dev/zero", join(folder, "model.onnx"));
        return join(folder, "model.onnx");
      },
    },
    {
      what: "a link that leads nowhere",
      code: /^TH_MODEL_MISSING$/,
      write: async (folder) => {
        await symlink("nowhere", join(folder, "model.onnx"));
        return join(folder, "model.onnx");
      },
    },
    bytes("outputs that no table has", /^TH_MODEL_(OUTPUT|INPUT)$/, cube()),
  ];
}

/** One number in, a cube of them out. */
function cube(): Bytes {
  return model({
    nodes: [node({ operator: "Identity", inputs: ["x"], outputs: ["y"] })],
    inputs: [value({ name: "x", type: "float", shape: [null, 1, 1, 1] })],
    outputs: [value({ name: "y", type: "float", shape: [null, 1, 1, 1] })],
  });
}

/** All of them, by what they are. */
export function hostileModels(): readonly HostileModel[] {
  return [...externalData(), ...operators(), ...nesting(), ...damaged(), ...otherFormats(), ...bombs()];
}
