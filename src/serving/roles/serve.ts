import { createServer } from "node:http";
import { z } from "zod";
import type { HelperContext, HelperHandler, HelperRole } from "../../kernel/helper.ts";
import type { Json } from "../../kernel/json.ts";
import { longestTimerMs } from "../../kernel/quantity.ts";
import { closeServer, limitServer, listen } from "../http.ts";
import { ModelServer } from "../model-server.ts";
import { whileRemembered } from "../remembered.ts";
import { openSession, sessionArgs } from "../session.ts";

const argsSchema = z.strictObject({
  ...sessionArgs.shape,
  name: z.string(),
  version: z.string(),
  token: z.string().min(16),
  /** Absolute path of the state file; the server ends when it is gone. */
  rememberedIn: z.string().nullable(),
  bodyLimitBytes: z.int().default(4 * 2 ** 20),
  maxRows: z.int().min(1).default(1024),
});

/** What differs from one server to the next; the rest has defaults. */
export type ServeArgs = z.input<typeof argsSchema>;

/** One model behind HTTP as a process of its own, on a free port of this machine: `{ port }` is what it answers to any message. */
export const role: HelperRole = {
  name: "serve",
  async start(args: Json, context: HelperContext): Promise<HelperHandler> {
    const { name, version, token, rememberedIn, bodyLimitBytes, maxRows, ...model } = argsSchema.parse(args);
    const session = await openSession(model, context);
    let ending: NodeJS.Timeout | undefined;
    const models = new ModelServer(session, {
      name,
      version,
      digest: model.digest,
      bodyLimitBytes,
      maxRows,
      now: () => context.now().getTime(),
      token,
      // A detached process with nothing left to listen to ends by itself.
      stop: (afterSeconds) => {
        clearTimeout(ending);
        ending = setTimeout(() => void close(), Math.min(afterSeconds * 1000, longestTimerMs));
      },
    });
    const server = createServer((request, response) => void models.handle(request, response));
    limitServer(server);
    const port = await listen(server, 0);
    const forget = whileRemembered(context, rememberedIn, () => void close());
    async function close(): Promise<void> {
      forget();
      clearTimeout(ending);
      await closeServer(server, 2000);
      await session.close();
    }
    return { request: async () => ({ message: { port } }), close };
  },
};
