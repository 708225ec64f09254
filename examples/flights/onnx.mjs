// Writes ONNX models: the protobuf messages of onnx.proto (IR version 8) by field number, and the graphs of the two
// kinds of model that train.mjs makes. Specification: https://onnx.ai/onnx/repo-docs/IR.html
//
// Every graph has one float input [rows, 1] for each raw column, named like it, so that no caller needs to know an
// order; and two outputs: `label`, int64 [rows], and `probabilities`, float [rows, 2], for labels 0 and 1.
import protobuf from "protobufjs/minimal.js";

const FLOAT = 1; // TensorProto.DataType
const INT64 = 7;
const IR_VERSION = 8;
const OPSETS = [
  { domain: "", version: 17 },
  { domain: "ai.onnx.ml", version: 3 },
];

const LENGTH_DELIMITED = 2; // protobuf wire types
const VARINT = 0;
const FIXED32 = 5;
const tag = (field, wireType) => (field << 3) | wireType;

/** One protobuf message; every method appends a field and returns the message. */
class Message {
  writer = protobuf.Writer.create();
  string(field, value) {
    this.writer.uint32(tag(field, LENGTH_DELIMITED)).string(value);
    return this;
  }
  integer(field, value) {
    this.writer.uint32(tag(field, VARINT)).int64(value);
    return this;
  }
  float(field, value) {
    this.writer.uint32(tag(field, FIXED32)).float(value);
    return this;
  }
  message(field, value) {
    this.writer.uint32(tag(field, LENGTH_DELIMITED)).bytes(value.bytes());
    return this;
  }
  each(field, values, method) {
    for (const value of values) this[method](field, value);
    return this;
  }
  bytes() {
    return this.writer.finish();
  }
}

/** AttributeProto: the type follows from the value; a list of numbers is of floats when `kind` says so. */
function attribute(name, value, kind = "integers") {
  const message = new Message().string(1, name);
  if (typeof value === "string") return message.string(4, value).integer(20, 3);
  if (typeof value === "number") return message.integer(3, value).integer(20, 2);
  if (typeof value[0] === "string") return message.each(9, value, "string").integer(20, 8);
  if (kind === "floats") return message.each(7, value, "float").integer(20, 6);
  return message.each(8, value, "integer").integer(20, 7);
}

/** NodeProto. */
function node(operator, inputs, outputs, attributes = [], domain = "") {
  const message = new Message().each(1, inputs, "string").each(2, outputs, "string");
  message.string(3, `${operator}:${outputs[0]}`).string(4, operator).each(5, attributes, "message");
  return domain === "" ? message : message.string(7, domain);
}

/** TensorProto of floats. */
function constant(name, shape, values) {
  const message = new Message().each(1, shape, "integer").integer(2, FLOAT);
  return message.each(4, values, "float").string(8, name);
}

/** ValueInfoProto of a tensor; a dimension given as text is a free one. */
function tensor(name, elementType, shape) {
  const shapeMessage = new Message();
  for (const dimension of shape) {
    const message = new Message();
    shapeMessage.message(
      1,
      typeof dimension === "string" ? message.string(2, dimension) : message.integer(1, dimension),
    );
  }
  const type = new Message().integer(1, elementType).message(2, shapeMessage);
  return new Message().string(1, name).message(2, new Message().message(1, type));
}

/** Raw columns to one matrix [rows, features]. A feature is a column, or `a/b`: one column divided by another. */
function featureNodes(features) {
  const ratios = features.filter((feature) => feature.includes("/"));
  return [
    ...ratios.map((ratio) => node("Div", ratio.split("/"), [ratio])),
    node("Concat", features, ["features"], [attribute("axis", 1)]),
  ];
}

/** Log-odds [rows, 1] to the two outputs. */
const outputNodes = [
  node("Sigmoid", ["log_odds"], ["late"]),
  node("Sub", ["one", "late"], ["on_time"]),
  node("Concat", ["on_time", "late"], ["probabilities"], [attribute("axis", 1)]),
  node("ArgMax", ["probabilities"], ["label"], [attribute("axis", 1), attribute("keepdims", 0)]),
];

function treeNodes(model) {
  const nodes = model.trees.flatMap((tree, treeId) => tree.map((entry, nodeId) => ({ ...entry, treeId, nodeId })));
  const leaves = nodes.filter((entry) => entry.left === -1);
  const isLeaf = (entry) => entry.left === -1;
  const attributes = [
    attribute("n_targets", 1),
    attribute("base_values", [model.base], "floats"),
    attribute(
      "nodes_treeids",
      nodes.map((entry) => entry.treeId),
    ),
    attribute(
      "nodes_nodeids",
      nodes.map((entry) => entry.nodeId),
    ),
    attribute(
      "nodes_featureids",
      nodes.map((entry) => entry.feature),
    ),
    attribute(
      "nodes_modes",
      nodes.map((entry) => (isLeaf(entry) ? "LEAF" : "BRANCH_LEQ")),
    ),
    attribute(
      "nodes_values",
      nodes.map((entry) => entry.threshold),
      "floats",
    ),
    attribute(
      "nodes_truenodeids",
      nodes.map((entry) => (isLeaf(entry) ? 0 : entry.left)),
    ),
    attribute(
      "nodes_falsenodeids",
      nodes.map((entry) => (isLeaf(entry) ? 0 : entry.right)),
    ),
    attribute(
      "target_treeids",
      leaves.map((entry) => entry.treeId),
    ),
    attribute(
      "target_nodeids",
      leaves.map((entry) => entry.nodeId),
    ),
    attribute(
      "target_ids",
      leaves.map(() => 0),
    ),
    attribute(
      "target_weights",
      leaves.map((entry) => entry.value),
      "floats",
    ),
    attribute("post_transform", "NONE"),
    attribute("aggregate_function", "SUM"),
  ];
  return [node("TreeEnsembleRegressor", ["features"], ["log_odds"], attributes, "ai.onnx.ml")];
}

const linearNodes = [
  node("MatMul", ["features", "weights"], ["weighted"]),
  node("Add", ["weighted", "intercept"], ["log_odds"]),
];

/** The model's bytes. `metadata` is kept in the file as text; nothing in it may change from run to run. */
export function toOnnx(model, features, metadata) {
  const columns = [...new Set(features.flatMap((feature) => feature.split("/")))];
  const linear = model.kind === "linear";
  const graph = new Message()
    .each(1, [...featureNodes(features), ...(linear ? linearNodes : treeNodes(model)), ...outputNodes], "message")
    .string(2, "flight-delay")
    .message(5, constant("one", [1], [1]));
  if (linear) {
    graph.message(5, constant("weights", [features.length, 1], model.weights));
    graph.message(5, constant("intercept", [1], [model.intercept]));
  }
  graph.each(
    11,
    columns.map((column) => tensor(column, FLOAT, ["rows", 1])),
    "message",
  );
  graph.message(12, tensor("label", INT64, ["rows"])).message(12, tensor("probabilities", FLOAT, ["rows", 2]));
  const file = new Message().integer(1, IR_VERSION).string(2, "examples/flights/train.mjs").message(7, graph);
  for (const { domain, version } of OPSETS) file.message(8, new Message().string(1, domain).integer(2, version));
  for (const [key, value] of Object.entries(metadata)) {
    file.message(14, new Message().string(1, key).string(2, String(value)));
  }
  return file.bytes();
}
