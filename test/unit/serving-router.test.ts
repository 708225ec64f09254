import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { closeServer, listen } from "../../src/serving/http.ts";
import { Router } from "../../src/serving/router.ts";
import { createRandom } from "../../src/stats/random.ts";
import { ask, backend } from "../support/serving.ts";

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function routerOf(options: { readonly affinityHeader?: string; readonly answerLimitMs?: number } = {}) {
  let nowMs = 1_700_000_000_000;
  const router = new Router({
    random: createRandom(11),
    now: () => nowMs,
    bodyLimitBytes: 1000,
    answerLimitMs: 2000,
    ...options,
  });
  const server: Server = createServer((request, response) => void router.handle(request, response));
  const port = await listen(server, 0);
  open.push({ close: () => closeServer(server, 0).then(() => router.close()) });
  return {
    router,
    port,
    advance: (ms: number) => {
      nowMs += ms;
    },
    now: () => nowMs,
  };
}

async function answering(body: string, status = 200) {
  const server = await backend((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ body }));
  });
  open.push(server);
  return server;
}

const stableOf = (port: number, id = "stable") => ({ id, version: "1", port });
const canaryOf = (port: number, id = "canary") => ({ id, version: "2", port });

async function infer(port: number, times: number, headers: Record<string, string> = {}) {
  const answers = [];
  for (let i = 0; i < times; i++) answers.push(await ask(port, "/v2/models/m/infer", { inputs: [] }, headers));
  return answers;
}

