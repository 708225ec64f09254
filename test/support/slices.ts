import { createRandom } from "../../src/stats/random.ts";
import { machine } from "./evaluation.ts";
import { logisticRegression } from "./onnx-models.ts";

const countries = ["DE", "FR", "IT", "PL"];

/**
 * Rows whose label follows 1.5·x − z everywhere, as CSV: with a country, an hour of the day, an age that lacks a value in every tenth row, and
 * `s`, which is 1 in Poland.
 */
export function slicedRows(count: number, seed: number, tiny = 0): string {
  const random = createRandom(seed);
  const lines = Array.from({ length: count }, (_, row) => {
    const [x, z] = [random.normal(), random.normal()];
    const one = random.uniform() < 1 / (1 + Math.exp(-(1.5 * x - z)));
    const country = row < tiny ? "MT" : (countries[row % 4] ?? "");
    const age = row % 10 === 0 ? "" : 20 + random.integer(50);
    return [row, x.toFixed(4), z.toFixed(4), country, row % 24, age, country === "PL" ? 1 : 0, one ? 1 : 0].join(",");
  });
  return `id,x,z,country,hour,age,s,y\n${lines.join("\n")}\n`;
}

/** `awry.onnx` answers as `good.onnx` everywhere but in Poland, where it says yes nearly always. */
export const slicedMachine = (files: Record<string, string | Uint8Array> = {}) =>
  machine({
    "test.csv": slicedRows(2000, 11),
    "awry.onnx": logisticRegression({ weights: { x: 1.5, z: -1, s: 2 } }),
    "near.onnx": logisticRegression({ weights: { x: 1.52, z: -0.98, s: 0 } }),
    ...files,
  });
