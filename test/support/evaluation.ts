import { command } from "../../src/commands/evaluate-vs-champion.ts";
import type { CiContext } from "../../src/kernel/host.ts";
import { createRandom } from "../../src/stats/random.ts";
import { type TestHost, testHost } from "./host.ts";
import { logisticRegression } from "./onnx-models.ts";

/** Rows whose label follows 1.5·x − z, as CSV. */
export function rows(
  count: number,
  seed: number,
  label: (one: boolean) => string = (one) => (one ? "1" : "0"),
): string {
  const random = createRandom(seed);
  const lines = Array.from({ length: count }, (_, row) => {
    const [x, z] = [random.normal(), random.normal()];
    const one = random.uniform() < 1 / (1 + Math.exp(-(1.5 * x - z)));
    return `${row},${x.toFixed(4)},${z.toFixed(4)},${label(one)}`;
  });
  return `id,x,z,y\n${lines.join("\n")}\n`;
}

export const good = logisticRegression({ weights: { x: 1.5, z: -1 } });
export const refactored = logisticRegression({ weights: { x: 1.49, z: -1.01 } });
export const dull = logisticRegression({ weights: { x: 0.4 } });
export const useless = logisticRegression({ weights: { z: 0.4 } });

export const machine = (files: Record<string, string | Uint8Array> = {}, ci?: CiContext) =>
  testHost({
    files: {
      "good.onnx": good,
      "refactored.onnx": refactored,
      "dull.onnx": dull,
      "useless.onnx": useless,
      "test.csv": rows(1500, 1),
      ...files,
    },
    ...(ci === undefined ? {} : { ci }),
  });

export const pullRequest: CiContext = {
  provider: "github",
  repository: "acme/m",
  workflow: "gate",
  job: "model",
  runId: "1",
  attempt: 1,
  sha: "a".repeat(40),
  ref: "refs/pull/1/merge",
  actor: "mona",
  event: "pull_request",
  fromFork: false,
  runner: "self-hosted",
};

export async function evaluate({ host, project, cwd }: TestHost, given: Record<string, unknown>) {
  const paths = Object.fromEntries(
    Object.entries({ data: "test.csv", ...given }).map(([key, path]) =>
      key === "data" || key === "screenData"
        ? [key, [`${cwd}/${String(path)}`]]
        : (key === "challenger" || key === "champion") && path !== undefined && !String(path).includes(":")
          ? [key, `${cwd}/${String(path)}`]
          : [key, path],
    ),
  );
  const result = await command.run(command.inputs.parse({ label: "y", ...paths }), host, project);
  command.details.parse(result.findings.details);
  const { findings, outputs } = result;
  const check = (id: string) => findings.checks.find((one) => one.id === id);
  return { findings, decision: outputs.decision, metrics: outputs.metrics, check };
}
