import { chmod } from "node:fs/promises";
import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inputs } from "../../src/commands/canary-deploy/inputs.ts";
import { Journal } from "../../src/commands/canary-deploy/journal.ts";
import { command } from "../../src/commands/canary-deploy.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { TitleholderError } from "../../src/kernel/error.ts";
import type { Host } from "../../src/kernel/host.ts";
import type { ModelRegistry } from "../../src/registry/registry.ts";
import { closeServer, listen } from "../../src/serving/http.ts";
import { canary, register, registryOf } from "../support/canary.ts";
import { evaluationReport, fileOf } from "../support/chain-reports.ts";
import { constantModel } from "../support/embedded.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { allOf, modelSource } from "../support/models.ts";

let t: TestHost;
let registry: ModelRegistry;

beforeEach(async () => {
  t = await testHost({ model: "flights" });
  registry = await registryOf(t);
});

afterEach(async () => {
  await canary(t, { operation: "stop" });
  await t[Symbol.asyncDispose]();
});

async function refusal(given: Record<string, unknown>): Promise<TitleholderError> {
  return canary(t, given).then(
    () => {
      throw new Error("it was accepted");
    },
    (error: TitleholderError) => error,
  );
}

describe("what the user can mend is refused by name, before anything is begun", () => {
  beforeEach(async () => {
    await register(registry, 1, { champion: null });
  });

  afterEach(async () => {
    expect(await allOf(registry.entries("rollout/flights"))).toEqual([]);
    expect(await t.host.files.facts(`${t.cwd}/.titleholder/flights/serving/private`)).toBeUndefined();
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ["no version", {}, "TH_INPUT_MISSING", "version"],
    ["a file", { version: "/models/model.onnx" }, "TH_VERSION_REFERENCE", "version"],
    ["a reference that is none", { version: "registry:a/b/c@d" }, "TH_REFERENCE_SYNTAX", "version"],
    ["a version that is not there", { version: "registry:flights@7" }, "TH_VERSION_MISSING", "version"],
    ["an alias that is not there", { version: "registry:flights@challenger" }, "TH_VERSION_MISSING", "version"],
    ["an environment that is not there", { version: "registry:prod/flights" }, "TH_ENVIRONMENT_UNKNOWN", "version"],
    [
      "a registry that is none",
      { version: "registry:flights@1", registry: "flie:x" },
      "TH_REGISTRY_ADDRESS",
      "registry",
    ],
    [
      "a plan that promotes without evidence",
      { version: "registry:flights@1", plan: [{ "set-weight": 100 }] },
      "TH_ROLLOUT_PLAN",
      "plan",
    ],
    ["a block that is no duration", { version: "registry:flights@1", block: "soon" }, "TH_DURATION", "block"],
    ["a block that is too short", { version: "registry:flights@1", block: "50ms" }, "TH_ROLLOUT_BLOCK", "block"],
    ["a horizon of too many blocks", { version: "registry:flights@1", horizon: "7d" }, "TH_ROLLOUT_BLOCK", "block"],
    [
      "a horizon of too few blocks",
      { version: "registry:flights@1", block: "1m", horizon: "2m" },
      "TH_ROLLOUT_BLOCK",
      "horizon",
    ],
    [
      "a lease that cannot be renewed in time",
      { version: "registry:flights@1", lease: "10ms" },
      "TH_ROLLOUT_LEASE",
      "lease",
    ],
    ["a memory limit that is no size", { version: "registry:flights@1", memory: "lots" }, "TH_SIZE", "memory"],
    [
      "evidence that is not there",
      { version: "registry:flights@1", evidence: ["report.json"] },
      "TH_EVIDENCE_MISSING",
      "evidence",
    ],
    ...["resume", "status", "promote", "abort", "rollback", "stop"].map(
      (operation): [string, Record<string, unknown>, string, string] => [
        `a dry run of ${operation}`,
        { version: "registry:flights@1", operation, dryRun: true },
        "TH_ROLLOUT_DRY_RUN",
        "dry-run",
      ],
    ),
    ["a resume of nothing", { operation: "resume" }, "TH_ROLLOUT_NONE", "operation"],
    ["an abort of nothing", { operation: "abort" }, "TH_ROLLOUT_NONE", "operation"],
    ["a promotion of nothing", { operation: "promote" }, "TH_ROLLOUT_NONE", "operation"],
    ["a rollback to nothing", { operation: "rollback" }, "TH_ROLLOUT_NONE", "operation"],
    ["the status of nothing", { operation: "status" }, "TH_ROLLOUT_NONE", "operation"],
  ])("%s", async (_, given, code, input) => {
    const error = await refusal(given);
    expect(error).toMatchObject({ kind: "configuration", code, place: { input } });
    expect(error.fix).not.toBe("");
  });
});

