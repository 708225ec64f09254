import { createServer } from "node:http";
import { z } from "zod";
import type { HelperContext, HelperHandler, HelperRole } from "../../kernel/helper.ts";
import type { Json } from "../../kernel/json.ts";
import { createRandom } from "../../stats/random.ts";
import { adminHandler } from "../admin.ts";
import { closeServer, limitServer, listen } from "../http.ts";
import { whileRemembered } from "../remembered.ts";
import { Router } from "../router.ts";

const argsSchema = z.strictObject({
  /** Where callers come in; 0 picks a free port. */
  port: z.int().min(0).max(65_535),
  token: z.string().min(16),
  /** Of the draws that split the traffic. */
  seed: z.int(),
  /** Absolute path of the state file; the router ends when it is gone. */
  rememberedIn: z.string().nullable(),
  /** Callers who send the same value here stay on one arm. */
  affinityHeader: z.string().nullable(),
  bodyLimitBytes: z.int().default(4 * 2 ** 20),
  answerLimitMs: z.int().default(10_000),
});

/** What the process answers when it is asked for its ports. */
export interface RoutePorts {
  readonly port: number;
  readonly adminPort: number;
}

const leaseWatchMs = 100;

/** The weighted router as a process of its own: it outlives the run that started it, and goes back to stable when nobody controls it. */
export const role: HelperRole = {
  name: "route",
  async start(args: Json, context: HelperContext): Promise<HelperHandler> {
    const { port, token, seed, rememberedIn, affinityHeader, bodyLimitBytes, answerLimitMs } = argsSchema.parse(args);
    const router = new Router({
      random: createRandom(seed),
      now: () => context.now().getTime(),
      bodyLimitBytes,
      answerLimitMs,
      ...(affinityHeader === null ? {} : { affinityHeader: affinityHeader.toLowerCase() }),
    });
    const open = createServer((request, response) => void router.handle(request, response));
    // A detached process with nothing left to listen to ends by itself.
    const answerAdmin = adminHandler(router, token, () => setImmediate(() => void close()));
    const admin = createServer((request, response) => void answerAdmin(request, response));
    for (const server of [open, admin]) limitServer(server);
    const ports: RoutePorts = { port: await listen(open, port), adminPort: await listen(admin, 0) };
    const watch = setInterval(() => router.enforceLease(), leaseWatchMs);
    const forget = whileRemembered(context, rememberedIn, () => void close());
    async function close(): Promise<void> {
      forget();
      clearInterval(watch);
      await Promise.all([closeServer(open, 2000), closeServer(admin, 200)]);
      router.close();
    }
    return { request: async () => ({ message: { ...ports } }), close };
  },
};
