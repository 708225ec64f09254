/** The commands that are actions too, in a pipeline's order; the others are for the terminal alone. */
export const actionNames: readonly string[] = [
  "validate-data",
  "train",
  "evaluate-vs-champion",
  "register-model",
  "canary-deploy",
  "drift-report",
];
