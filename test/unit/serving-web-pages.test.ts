import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HelperHandler } from "../../src/kernel/helper.ts";
import { call, command, routerWindow } from "../../src/serving/client.ts";
import { closeServer, listen, refuseWebPages, sendError } from "../../src/serving/http.ts";
import { role as route } from "../../src/serving/roles/route.ts";
import { constantModel } from "../support/embedded.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { ask, askWith, helperContext, serveModel, testToken } from "../support/serving.ts";

let t: TestHost;
let handlers: readonly HelperHandler[] = [];
let modelPort = 0;
let router = { port: 0, adminPort: 0 };

beforeAll(async () => {
  t = await testHost();
  const served = await serveModel(t.cwd, constantModel(1));
  modelPort = served.port;
  const routing = await route.start(
    { port: 0, token: testToken, seed: 1, rememberedIn: null, affinityHeader: null },
    helperContext(),
  );
  handlers = [routing, served.handler];
  router = (await routing.request(null, [])).message as unknown as typeof router;
  const arm = { version: "1", port: modelPort };
  const control = { adminPort: router.adminPort, token: testToken };
  await command(control, "/arms", { rollout: "r", stable: { ...arm, id: "a" }, canary: { ...arm, id: "b" } });
  await command(control, "/weight", { rollout: "r", percent: 50 });
});

afterAll(async () => {
  for (const handler of handlers) await handler.close();
  await t[Symbol.asyncDispose]();
});

const row = JSON.stringify({ inputs: { x: [1] } });
const pages: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ["a page of another site", { origin: "https://evil.example" }, "TH_SERVING_ORIGIN"],
  ["a page without an origin of its own", { origin: "null" }, "TH_SERVING_ORIGIN"],
  ["a page of another port of this machine", { origin: "http://localhost:3000" }, "TH_SERVING_ORIGIN"],
  ["a request that a browser calls cross-site", { "sec-fetch-site": "cross-site" }, "TH_SERVING_ORIGIN"],
  ["a request that a browser calls same-site", { "sec-fetch-site": "same-site" }, "TH_SERVING_ORIGIN"],
  ["a name that was bound to this machine", { host: "evil.example" }, "TH_SERVING_HOST"],
  ["such a name with the port", { host: "evil.example:8080" }, "TH_SERVING_HOST"],
  ["a name that begins like the address", { host: "127.0.0.1.evil.example" }, "TH_SERVING_HOST"],
  ["a name that ends like the address", { host: "evil.localhost" }, "TH_SERVING_HOST"],
  ["another address", { host: "192.168.0.1:8080" }, "TH_SERVING_HOST"],
];

describe("a web page is refused before anything is done or counted", () => {
  test.each(pages)("%s, by the model server", async (_, headers, code) => {
    expect(await askWith(modelPort, "/invocations", headers, row)).toEqual({ status: 403, code });
    const stop = { ...headers, authorization: `Bearer ${testToken}` };
    expect(await askWith(modelPort, "/control/stop", stop)).toEqual({ status: 403, code });
    expect((await ask(modelPort, "/metrics")).text).not.toMatch(/_total\{.*\} [1-9]/);
  });

  test.each(pages)("%s, by the router", async (_, headers, code) => {
    expect(await askWith(router.port, "/invocations", headers, row)).toEqual({ status: 403, code });
    expect(await askWith(router.port, "/metrics", headers)).toEqual({ status: 403, code });
    const counts = (await routerWindow({ ...router, token: testToken }, 0, Date.now() + 1000)).counts;
    expect([counts.stable.requests, counts.canary.requests]).toEqual([0, 0]);
    expect((await ask(router.port, "/metrics")).text).not.toMatch(/_total\{.*\} [1-9]/);
  });

  test.each(pages)("%s, by the router's control", async (_, headers, code) => {
    const known = { ...headers, authorization: `Bearer ${testToken}` };
    expect(await askWith(router.adminPort, "/status", known)).toEqual({ status: 403, code });
    expect(await call(router.adminPort, "/status", testToken, {})).toMatchObject({ status: 200 });
  });
});

describe("everybody else is answered", () => {
  test("and counted, by the router and by the model server", async () => {
    expect(await askWith(router.port, "/invocations", {}, row)).toEqual({ status: 200, code: undefined });
    for (const port of [router.port, modelPort]) {
      expect((await ask(port, "/metrics")).text).toMatch(/_total\{.*\} 1$/m);
    }
  });

  test.each([
    ["localhost", { host: "localhost" }],
    ["localhost with a port, in capitals", { host: "LOCALHOST:1" }],
    ["another address of this machine", { host: "127.8.9.10:8080" }],
    ["the address of version 6", { host: "[::1]:8080" }],
    ["an address that was typed in", { "sec-fetch-site": "none" }],
    ["a request of the same site", { "sec-fetch-site": "same-origin" }],
  ])("%s", async (_, headers) => {
    const server = createServer((request, response) => {
      try {
        refuseWebPages(request);
        response.end("{}");
      } catch (error) {
        sendError(response, error as Parameters<typeof sendError>[1]);
      }
    });
    const port = await listen(server, 0);
    expect(await askWith(port, "/", headers)).toEqual({ status: 200, code: undefined });
    await closeServer(server, 0);
  });
});
