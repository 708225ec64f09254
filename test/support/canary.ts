import { Agent, request } from "node:http";
import { command } from "../../src/commands/canary-deploy.ts";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { statementOf } from "../../src/lineage/evidence.ts";
import type { ModelRegistry, ModelVersion } from "../../src/registry/registry.ts";
import { serializeReport } from "../../src/report/report.ts";
import { evaluationReport } from "./chain-reports.ts";
import { constantModel } from "./embedded.ts";
import type { TestHost } from "./host.ts";
import { modelSource } from "./models.ts";

/** A plan of seconds, with the sums that hold for a minute's blocks. */
export const quick = {
  plan: [{ "set-weight": 20 }, { analysis: "1s" }, { "set-weight": 50 }, { analysis: "1s" }, { "set-weight": 100 }],
  block: "200ms",
  horizon: "30s",
  maxErrorRate: 0.1,
  lease: "2s",
  keep: "0s",
  port: 0,
  // Helpers that run from the sources reserve gigabytes of addresses for the stripping of types.
  memory: "8GiB",
  evidence: [],
} as const;

export function registryOf(t: TestHost): Promise<ModelRegistry> {
  return openRegistry(undefined, t.host, { allowEphemeral: false });
}

/** Registers a model that answers `answer`; with evidence against `champion` (null: none stood) unless that is undefined. */
export async function register(
  registry: ModelRegistry,
  answer: number,
  options: {
    readonly fragile?: boolean;
    readonly champion?: ModelVersion | null;
    readonly verdict?: "pass" | "fail";
  } = {},
): Promise<ModelVersion> {
  const bytes = constantModel(answer, options.fragile ?? false);
  const version = await registry.register("flights", modelSource({ "model.onnx": bytes }));
  const { champion } = options;
  if (champion !== undefined) {
    const report = evaluationReport(
      digestOf(bytes),
      { "data/test.csv": "holdout" },
      {
        champion: champion === null ? null : champion.digest,
        verdict: options.verdict ?? "pass",
      },
    );
    const { bytes: file, digest } = serializeReport(report);
    await registry.attach(version, statementOf(report, digest), file);
  }
  return version;
}

/** Runs canary-deploy with inputs as the host would give them. */
export function canary(t: TestHost, inputs: Record<string, unknown>) {
  return command.run(command.inputs.parse({ ...quick, ...inputs }), t.host, t.project);
}

export interface Traffic {
  /** Answers by status, and by what the model said. */
  readonly statuses: Map<number, number>;
  readonly answers: Map<number, number>;
  stop(): Promise<void>;
}

/** Callers that ask without a pause; every second x is negative. A request that gets no answer counts as status 0. */
export function traffic(port: number, callers = 4): Traffic {
  const statuses = new Map<number, number>();
  const answers = new Map<number, number>();
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  let going = true;
  const caller = async (offset: number) => {
    for (let i = offset; going; i++) {
      const { status, prediction } = await askOnce(agent, port, i % 2 === 0 ? 1 : -1);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (prediction !== undefined) answers.set(prediction, (answers.get(prediction) ?? 0) + 1);
    }
  };
  const running = Promise.all(Array.from({ length: callers }, (_, offset) => caller(offset)));
  return {
    statuses,
    answers,
    stop: async () => {
      going = false;
      await running;
      agent.destroy();
    },
  };
}

function askOnce(agent: Agent, port: number, x: number): Promise<{ status: number; prediction?: number | undefined }> {
  const body = JSON.stringify({ inputs: { x: [x] } });
  return new Promise((resolve) => {
    const sent = request(
      {
        agent,
        port,
        host: "127.0.0.1",
        path: "/invocations",
        method: "POST",
        headers: { "content-length": body.length },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          const { predictions } = JSON.parse(Buffer.concat(chunks).toString()) as { predictions?: number[] };
          resolve({ status, prediction: predictions?.[0] });
        });
      },
    );
    sent.on("error", () => resolve({ status: 0 }));
    sent.end(body);
  });
}
