import { describe, expect, test } from "vitest";
import { predictors } from "../../src/generated/predictors.ts";
import { identity, logisticRegression, memoryBomb, timeBomb } from "../support/onnx-models.ts";
import { type PredictorModels, predictorContract } from "./predictor.ts";

const models: Readonly<Record<string, PredictorModels>> = {
  onnx: {
    logistic: logisticRegression({ weights: { age: 0.5, income: -1 } }),
    textClasses: logisticRegression({
      weights: { age: 0.5, income: -1 },
      types: { age: "int64" },
      classes: ["no", "yes"],
    }),
    echo: identity("string"),
    broken: new TextEncoder().encode("not a model"),
    greedy: memoryBomb(2 ** 28),
    endless: timeBomb(2 ** 52),
  },
};

test("every predictor has its models here", () => {
  expect(Object.keys(models).sort()).toEqual(Object.keys(predictors).sort());
});

for (const [name, { load }] of Object.entries(predictors)) {
  const own = models[name];
  if (own !== undefined) describe(name, () => predictorContract(load, own));
}
