import { refuses } from "../support/bad-inputs-suite.ts";

/** What a person gets wrong about a rollout, and what is said about it. */

const plan = (text: string) => ({ plan: text });

refuses("canary-deploy", [
  {
    what: "a negative weight",
    given: plan("[{ set-weight: -5 }, { analysis: 1m }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 1"],
  },
  {
    what: "a weight above 100",
    given: plan("[{ set-weight: 101 }, { analysis: 1m }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 1"],
  },
  {
    what: "a fraction of a percent",
    given: plan("[{ set-weight: 0.5 }, { analysis: 1m }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 1"],
  },
  {
    what: "a weight that is text",
    given: plan("[{ set-weight: five }]"),
    says: ["TH_INPUT_VALUE at input plan: plan at 0.set-weight", "fix: write a number"],
  },
  {
    what: "a step that nobody knows",
    given: plan("[{ set-wieght: 5 }]"),
    says: [/^TH_INPUT_VALUE at input plan: plan at 0/, "set-"],
  },
  {
    what: "two steps in one",
    given: plan("[{ set-weight: 5, analysis: 10m }]"),
    says: [/^TH_INPUT_VALUE at input plan: plan at 0/, "unknown key"],
  },
  { what: "a plan without a step", given: plan("[]"), says: ["TH_ROLLOUT_PLAN at input plan"] },
  {
    what: "weights that fall",
    given: plan("[{ set-weight: 50 }, { analysis: 1m }, { set-weight: 5 }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 3"],
  },
  {
    what: "a plan that looks at nothing",
    given: plan("[{ set-weight: 100 }]"),
    says: ["TH_ROLLOUT_PLAN at input plan"],
  },
  {
    what: "an analysis before there is traffic",
    given: plan("[{ analysis: 1m }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 1"],
  },
  {
    what: "an analysis of no request",
    given: plan("[{ set-weight: 5 }, { analysis: { requests: 0 } }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 2"],
  },
  {
    what: "an analysis without an end",
    given: plan("[{ set-weight: 5 }, { analysis: {} }]"),
    says: ["TH_ROLLOUT_PLAN at input plan: step 2"],
  },
  {
    what: "a pause without a unit",
    given: plan("[{ set-weight: 5 }, { pause: '30' }, { analysis: 1m }]"),
    says: ["TH_DURATION at input plan"],
  },
  {
    what: "a plan that is a mapping",
    given: plan("{ set-weight: 5 }"),
    says: ["TH_INPUT_VALUE at input plan", "fix: write a list"],
  },
  {
    what: "blocks longer than the horizon",
    given: { block: "2h", horizon: "1h" },
    says: ["TH_ROLLOUT_BLOCK at input horizon"],
  },
  { what: "blocks of no time", given: { block: "0s" }, says: ["TH_ROLLOUT_BLOCK at input block"] },
  { what: "a lease that runs out at once", given: { lease: "0s" }, says: ["TH_ROLLOUT_LEASE at input lease"] },
  {
    what: "a port that does not exist",
    given: { port: "70000" },
    says: ["TH_INPUT_VALUE at input port", "fix: write at most 65535"],
  },
  { what: "memory without a unit", given: { memory: "512" }, says: ["TH_SIZE at input memory"] },
  { what: "no memory at all", given: { memory: "0B" }, says: ["TH_SIZE at input memory"] },
  { what: "a version that is not said", given: { version: undefined }, says: ["TH_INPUT_MISSING at input version"] },
  { what: "a file without a dry run", given: { "dry-run": "false" }, says: ["TH_VERSION_REFERENCE at input version"] },
  {
    what: "a version that does not exist",
    given: { "dry-run": "false", version: "registry:churn@99" },
    says: ["TH_VERSION_MISSING at input version", "fix: write one of its versions (1, 2)"],
  },
  {
    what: "an alias that does not exist",
    given: { "dry-run": "false", version: "registry:churn@chalenger" },
    says: ["TH_VERSION_MISSING at input version"],
  },
  {
    what: "a model that does not exist",
    given: { "dry-run": "false", version: "registry:chrun@champion" },
    says: ["TH_VERSION_MISSING at input version"],
  },
  {
    what: "nothing to resume",
    given: { "dry-run": "false", version: undefined, operation: "resume" },
    says: ["TH_ROLLOUT_NONE at input operation"],
  },
  {
    what: "a candidate that is no model",
    given: { version: "uv.lock" },
    says: [/^TH_MODEL_NOT_ONNX at uv\.lock/],
  },
  {
    what: "a state folder that is a file",
    given: { "dry-run": "false", version: "registry:churn@2", "state-dir": "uv.lock" },
    says: ["TH_OUTPUT_PATH at input state-dir"],
  },
]);
