import { request as open } from "node:http";
import { z } from "zod";
import { TitleholderError } from "../kernel/error.ts";
import type { Json } from "../kernel/json.ts";
import { loopback } from "./http.ts";
import type { RouterStatus, WindowAnswer } from "./router.ts";

const callLimitMs = 3000;

/** How a server of ours answered a call; `gone` when nobody listens, `silent` when no answer came in time. */
export type CallAnswer =
  | { readonly state: "answered"; readonly status: number; readonly body: Json }
  | { readonly state: "gone" | "silent"; readonly detail: string };

/** One call to a server on this machine, with its token. A GET when there is no body. Never rejects. */
export function call(port: number, path: string, token?: string, body?: Json): Promise<CallAnswer> {
  return new Promise((resolve) => {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const request = open({
      host: loopback,
      port,
      path,
      method: payload === undefined ? "GET" : "POST",
      // A connection of its own: one kept open would outlive a server that is replaced on the same port.
      agent: false,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(payload === undefined ? {} : { "content-type": "application/json", "content-length": payload.length }),
      },
      timeout: callLimitMs,
    });
    request.on("timeout", () => {
      resolve({ state: "silent", detail: `no answer within ${callLimitMs} ms` });
      request.destroy();
    });
    request.on("error", (error) => resolve({ state: "gone", detail: error.message }));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => resolve({ state: "gone", detail: error.message }));
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        try {
          resolve({ state: "answered", status, body: JSON.parse(Buffer.concat(chunks).toString()) as Json });
        } catch {
          resolve({ state: "answered", status, body: null });
        }
      });
    });
    request.end(payload);
  });
}

/** Where a router is controlled. */
export interface RouterAddress {
  readonly adminPort: number;
  readonly token: string;
}

const backendSchema = z.object({ id: z.string(), version: z.string(), port: z.int() });
const statusSchema: z.ZodType<RouterStatus> = z.object({
  startedMs: z.number(),
  nowMs: z.number(),
  rollout: z.string().nullable(),
  weight: z.number(),
  arms: z.object({ stable: backendSchema.nullable(), canary: backendSchema.nullable() }),
  leaseUntilMs: z.number().nullable(),
  leaseLost: z.boolean(),
});
// Counts are checked by who reads them: a number that is none is a state of a measurement.
const countsSchema = z.object({
  requests: z.unknown(),
  failures: z.unknown(),
  refused: z.unknown(),
  latency: z.array(z.unknown()),
});
const windowSchema = z.object({
  nowMs: z.number(),
  startedMs: z.number(),
  forgottenMs: z.number(),
  counts: z.object({ stable: countsSchema, canary: countsSchema }),
});

export type UncheckedWindow = Omit<WindowAnswer, "counts"> & z.output<typeof windowSchema>;

/** The router's status; undefined when it is not there, or another program is. */
export async function routerStatus({ adminPort, token }: RouterAddress): Promise<RouterStatus | undefined> {
  const answer = await call(adminPort, "/status", token, {});
  return answer.state === "answered" && answer.status === 200 ? statusSchema.safeParse(answer.body).data : undefined;
}

/**
 * A call to the router that has to work.
 * @throws TitleholderError TH_TARGET_ROUTER (backend) when it is not there or refuses
 */
export async function command({ adminPort, token }: RouterAddress, path: string, body: Json): Promise<Json> {
  const answer = await call(adminPort, path, token, body);
  if (answer.state !== "answered") throw lost(answer.detail);
  if (answer.status === 200) return answer.body;
  const said = z.object({ error: z.string() }).safeParse(answer.body).data?.error ?? `status ${answer.status}`;
  throw lost(`it refused ${path}: ${said}`);
}

/** @throws TitleholderError TH_TARGET_ROUTER (backend) */
export async function routerWindow(address: RouterAddress, fromMs: number, toMs: number): Promise<UncheckedWindow> {
  const parsed = windowSchema.safeParse(await command(address, "/window", { from: fromMs, to: toMs }));
  if (!parsed.success) throw lost("its counts cannot be read");
  return parsed.data;
}

function lost(detail: string): TitleholderError {
  return new TitleholderError(
    "backend",
    "TH_TARGET_ROUTER",
    `the router does not answer as it should: ${detail}`,
    "run `operation: status` to see what is left; `operation: abort` starts it again with all traffic at stable",
  );
}
