import { randomBytes, randomInt } from "node:crypto";
import { z } from "zod";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Implementation } from "../../kernel/implementation.ts";
import type { ModelVersion } from "../../registry/registry.ts";
import { call, command, routerStatus } from "../../serving/client.ts";
import { breaksOf, metadataSchema } from "../../serving/compatibility.ts";
import { newToken } from "../../serving/http.ts";
import { modelPath } from "../../serving/models.ts";
import { nothingServed, type ServerProcess, type Serving, ServingStore } from "../../serving/state.ts";
import type { Arm, Prepared, RolloutTarget } from "../rollout.ts";

const settings = z.strictObject({
  /** Absolute folder that remembers what runs. */
  stateDir: z.string(),
  /** Absolute folder with each version's one file as `DIGEST.onnx`, the digest in hex digits. */
  models: z.string(),
  /** Where callers come in; 0 picks a free port. Only read when the router is started. */
  port: z.int().min(0).max(65_535),
  affinityHeader: z.string().optional(),
  /** Of one model server. */
  memoryBytes: z.number().gt(0),
});

type Settings = z.output<typeof settings>;

export const implementation: Implementation<RolloutTarget> = {
  name: "embedded",
  summary: "A model server and a weighted router on this machine, started and found again by Titleholder itself",
  settings,
  create: (given, host) => new EmbeddedTarget(settings.parse(given), host),
};

class EmbeddedTarget implements RolloutTarget {
  readonly name = "embedded";
  readonly capabilities = { shadow: false, affinity: true, lease: true };
  readonly #settings: Settings;
  readonly #host: Host;
  readonly #store: ServingStore;

  constructor(given: Settings, host: Host) {
    this.#settings = given;
    this.#host = host;
    this.#store = new ServingStore(host.files, given.stateDir);
  }

  async prepare(rollout: string, canary: ModelVersion, champion?: ModelVersion): Promise<Prepared> {
    let serving = await this.#store.read();
    await this.#refuseWhenBusy(serving, rollout);
    serving = await this.#withRouter(serving);
    serving = await this.#withStable(serving, champion?.digest === canary.digest ? undefined : champion);
    serving = await this.#withCanary(serving, rollout, canary);
    const [stable, second] = [serverOf(serving, serving.stable), serverOf(serving, serving.rollout?.canary)];
    if (second === undefined) throw new Error("the canary was started and is not in the state");
    await this.#assign(serving);
    return {
      stable: stable === undefined ? null : addressOf(stable.port),
      canary: addressOf(second.port),
      address: serving.router === null ? null : addressOf(serving.router.port),
      breaks: stable === undefined ? [] : breaksOf(await metadataOf(stable), await metadataOf(second)),
    };
  }