describe("a state that cannot be trusted", () => {
  test.each([
    ["a folder that others may enter", 0o755, "", "TH_SERVING_FOLDER"],
    ["a file that is damaged", 0o700, "{", "TH_SERVING_STATE"],
  ])("%s is refused before a rollout is begun", async (_, mode, text, code) => {
    await register(registry, 1, { champion: null });
    await t.write("state/private/serving.json", text);
    await chmod(`${t.cwd}/state/private`, mode);
    const error = await refusal({ version: "registry:flights@1", stateDir: `${t.cwd}/state` });
    expect(error).toMatchObject({ kind: "configuration", code, place: { input: "state-dir" } });
    expect(await allOf(registry.entries("rollout/flights"))).toEqual([]);
  });
});

describe("a rollout that cannot be prepared", () => {
  test("is over again, and says what is wrong with the model", async () => {
    const text = "not a model at all, just a text that is long enough to be looked at";
    const version = await registry.register("flights", modelSource({ "model.onnx": text }));
    const error = await refusal({ version: `registry:flights@${version.version}`, allowUnproven: true });
    expect(error).toMatchObject({ kind: "configuration", code: "TH_MODEL_NOT_ONNX" });
    const { rollout } = await Journal.open(registry, "flights", t.host);
    expect(rollout?.state).toMatchObject({ phase: "aborted", mayCarry: 0 });
    expect(await registry.alias("flights", "champion")).toBeUndefined();
  });

  test("says which port is taken", async () => {
    const other = createServer();
    const port = await listen(other, 0);
    await register(registry, 1, { champion: null });
    const error = await refusal({ version: "registry:flights@1", port });
    expect(error).toMatchObject({ kind: "configuration", code: "TH_SERVING_PORT", place: { input: "port" } });
    await closeServer(other, 0);
  });
});

describe("a dry run", () => {
  test("serves a file for a moment, judges its evidence, and writes nothing", async () => {
    const bytes = constantModel(5);
    const path = await t.write("out/model.onnx", bytes);
    const report = await t.write("report.json", fileOf(evaluationReport(digestOf(bytes), {}, { purpose: "screen" })));
    const { findings, outputs } = await canary(t, { version: path, dryRun: true, evidence: [report] });
    expect(findings.verdict).toBe("warn");
    expect(findings.checks.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["evaluation", "pass"],
      ["baseline", "warn"],
      ["served", "pass"],
    ]);
    expect(outputs).toEqual({ journal: "rollout/flights" });
    expect(await t.host.files.list(`${t.cwd}/.titleholder`)).toEqual([]);
  });

  test("tells what callers of the champion would notice", async () => {
    const first = await register(registry, 1, { champion: null });
    await registry.moveAlias("flights", {
      alias: "champion",
      from: null,
      to: first.version,
      at: "2026-01-01T00:00:00.000Z",
      actor: "tester",
      reason: "first",
    });
    const { logisticRegression } = await import("../support/onnx-models.ts");
    const path = await t.write("out/model.onnx", logisticRegression({ weights: { x: 1, hour: 2 } }));
    const { findings } = await canary(t, { version: path, dryRun: true, operation: "start" });
    expect(findings.checks.filter(({ id }) => id.startsWith("signature"))).toEqual([
      {
        id: "signature",
        verdict: "warn",
        message: `callers of registry:flights@1 may notice: it also takes the input hour; it no longer gives the output y`,
      },
    ]);
  });

  test("closes the control of its servers with tokens that nobody can guess", async () => {
    const path = await t.write("out/model.onnx", constantModel(1));
    const tokens: string[] = [];
    const host: Host = {
      ...t.host,
      spawnSelf: (role, args, limits) => {
        tokens.push((args as { token: string }).token);
        return t.host.spawnSelf(role, args, limits);
      },
    };
    for (let run = 0; run < 2; run++) await canary({ ...t, host }, { version: path, dryRun: true });
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/);
  });

  test("refuses a file that is no model", async () => {
    const path = await t.write("out/model.onnx", "a text");
    expect(await refusal({ version: path, dryRun: true })).toMatchObject({
      kind: "configuration",
      code: "TH_MODEL_NOT_ONNX",
    });
  });
});

describe("the command's inputs", () => {
  test("accept the plan of the example, and name what is wrong with another", () => {
    const plan = [
      { "set-weight": 5 },
      { analysis: "30m" },
      { "set-weight": 50 },
      { analysis: { requests: 10 } },
      { pause: "1m" },
    ];
    expect(inputs.parse({ plan }).plan).toEqual(plan);
    expect(inputs.safeParse({ plan: [{ weight: 5 }] }).success).toBe(false);
    expect(inputs.safeParse({ plan: [{ "set-weight": "5" }] }).success).toBe(false);
    expect(inputs.safeParse({ alpha: 0.7 }).success).toBe(false);
  });

  test("have a description each, and the defaults make a plan", async () => {
    for (const [name, schema] of Object.entries(command.inputs.shape)) {
      expect((schema.meta() as { description?: string } | undefined)?.description ?? "", name).not.toBe("");
    }
    const { rolloutSettings } = await import("../../src/commands/canary-deploy/settings.ts");
    expect(rolloutSettings(inputs.parse({}), false)).toMatchObject({
      blockMs: 60_000,
      horizonMs: 3_600_000,
      maxErrorRate: null,
    });
  });
});
