import { configurationError } from "../../kernel/error.ts";

const maxKept = 2 ** 25;
const keptOverhead = 64;

export interface TensorType {
  type: string;
  shape: (number | null)[];
  tensor: boolean;
}

export interface GraphValue {
  readonly name: string;
  readonly type: TensorType;
}

/** Everything gathered from one model, filled while its bytes pass by. */
export interface Gathered {
  readonly file: string;
  irVersion: number | undefined;
  graphs: number;
  nodes: number;
  depth: number;
  producer: { name: string; version: string };
  readonly opsets: { domain: string; version: number }[];
  readonly metadata: Map<string, string>;
  readonly inputs: GraphValue[];
  readonly outputs: GraphValue[];
  readonly initializers: Set<string>;
  initializerBytes: number;
  /** Names of the model's own functions by domain. */
  readonly functions: Map<string, Set<string>>;
  /** The operators that nodes call, by domain. */
  readonly operators: Map<string, Set<string>>;
  /** Of nodes of the main graph that turn categories into numbers: the value they read, and the categories they know. */
  readonly encoders: { readonly input: string; readonly categories: ReadonlySet<string> }[];
  /** Of nodes of the main graph that hand a value on as it is: their output, and what it is. */
  readonly handedOn: Map<string, string>;
  /** Where tensors say that their data lies. */
  readonly external: { tensor: string; location: string }[];
  /** About how many bytes of memory all this takes. */
  kept: number;
}

export function nothingGathered(file: string): Gathered {
  return {
    file,
    irVersion: undefined,
    graphs: 0,
    nodes: 0,
    depth: 0,
    producer: { name: "", version: "" },
    opsets: [],
    metadata: new Map(),
    inputs: [],
    outputs: [],
    initializers: new Set(),
    initializerBytes: 0,
    functions: new Map(),
    operators: new Map(),
    encoders: [],
    handedOn: new Map(),
    external: [],
    kept: 0,
  };
}

/** What is kept grows with the file; a bound keeps a hostile one from taking more than a share of its size. */
export function keep(into: Gathered, characters: number): void {
  into.kept += keptOverhead + characters;
  if (into.kept <= maxKept) return;
  throw configurationError(
    "TH_MODEL_TOO_LARGE",
    `${into.file} names too many tensors, operators or dimensions`,
    "give a model with fewer of them: simplify the graph, or merge constants",
    { file: into.file },
  );
}

export function addName(into: Gathered, names: Set<string>, name: string): void {
  if (names.has(name)) return;
  keep(into, name.length);
  names.add(name);
}

/** Operators and functions by domain; the default domain has two names. */
export function addOperator(into: Gathered, domains: Map<string, Set<string>>, domain: string, operator: string): void {
  const name = domain === "ai.onnx" ? "" : domain;
  let operators = domains.get(name);
  if (operators === undefined) {
    keep(into, name.length);
    operators = new Set();
    domains.set(name, operators);
  }
  addName(into, operators, operator);
}