  async setWeight(rollout: string, percent: number): Promise<void> {
    await command(await this.#router(), "/weight", { rollout, percent });
  }

  async verifyWeight(rollout: string): Promise<{ readonly percent: number; readonly effective: boolean }> {
    const { router } = await this.#store.read();
    const status = router === null ? undefined : await routerStatus(router);
    if (status === undefined || status.rollout !== rollout) return { percent: 0, effective: false };
    return { percent: status.weight, effective: !status.leaseLost && status.arms.canary !== null };
  }

  async health(rollout: string): Promise<Readonly<Record<Arm, "ready" | "not-ready" | "gone">>> {
    const serving = await this.#store.read();
    const canary = serving.rollout?.id === rollout ? serverOf(serving, serving.rollout.canary) : undefined;
    const [stable, second] = await Promise.all([healthOf(serverOf(serving, serving.stable)), healthOf(canary)]);
    return { stable, canary: second };
  }

  async renewLease(rollout: string, seconds: number): Promise<boolean> {
    const answer = await command(await this.#router(), "/lease", { rollout, seconds });
    return z.object({ held: z.boolean() }).parse(answer).held;
  }

  async releaseLease(rollout: string): Promise<void> {
    await command(await this.#router(), "/lease", { rollout, seconds: null });
  }

  async abort(rollout: string): Promise<void> {
    let serving = await this.#store.read();
    if (serving.rollout?.id !== rollout) return;
    const status = serving.router === null ? undefined : await routerStatus(serving.router);
    serving = { ...serving, rollout: null };
    // Traffic first: what is remembered matters less than where requests go.
    if (status !== undefined) await this.#assign(serving);
    await this.#store.write(serving);
    if (status === undefined && serving.stable !== null) {
      serving = await this.#withStable(await this.#withRouter(serving), undefined);
      await this.#assign(serving);
    }
    await this.#sweep(serving, 0);
  }

  async finish(rollout: string, keepSeconds: number): Promise<void> {
    let serving = await this.#store.read();
    if (serving.rollout?.id === rollout) {
      const canary = serverOf(serving, serving.rollout.canary);
      if (canary === undefined || (await healthOf(canary)) !== "ready") throw canaryNotReady(rollout);
      serving = { ...serving, stable: canary.id, rollout: null, finished: rollout };
      await this.#assign(serving);
      await this.#store.write(serving);
    } else if (serving.finished !== rollout) throw canaryNotReady(rollout);
    await this.#sweep(serving, keepSeconds);
  }

  async stop(): Promise<void> {
    const serving = await this.#store.read();
    if (serving === nothingServed) return;
    if (serving.router !== null) await call(serving.router.adminPort, "/stop", serving.router.token, {});
    await this.#sweep({ ...serving, stable: null, rollout: null }, 0);
    await this.#store.write(nothingServed);
  }

  async #router() {
    const { router } = await this.#store.read();
    if (router !== null) return router;
    throw configurationError(
      "TH_TARGET_STOPPED",
      "no router runs for this state folder",
      "start a rollout with the same `state-dir`, or name the folder of the one that is meant",
      { input: "state-dir" },
    );
  }

  /** Two rollouts of one router would undo each other; one that nobody controls any more is replaced. */
  async #refuseWhenBusy(serving: Serving, rollout: string): Promise<void> {
    if (serving.router === null || serving.rollout === null || serving.rollout.id === rollout) return;
    const status = await routerStatus(serving.router);
    if (status === undefined || status.weight === 0) return;
    throw configurationError(
      "TH_TARGET_BUSY",
      `the rollout ${serving.rollout.id} has ${status.weight}% of the traffic of this router`,
      "resume or abort that rollout first, or use another `state-dir` and `port`",
      { input: "state-dir" },
    );
  }

  async #withRouter(serving: Serving): Promise<Serving> {
    if (serving.router !== null && (await routerStatus(serving.router)) !== undefined) return serving;
    const { port, affinityHeader } = this.#settings;
    const token = newToken();
    const args = {
      port,
      token,
      seed: randomInt(2 ** 32),
      affinityHeader: affinityHeader ?? null,
      rememberedIn: this.#store.path,
    };
    const helper = await this.#host.spawnSelf("route", args, {});
    const ports = z.object({ port: z.int(), adminPort: z.int() }).parse((await helper.request(null)).message);
    const next = { ...serving, router: { pid: helper.pid, token, ...ports } };
    // Remembered before it is let go: a run that is killed in between takes the helper with it.
    await this.#store.write(next);
    helper.detach();
    this.#host.log.info(`the router listens on ${addressOf(ports.port)}`);
    return next;
  }

