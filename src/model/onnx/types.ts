import { configurationError } from "../../kernel/error.ts";
import { type Gathered, keep, type TensorType } from "./gathered.ts";
import { type FieldRule, integer, type MessageRule, message } from "./wire.ts";

const maxTypeDepth = 16;

/** Writes a ValueInfoProto's type into `type` as it passes by. */
export function valueTypeRule(into: Gathered, type: TensorType): MessageRule {
  return typeRule(into, type, 1);
}

/** ONNX element types by number (TensorProto.DataType), in lower case. */
const elementTypes = (
  "undefined float uint8 int8 uint16 int16 int32 int64 string bool float16 double uint32 uint64 complex64 complex128 bfloat16 " +
  "float8e4m3fn float8e4m3fnuz float8e5m2 float8e5m2fnuz uint4 int4 float4e2m1"
).split(" ");

function elementType(number: number): string {
  return elementTypes[number] ?? `type ${number}`;
}

/** Writes the type into `type` as it passes by: tensors with their shape, anything else as `seq(…)`, `map(…, …)`, `optional(…)`. */
function typeRule(into: Gathered, type: TensorType, depth: number): MessageRule {
  if (depth > maxTypeDepth) {
    throw configurationError(
      "TH_MODEL_NESTING",
      `${into.file} declares a type nested more than ${maxTypeDepth} deep`,
      "give the model's outputs plain tensor types",
      { file: into.file },
    );
  }
  const inner = (wrap: (name: string) => string): FieldRule =>
    message(() => {
      const element: TensorType = { type: "unknown", shape: [], tensor: false };
      const set = () => Object.assign(type, { type: wrap(element.type), tensor: false });
      return { fields: { 1: message(() => typeRule(into, element, depth + 1)) }, close: set };
    });
  return {
    fields: {
      1: message(() => {
        type.tensor = true;
        return tensorTypeRule(into, type);
      }),
      4: inner((element) => `seq(${element})`),
      5: message(() => mapTypeRule(into, type, depth)),
      8: message(() => {
        const element: TensorType = { type: "unknown", shape: [], tensor: false };
        const close = () => Object.assign(type, { type: `sparse(${element.type})`, tensor: false });
        return { ...tensorTypeRule(into, element), close };
      }),
      9: inner((element) => `optional(${element})`),
    },
  };
}

function mapTypeRule(into: Gathered, type: TensorType, depth: number): MessageRule {
  let key = "unknown";
  const element: TensorType = { type: "unknown", shape: [], tensor: false };
  return {
    fields: {
      1: integer((number) => {
        key = elementType(number);
      }),
      2: message(() => typeRule(into, element, depth + 1)),
    },
    close: () => Object.assign(type, { type: `map(${key}, ${element.type})`, tensor: false }),
  };
}

function tensorTypeRule(into: Gathered, type: TensorType): MessageRule {
  return {
    fields: {
      1: integer((number) => {
        type.type = elementType(number);
      }),
      2: message(() => ({
        fields: {
          1: message(() => {
            let size: number | null = null;
            const setSize = integer((value) => {
              size = value >= 0 ? value : null;
            });
            const close = () => {
              keep(into, 0);
              type.shape.push(size);
            };
            return { fields: { 1: setSize }, close };
          }),
        },
      })),
    },
  };
}
