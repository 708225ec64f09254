import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRegistry } from "../../src/commands/open-registry.ts";
import type { ModelRegistry } from "../../src/registry/registry.ts";
import { ownAction } from "../support/act/actions.ts";
import { createRepository, type Repository } from "../support/act/repository.ts";
import { runWorkflow, type WorkflowRun } from "../support/act/run.ts";
import { filledToolCache } from "../support/act/tool-cache.ts";
import { canary, register } from "../support/canary.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { ask } from "../support/serving.ts";

// A rollout whose run is cancelled. This runner gives the step no time at all: it is killed, and only its post step is left.

const WORKFLOW = `name: rollout
on: push
jobs:
  canary:
    runs-on: models-1
    steps:
      - id: rollout
        uses: ${ownAction("canary-deploy")}
        with:
          model: flights
          version: registry:flights@\${{ vars.VERSION }}
          registry: \${{ vars.REGISTRY }}
          state-dir: \${{ vars.SERVING }}
          port: 0
          plan: "[{ set-weight: 20 }, { analysis: { requests: 1000 } }, { set-weight: 100 }]"
          block: 200ms
          max-error-rate: 0.02
          lease: 1m
`;

let disk: TestHost;
let repository: Repository;
let registry: ModelRegistry;

function address(): string {
  return `file:${disk.cwd}/registry`;
}

async function deploy(version: number, cancelAt?: string): Promise<WorkflowRun> {
  return await runWorkflow({
    repository,
    workflow: "rollout.yml",
    toolCache: await filledToolCache(),
    vars: { VERSION: String(version), REGISTRY: address(), SERVING: join(disk.cwd, "serving") },
    onRecord: ({ msg }, cancel) => {
      if (cancelAt !== undefined && msg.includes(cancelAt)) cancel();
    },
  });
}

async function serving() {
  const text = await readFile(join(disk.cwd, "serving/private/serving.json"), "utf8");
  return JSON.parse(text) as { router: { port: number }; servers: { pid: number; model: { version: string } }[] };
}

beforeAll(async () => {
  disk = await testHost({ model: "flights" });
  registry = await openRegistry(address(), disk.host, { allowEphemeral: false });
  const first = await register(registry, 1, { champion: null });
  await register(registry, 2, { champion: first });
  repository = await createRepository({ ".github/workflows/rollout.yml": WORKFLOW });
});

afterAll(async () => {
  await canary(disk, { operation: "stop", registry: address(), stateDir: join(disk.cwd, "serving") });
  await repository[Symbol.asyncDispose]();
  await disk[Symbol.asyncDispose]();
});

describe("a rollout that is cancelled while the canary has traffic", () => {
  test("is taken back by its post step, within the run", async () => {
    const first = await deploy(1);
    expect(first.step("canary", "rollout").outputs, first.logText).toMatchObject({ outcome: "promoted" });

    const cancelled = await deploy(2, "the canary gets 20% of the traffic");
    expect(cancelled.ok).toBe(false);
    expect(cancelled.step("canary", "rollout")).toMatchObject({ outcome: "failure", outputs: {} });
    expect(cancelled.step("canary", "rollout", "post")).toMatchObject({ outcome: "success", annotations: [] });
  });

  test("leaves all traffic with the champion, which is the same, and no server of the canary", async () => {
    const { router, servers } = await serving();
    for (let request = 0; request < 50; request += 1) {
      expect((await ask(router.port, "/invocations", { inputs: { x: [1] } })).json.predictions).toEqual([1]);
    }
    expect(servers.map(({ model }) => model.version)).toEqual(["1"]);
    expect((await registry.alias("flights", "champion"))?.to).toBe(1);
  });

  test("says in its journal who took it back and why", async () => {
    const { findings, outputs } = await canary(disk, {
      operation: "status",
      registry: address(),
      stateDir: join(disk.cwd, "serving"),
    });
    expect(outputs).toMatchObject({ outcome: "aborted", weight: 0 });
    expect(JSON.stringify(findings.tables)).toContain("the run that controlled it was cancelled or failed");
  });
});