  /** Stable runs, started again if it was lost; `champion` is what it becomes when nothing was served here. */
  async #withStable(serving: Serving, champion: ModelVersion | undefined): Promise<Serving> {
    const server = serverOf(serving, serving.stable);
    if (server !== undefined) {
      if ((await healthOf(server)) !== "gone") return serving;
      const again = await this.#serve(serving, server.model);
      return this.#remember({ ...withoutServer(again.serving, server.id), stable: again.server.id }, again);
    }
    if (champion === undefined) return serving;
    const { name, version, digest } = champion;
    const first = await this.#serve(serving, { name, version: String(version), digest });
    return this.#remember({ ...first.serving, stable: first.server.id }, first);
  }

  async #withCanary(serving: Serving, rollout: string, canary: ModelVersion): Promise<Serving> {
    const before = serverOf(serving, serving.rollout?.canary);
    const same = serving.rollout?.id === rollout && before?.model.digest === canary.digest;
    if (same && (await healthOf(before)) !== "gone") return serving;
    if (canary.files.length !== 1) {
      throw configurationError(
        "TH_TARGET_MODEL",
        `version ${canary.version} of ${canary.name} has ${canary.files.length} files, and the embedded server takes one ONNX file`,
        "register the .onnx file itself, or deploy it to a target that can serve it",
        { input: "version" },
      );
    }
    const { name, version, digest } = canary;
    const started = await this.#serve(serving, { name, version: String(version), digest });
    const next = await this.#remember(
      { ...started.serving, rollout: { id: rollout, canary: started.server.id } },
      started,
    );
    return this.#sweep(next, 0);
  }

  async #serve(serving: Serving, model: ServerProcess["model"]) {
    const token = newToken();
    const args = {
      path: modelPath(this.#settings.models, model.digest),
      digest: model.digest,
      shown: `${model.name} version ${model.version}`,
      threads: 1,
      name: model.name,
      version: model.version,
      token,
      rememberedIn: this.#store.path,
    };
    const helper = await this.#host.spawnSelf("serve", args, { memoryBytes: this.#settings.memoryBytes });
    const { port } = z.object({ port: z.int() }).parse((await helper.request(null)).message);
    const server: ServerProcess = {
      id: `${model.name}-${model.version}-${randomBytes(4).toString("hex")}`,
      pid: helper.pid,
      port,
      token,
      model,
    };
    return { helper, server, serving: { ...serving, servers: [...serving.servers, server] } };
  }

  async #remember(next: Serving, { helper }: { readonly helper: { detach(): void } }): Promise<Serving> {
    await this.#store.write(next);
    helper.detach();
    return next;
  }

  /** Tells the router who is who. The rollout under way keeps its weight. */
  async #assign(serving: Serving): Promise<void> {
    if (serving.router === null) return;
    await command(serving.router, "/arms", {
      rollout: serving.rollout?.id ?? null,
      stable: backendOf(serverOf(serving, serving.stable)),
      canary: backendOf(serverOf(serving, serving.rollout?.canary)),
    });
  }

  /** Ends the servers that are neither stable nor the canary, `keepSeconds` from now, and forgets them. */
  async #sweep(serving: Serving, keepSeconds: number): Promise<Serving> {
    const kept = new Set([serving.stable, serving.rollout?.canary]);
    const others = serving.servers.filter(({ id }) => !kept.has(id));
    if (others.length === 0) return serving;
    await Promise.all(others.map(({ port, token }) => call(port, "/control/stop", token, { after: keepSeconds })));
    const next = { ...serving, servers: serving.servers.filter(({ id }) => kept.has(id)) };
    await this.#store.write(next);
    return next;
  }
}

function serverOf(serving: Serving, id: string | null | undefined): ServerProcess | undefined {
  return serving.servers.find((server) => server.id === id);
}

function withoutServer(serving: Serving, id: string): Serving {
  return { ...serving, servers: serving.servers.filter((server) => server.id !== id) };
}

function backendOf(server: ServerProcess | undefined) {
  return server === undefined ? null : { id: server.id, version: server.model.version, port: server.port };
}

function addressOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

const identitySchema = z.object({ parameters: z.object({ digest: z.string() }) });

/** Whoever finds the port closed, or another program there, has lost the server. */
async function healthOf(server: ServerProcess | undefined): Promise<"ready" | "not-ready" | "gone"> {
  if (server === undefined) return "gone";
  const { port, model } = server;
  const answer = await call(port, `/v2/models/${encodeURIComponent(model.name)}`);
  if (answer.state === "silent") return "not-ready";
  const said = answer.state === "answered" ? identitySchema.safeParse(answer.body) : undefined;
  return said?.data?.parameters.digest === model.digest ? "ready" : "gone";
}

async function metadataOf({ port, model }: ServerProcess) {
  const answer = await call(port, `/v2/models/${encodeURIComponent(model.name)}`);
  const parsed = metadataSchema.safeParse(answer.state === "answered" ? answer.body : undefined);
  return parsed.data ?? { inputs: [], outputs: [] };
}

function canaryNotReady(rollout: string): Error {
  return configurationError(
    "TH_TARGET_CANARY",
    `the canary of ${rollout} is not ready, so that it cannot take all traffic`,
    "run `operation: abort`, then start the rollout again",
  );
}
