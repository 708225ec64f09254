import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { HttpError, isAuthorised, readBody, refuseWebPages, sendError, sendJson } from "./http.ts";
import type { Router } from "./router.ts";

const bodyLimitBytes = 64 * 1024;

const backendSchema = z.strictObject({ id: z.string(), version: z.string(), port: z.int().min(1).max(65_535) });

const assignSchema = z.strictObject({
  rollout: z.string().nullable(),
  stable: backendSchema.nullable(),
  canary: backendSchema.nullable(),
});
const weightSchema = z.strictObject({ rollout: z.string(), percent: z.int().min(0).max(100) });
const leaseSchema = z.strictObject({ rollout: z.string(), seconds: z.number().gt(0).nullable() });
const windowSchema = z.strictObject({ from: z.number(), to: z.number() });

/**
 * The router's control: on a port of its own, for whoever knows the token. `stop` ends the process.
 * Every call is a POST with a JSON body, and answers JSON.
 */
export function adminHandler(router: Router, token: string, stop: () => void) {
  const calls = new Map<string, (body: unknown) => unknown>([
    ["/status", () => router.status()],
    [
      "/arms",
      (body) => {
        const { rollout, stable, canary } = assignSchema.parse(body);
        router.assign(rollout, stable, canary);
        return router.status();
      },
    ],
    [
      "/weight",
      (body) => {
        const { rollout, percent } = weightSchema.parse(body);
        router.setWeight(rollout, percent);
        return router.status();
      },
    ],
    [
      "/lease",
      (body) => {
        const { rollout, seconds } = leaseSchema.parse(body);
        if (seconds !== null) return { held: router.renewLease(rollout, seconds) };
        router.releaseLease(rollout);
        return { held: true };
      },
    ],
    [
      "/window",
      (body) => {
        const { from, to } = windowSchema.parse(body);
        return router.window(from, to);
      },
    ],
    [
      "/stop",
      () => {
        stop();
        return {};
      },
    ],
  ]);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      refuseWebPages(request);
      if (!isAuthorised(request, token)) throw new HttpError(401, "TH_SERVING_TOKEN", "a token is needed");
      const call = calls.get(request.url ?? "");
      if (call === undefined || request.method !== "POST") throw new HttpError(404, "TH_SERVING_PATH", "no such call");
      const body = (await readBody(request, bodyLimitBytes)).toString();
      sendJson(response, 200, call(body === "" ? {} : JSON.parse(body)));
    } catch (error) {
      sendError(response, asHttpError(error));
    }
  };
}

function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof z.ZodError) return new HttpError(400, "TH_SERVING_BODY", z.prettifyError(error));
  if (error instanceof SyntaxError) return new HttpError(400, "TH_SERVING_BODY", "the body is not JSON");
  return new HttpError(500, "TH_SERVING_BUG", String(error));
}
