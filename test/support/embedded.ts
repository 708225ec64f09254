import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { digestOf } from "../../src/kernel/digest.ts";
import type { ModelVersion } from "../../src/registry/registry.ts";
import type { RolloutTarget } from "../../src/rollout/rollout.ts";
import { implementation as embedded } from "../../src/rollout/targets/embedded.ts";
import { modelPath } from "../../src/serving/models.ts";
import { type TestHost, testHost } from "./host.ts";
import { type Bytes, model, node, tensor, value } from "./onnx-models.ts";
import { ask } from "./serving.ts";

// Most of a helper's start from the sources is compiling them.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "titleholder-test-compiled");

/** Answers `answer` for every x; a fragile one gives NaN for a negative x, which is how a test makes requests fail. */
export function constantModel(answer: number, fragile = true): Bytes {
  return model({
    nodes: [
      node({ operator: fragile ? "Sqrt" : "Abs", inputs: ["x"], outputs: ["root"] }),
      node({ operator: "Mul", inputs: ["root", "zero"], outputs: ["nothing"] }),
      node({ operator: "Add", inputs: ["nothing", "answer"], outputs: ["y"] }),
    ],
    inputs: [value({ name: "x", type: "float", shape: [null, 1] })],
    outputs: [value({ name: "y", type: "float", shape: [null, 1] })],
    initializers: [
      tensor({ name: "zero", type: "float", shape: [1], values: [0] }),
      tensor({ name: "answer", type: "float", shape: [1], values: [answer] }),
    ],
  });
}

/** An embedded target in a fresh folder, with versions 1 and 2 of a model ready to be served. */
export interface EmbeddedBench extends AsyncDisposable {
  readonly t: TestHost;
  readonly stateDir: string;
  create(): RolloutTarget;
  version(n: number): ModelVersion;
  /** The router's public port. */
  port(): Promise<number>;
  ask(x?: number): Promise<number | undefined>;
  processes(): Promise<{ readonly router: number; readonly servers: Readonly<Record<string, number>> }>;
}

export async function embeddedBench(): Promise<EmbeddedBench> {
  const t = await testHost();
  const stateDir = join(t.cwd, "serving");
  const models = join(stateDir, "models");
  const versions = await Promise.all([1, 2].map((n) => store(models, n)));
  // Helpers that run from the sources reserve gigabytes of addresses for the stripping of types.
  const create = () => embedded.create({ stateDir, models, port: 0, memoryBytes: 8 * 2 ** 30 }, t.host);
  const state = async () => JSON.parse(await readFile(join(stateDir, "private/serving.json"), "utf8"));
  const port = async () => (await state()).router.port as number;
  return {
    t,
    stateDir,
    create,
    port,
    version: (n) => {
      const found = versions[n - 1];
      if (found === undefined) throw new Error(`there is no version ${n}`);
      return found;
    },
    ask: async (x = 1) => {
      const { status, json } = await ask(await port(), "/invocations", { inputs: { x: [x] } });
      return status === 200 ? (json.predictions as number[])[0] : undefined;
    },
    processes: async () => {
      const { router, servers } = await state();
      return {
        router: router.pid,
        servers: Object.fromEntries(
          servers.map((server: { model: { version: string }; pid: number }) => [server.model.version, server.pid]),
        ),
      };
    },
    async [Symbol.asyncDispose]() {
      await create().stop?.();
      await t[Symbol.asyncDispose]();
    },
  };
}

async function store(models: string, n: number): Promise<ModelVersion> {
  const bytes = constantModel(n);
  const digest = digestOf(bytes);
  const path = modelPath(models, digest);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return {
    name: "flights",
    version: n,
    digest,
    files: [{ path: "model.onnx", size: bytes.byteLength, digest }],
    created: "2026-01-01T00:00:00.000Z",
  };
}

/** Ends a process at once, as a crash or the out-of-memory killer would, and waits until it is gone. */
export async function killNow(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
