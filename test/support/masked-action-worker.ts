// The real action host around a command with a secret input, which does with it what a careless one might.
import { join } from "node:path";
import { z } from "zod";
import { baseInputs, input } from "../../src/commands/shared.ts";
import { runAction } from "../../src/hosts/action.ts";
import type { AnyCommand } from "../../src/kernel/command.ts";
import { configurationError } from "../../src/kernel/error.ts";

const command = {
  name: "train",
  summary: "Tells secrets.",
  description: "Tells secrets.",
  inputs: z.strictObject({
    ...baseInputs,
    token: input(z.string(), { description: "A secret.", secret: true }),
    fails: input(z.boolean().default(false), { description: "Whether to fail with it." }),
  }),
  outputs: z.strictObject({}),
  details: z.null(),
  async run(inputs, host) {
    const token = String(inputs.token);
    host.log.info(`raw ${token}`);
    host.log.info(`base64 ${Buffer.from(token).toString("base64")}`);
    host.log.info(`url ${encodeURIComponent(token)}`);
    host.log.warn(`json ${JSON.stringify({ token })}`);
    if (inputs.fails === true)
      throw configurationError("TH_TEST", `refused by the service with ${token}`, "write another");
    const findings = {
      verdict: "pass" as const,
      summary: "done",
      checks: [],
      subjects: [],
      materials: [],
      details: null,
      tables: [],
      series: [],
    };
    return { findings, outputs: {} };
  },
} satisfies AnyCommand;

await runAction("train", { dist: join(import.meta.dirname, "../../dist"), helperScript: "" }, async () => command);
