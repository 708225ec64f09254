import { configurationError } from "../../kernel/error.ts";
import { addName, addOperator, type Gathered, type GraphValue, keep, type TensorType } from "./gathered.ts";
import { valueTypeRule } from "./types.ts";
import { integer, type MessageRule, message, text } from "./wire.ts";

/**
 * Which fields of the ONNX messages are looked at, by their numbers in onnx.proto3 (github.com/onnx/onnx, IR version 13), and what they are
 * gathered into. Messages that hold a graph are followed everywhere they may stand: a node can hide in a function, an attribute or the
 * training information.
 */

/** A graph within a graph (the body of If, Loop or Scan) more than this deep is refused. */
const maxGraphDepth = 16;
const metadataLimit = 65_536;

export function modelRule(into: Gathered): MessageRule {
  return {
    fields: {
      1: integer((version) => {
        into.irVersion = version;
      }),
      2: text((name) => {
        into.producer = { ...into.producer, name };
      }),
      3: text((version) => {
        into.producer = { ...into.producer, version };
      }),
      7: message(() => {
        into.graphs += 1;
        return graphRule(into, 1, true);
      }),
      8: message(() => opsetRule(into)),
      14: message(() => metadataRule(into)),
      20: message(() => ({
        fields: { 1: message(() => graphRule(into, 1, false)), 2: message(() => graphRule(into, 1, false)) },
      })),
      25: message(() => functionRule(into)),
    },
  };
}

function opsetRule(into: Gathered): MessageRule {
  const opset = { domain: "", version: 0 };
  return {
    fields: {
      1: text((domain) => {
        opset.domain = domain;
      }),
      2: integer((version) => {
        opset.version = version;
      }),
    },
    close: () => {
      keep(into, opset.domain.length);
      into.opsets.push(opset);
    },
  };
}

function metadataRule(into: Gathered): MessageRule {
  let key = "";
  let value: string | undefined = "";
  return {
    fields: {
      1: text((name) => {
        key = name;
      }),
      2: {
        kind: "text",
        limit: metadataLimit,
        set: (content) => {
          value = content;
        },
      },
    },
    close: () => {
      if (value === undefined) return;
      keep(into, key.length + value.length);
      into.metadata.set(key, value);
    },
  };
}

function functionRule(into: Gathered): MessageRule {
  let name = "";
  let domain = "";
  return {
    fields: {
      1: text((value) => {
        name = value;
      }),
      7: message(() => nodeRule(into, 1)),
      10: text((value) => {
        domain = value;
      }),
      11: message(() => attributeRule(into, 1)),
    },
    close: () => addOperator(into, into.functions, domain, name),
  };
}

function graphRule(into: Gathered, depth: number, main: boolean): MessageRule {
  if (depth > maxGraphDepth) {
    throw configurationError(
      "TH_MODEL_NESTING",
      `${into.file} nests graphs more than ${maxGraphDepth} deep`,
      "flatten the model's If, Loop and Scan bodies",
      { file: into.file },
    );
  }
  into.depth = Math.max(into.depth, depth);
  const values = (list: GraphValue[]) => message(() => valueRule(into, (value) => list.push(value)));
  return {
    fields: {
      1: message(() => nodeRule(into, depth, main)),
      5: message((bytes) => initializerRule(into, bytes, main)),
      15: message((bytes) => sparseRule(into, bytes, main)),
      ...(main ? { 11: values(into.inputs), 12: values(into.outputs) } : {}),
    },
  };
}

/** Operators that know categories by their texts, and those that hand a column on. */
const encoding: ReadonlySet<string> = new Set(["OneHotEncoder", "LabelEncoder", "CategoryMapper"]);
const handing: ReadonlySet<string> = new Set(["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze"]);
const categoryLists: ReadonlySet<string> = new Set(["cats_strings", "keys_strings"]);

function nodeRule(into: Gathered, depth: number, main = false): MessageRule {
  let operator = "";
  let domain = "";
  let [input, output]: (string | undefined)[] = [];
  const categories = new Set<string>();
  return {
    fields: {
      ...(main
        ? {
            1: text((name) => {
              input ??= name;
            }),
            2: text((name) => {
              output ??= name;
            }),
          }
        : {}),
      4: text((value) => {
        operator = value;
      }),
      5: message(() => attributeRule(into, depth, main && encoding.has(operator) ? categories : undefined)),
      7: text((value) => {
        domain = value;
      }),
    },
    close: () => {
      into.nodes += 1;
      addOperator(into, into.operators, domain, operator);
      if (input === undefined || output === undefined) return;
      if (categories.size > 0) into.encoders.push({ input, categories });
      if (handing.has(operator)) {
        keep(into, input.length + output.length);
        into.handedOn.set(output, input);
      }
    },
  };
}

/** `categories`: where lists of them go, of a node that may have some; the texts of others are never held. */
function attributeRule(into: Gathered, depth: number, categories?: Set<string>): MessageRule {
  const tensor = message(() => tensorRule(into, () => undefined));
  const sparse = message(() => sparseTensorRule(into, () => undefined));
  const graph = message(() => graphRule(into, depth + 1, false));
  const fields = { 5: tensor, 6: graph, 10: tensor, 11: graph, 22: sparse, 23: sparse };
  if (categories === undefined) return { fields };
  let name = "";
  return {
    fields: {
      ...fields,
      1: text((value) => {
        name = value;
      }),
      9: text((value) => {
        if (categoryLists.has(name)) addName(into, categories, value);
      }),
    },
  };
}

function initializerRule(into: Gathered, bytes: number, main: boolean): MessageRule {
  into.initializerBytes += bytes;
  return tensorRule(into, (name) => {
    if (main) addName(into, into.initializers, name);
  });
}

function sparseRule(into: Gathered, bytes: number, main: boolean): MessageRule {
  into.initializerBytes += bytes;
  return sparseTensorRule(into, (name) => {
    if (main) addName(into, into.initializers, name);
  });
}

function sparseTensorRule(into: Gathered, named: (name: string) => void): MessageRule {
  return {
    fields: { 1: message(() => tensorRule(into, named)), 2: message(() => tensorRule(into, () => undefined)) },
  };
}

function tensorRule(into: Gathered, named: (name: string) => void): MessageRule {
  let name = "";
  let location: string | undefined;
  return {
    fields: {
      8: text((value) => {
        name = value;
      }),
      13: message(() =>
        externalRule((key, value) => {
          location = key === "location" ? value : (location ?? "");
        }),
      ),
      // An enumeration is read modulo 2^32 by protobuf; 1 is EXTERNAL.
      14: integer((place) => {
        if (place % 2 ** 32 === 1) location ??= "";
      }),
    },
    close: () => {
      named(name);
      if (location !== undefined && into.external.length < 16) into.external.push({ tensor: name, location });
    },
  };
}

function externalRule(found: (key: string, value: string) => void): MessageRule {
  let key = "";
  let content = "";
  return {
    fields: {
      1: text((value) => {
        key = value;
      }),
      2: text((value) => {
        content = value;
      }),
    },
    close: () => found(key, content),
  };
}

function valueRule(into: Gathered, done: (value: GraphValue) => void): MessageRule {
  let name = "";
  const type: TensorType = { type: "unknown", shape: [], tensor: false };
  return {
    fields: {
      1: text((value) => {
        name = value;
      }),
      2: message(() => valueTypeRule(into, type)),
    },
    close: () => {
      keep(into, name.length);
      done({ name, type });
    },
  };
}