describe("the router", () => {
  test("splits inference by weight, says who answered, and counts by arm", async () => {
    const { router, port, now, advance } = await routerOf();
    const [stable, canary] = [await answering("one"), await answering("two")];
    router.assign("r1", stableOf(stable.port), canaryOf(canary.port));
    router.setWeight("r1", 25);
    const answers = await infer(port, 200);
    expect(answers.filter(({ headers }) => headers.get("x-titleholder-arm") === "canary")).toHaveLength(50);
    expect(
      answers.every(
        ({ status, json, headers }) =>
          status === 200 && json.body === (headers.get("x-titleholder-version") === "2" ? "two" : "one"),
      ),
    ).toBe(true);
    advance(1000);
    const { counts } = router.window(now() - 2000, now());
    expect(counts.canary).toMatchObject({ requests: 50, failures: 0, refused: 0 });
    expect(counts.stable).toMatchObject({ requests: 150, failures: 0, refused: 0 });
  });

  test("answers every request although the canary is killed, and counts the loss against the canary", async () => {
    const { router, port, now, advance } = await routerOf();
    const [stable, canary] = [await answering("one"), await answering("two")];
    router.assign("r1", stableOf(stable.port), canaryOf(canary.port));
    router.setWeight("r1", 50);
    const before = await infer(port, 20);
    const running = Promise.all(Array.from({ length: 8 }, () => infer(port, 25)));
    await canary.kill();
    const during = (await running).flat();
    const after = await infer(port, 20);
    expect([...before, ...during, ...after].filter(({ status }) => status !== 200)).toEqual([]);
    expect(after.every(({ json }) => json.body === "one")).toBe(true);
    advance(1000);
    const { counts } = router.window(now() - 2000, now());
    expect(counts.canary.failures).toBeGreaterThan(0);
    expect(counts.stable.failures).toBe(0);
    expect(counts.canary.requests + counts.stable.requests).toBe(240);
  });

  test("does not send stable's share to the canary when stable is lost", async () => {
    const { router, port } = await routerOf();
    const [stable, canary] = [await answering("one"), await answering("two")];
    router.assign("r1", stableOf(stable.port), canaryOf(canary.port));
    await stable.kill();
    const [answer] = await infer(port, 1);
    expect(answer).toMatchObject({ status: 502, json: { code: "TH_SERVING_BACKEND" } });
    expect(canary.count()).toBe(0);
  });

  test("counts a refusal against the canary when stable would have answered, and gives the caller stable's answer", async () => {
    const { router, port, now, advance } = await routerOf();
    const [stable, canary] = [await answering("one"), await answering("needs another column", 400)];
    router.assign("r1", stableOf(stable.port), canaryOf(canary.port));
    router.setWeight("r1", 50);
    const answers = await infer(port, 20);
    expect(answers.every(({ status, json }) => status === 200 && json.body === "one")).toBe(true);
    advance(1000);
    const { counts } = router.window(now() - 2000, now());
    expect(counts.canary).toMatchObject({ requests: 10, failures: 10, refused: 0 });
    expect(counts.stable).toMatchObject({ requests: 10, failures: 0 });
  });

  test("does not blame the canary for a request that stable refuses too", async () => {
    const { router, port, now, advance } = await routerOf();
    const [stable, canary] = [await answering("no", 422), await answering("no", 400)];
    router.assign("r1", stableOf(stable.port), canaryOf(canary.port));
    router.setWeight("r1", 100);
    const [answer] = await infer(port, 1);
    expect(answer?.status).toBe(400);
    advance(1000);
    expect(router.window(now() - 2000, now()).counts.canary).toMatchObject({ requests: 0, failures: 0, refused: 1 });
  });

  test("passes a model's failure on to the caller and counts it; a caller's mistake is no trial of the model", async () => {
    const { router, port, now, advance } = await routerOf();
    const [stable, canary] = [await answering("bad request", 400), await answering("broken", 500)];
    router.assign("r1", stableOf(stable.port), canaryOf(canary.port));
    router.setWeight("r1", 50);
    const answers = await infer(port, 20);
    expect(answers.filter(({ status }) => status === 500)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(10);
    advance(1000);
    const { counts } = router.window(now() - 2000, now());
    expect(counts.canary).toMatchObject({ requests: 10, failures: 10, refused: 0 });
    expect(counts.stable).toMatchObject({ requests: 0, failures: 0, refused: 10 });
  });

  test("asks stable when the canary takes too long", async () => {
    const { router, port, now, advance } = await routerOf({ answerLimitMs: 50 });
    const stable = await answering("one");
    const silent = await backend(() => undefined);
    open.push(silent);
    router.assign("r1", stableOf(stable.port), canaryOf(silent.port));
    router.setWeight("r1", 100);
    const [answer] = await infer(port, 1);
    expect(answer).toMatchObject({ status: 200, json: { body: "one" } });
    advance(1000);
    expect(router.window(now() - 2000, now()).counts.canary.failures).toBe(1);
  });

  test("swaps stable without a failed request", async () => {
    const { router, port } = await routerOf();
    const [first, second] = [await answering("one"), await answering("two")];
    router.assign(null, stableOf(first.port, "first"), null);
    const running = Promise.all(Array.from({ length: 8 }, () => infer(port, 30)));
    await infer(port, 5);
    router.assign(null, stableOf(second.port, "second"), null);
    const answers = (await running).flat();
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const [last] = await infer(port, 1);
    expect(last?.json.body).toBe("two");
  });

  test("goes back to stable by itself when its controller is silent for longer than the lease", async () => {
    const { router, port, advance } = await routerOf();
    const [stable, canary] = [await answering("one"), await answering("two")];
    router.assign("r1", stableOf(stable.port), canaryOf(canary.port));
    expect(router.renewLease("r1", 30)).toBe(true);
    router.setWeight("r1", 100);
    advance(29_000);
    expect((await infer(port, 1))[0]?.json.body).toBe("two");
    expect(router.renewLease("r1", 30)).toBe(true);
    advance(29_999);
    expect(router.status()).toMatchObject({ weight: 100, leaseLost: false });
    advance(2);
    expect((await infer(port, 1))[0]?.json.body).toBe("one");
    expect(router.status()).toMatchObject({ weight: 0, leaseLost: true });
    expect(router.renewLease("r1", 30)).toBe(false);
    expect(router.status()).toMatchObject({ weight: 0, leaseLost: true });
    router.setWeight("r1", 50);
    expect(router.renewLease("r1", 30)).toBe(true);
  });

  test("keeps the weight of a rollout that is held on purpose", async () => {
    const { router, advance } = await routerOf();
    router.assign("r1", stableOf(1), canaryOf(2));
    router.renewLease("r1", 30);
    router.setWeight("r1", 40);
    router.releaseLease("r1");
    advance(3_600_000);
    expect(router.status().weight).toBe(40);
  });

  test("refuses a controller of another rollout", async () => {
    const { router } = await routerOf();
    router.assign("r1", stableOf(1), canaryOf(2));
    expect(() => router.setWeight("r2", 5)).toThrow(/r1/);
    expect(() => router.renewLease("r2", 5)).toThrow(/r1/);
    expect(router.status().weight).toBe(0);
  });

  test("keeps a caller with an affinity header on one arm", async () => {
    const { router, port } = await routerOf({ affinityHeader: "x-customer" });
    const [stable, canary] = [await answering("one"), await answering("two")];
    router.assign("r1", stableOf(stable.port), canaryOf(canary.port));
    router.setWeight("r1", 50);
    for (const customer of ["a", "b", "c", "d", "e", "f"]) {
      const bodies = new Set((await infer(port, 6, { "x-customer": customer })).map(({ json }) => json.body));
      expect(bodies.size).toBe(1);
    }
  });

  test("answers 503 by name before anything is served, and stays live", async () => {
    const { port } = await routerOf();
    expect((await infer(port, 1))[0]).toMatchObject({ status: 503, json: { code: "TH_SERVING_EMPTY" } });
    expect(await ask(port, "/v2/health/live")).toMatchObject({ status: 200 });
    expect(await ask(port, "/v2/health/ready")).toMatchObject({ status: 503 });
  });

  test("lets nobody through to a model server's control paths", async () => {
    const { router, port } = await routerOf();
    const stable = await answering("one");
    router.assign(null, stableOf(stable.port), null);
    for (const path of ["/control/stop", "/admin", "/v2/../control/stop", "/"]) {
      expect((await ask(port, path, {})).status).toBe(404);
    }
    expect(stable.count()).toBe(0);
  });

  test("refuses a body above its limit without asking anybody", async () => {
    const { router, port } = await routerOf();
    const stable = await answering("one");
    router.assign(null, stableOf(stable.port), null);
    expect(await ask(port, "/invocations", "x".repeat(1001))).toMatchObject({
      status: 413,
      json: { code: "TH_SERVING_BODY_SIZE" },
    });
    expect(stable.count()).toBe(0);
  });

  test("exposes its counts to Prometheus by arm and version", async () => {
    const { router, port } = await routerOf();
    const stable = await answering("one");
    router.assign(null, stableOf(stable.port), null);
    await infer(port, 3);
    const { text } = await ask(port, "/metrics");
    expect(text).toContain('titleholder_router_requests_total{arm="stable",version="1"} 3\n');
    expect(text).toContain('titleholder_router_failures_total{arm="stable",version="1"} 0\n');
    expect(text).toContain('titleholder_router_latency_seconds_bucket{arm="stable",version="1",le="+Inf"} 3\n');
    expect(text).toContain("titleholder_router_canary_weight_percent 0\n");
  });

  test("gives windows that tile: no request is counted twice and none is lost", async () => {
    const { router, port, advance, now } = await routerOf();
    const stable = await answering("one");
    router.assign(null, stableOf(stable.port), null);
    const begun = now();
    for (let i = 0; i < 10; i++) {
      await infer(port, 3);
      advance(70);
    }
    advance(200);
    const edges = [begun, begun + 130, begun + 250, begun + 461, begun + 900];
    const sums = edges.slice(1).map((to, i) => router.window(edges[i] ?? 0, to).counts.stable.requests);
    expect(sums.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(router.window(begun, begun + 900).counts.stable.requests).toBe(30);
  });
});
