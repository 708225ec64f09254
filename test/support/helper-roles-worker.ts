// A helper with small roles that misbehave in the ways a real one might. Spawned by process.test.ts and by a parent that is killed.
import { setTimeout as wait } from "node:timers/promises";
import { runHelper } from "../../src/hosts/helper.ts";
import { configurationError } from "../../src/kernel/error.ts";
import type { HelperRole } from "../../src/kernel/helper.ts";
import { isJsonObject, type Json } from "../../src/kernel/json.ts";

const held: Uint8Array[] = [];

async function answer(message: Json): Promise<Json> {
  const ask = isJsonObject(message) ? message : {};
  switch (ask.do) {
    case "environment":
      return Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? ""]));
    case "mistake":
      throw configurationError("TH_TEST_MISTAKE", "the a is b", "write c", { file: "f.csv", line: 2, column: 3 });
    case "bug":
      throw new RangeError("an index ran out");
    case "die":
      process.stderr.write("last words\n");
      process.kill(process.pid, "SIGKILL");
      return wait(60_000, null);
    case "exit":
      process.exit(7);
      break;
    case "allocate":
      for (let i = 0; i < 100; i += 1) {
        held.push(new Uint8Array(20e6).fill(1));
        await wait(5);
      }
      return held.length;
    case "heap": {
      const lists: number[][] = [];
      for (;;) lists.push(new Array(1_000_000).fill(lists.length + 0.5));
    }
    // falls through: the loop above ends with the process
    case "stall":
      await wait(60_000);
      return null;
    case "spin":
      for (;;);
    case "log":
      process.stdout.write("to stdout\n");
      process.stderr.write("to stderr\n");
      return null;
    default:
      return { pid: process.pid, echo: message };
  }
  return null;
}

const obedient: HelperRole = {
  name: "obedient",
  start: async () => {
    // What a server's socket is: something that keeps the process from ending.
    const open = setInterval(() => undefined, 1000);
    return {
      request: async (message, bytes) => ({
        message: await answer(message),
        bytes: bytes.map((part) => part.toReversed()),
      }),
      close: async () => clearInterval(open),
    };
  },
};

const clinging: HelperRole = {
  name: "clinging",
  start: async () => ({
    request: async (message) => ({ message: await answer(message) }),
    close: () => new Promise(() => undefined),
  }),
};

const refusing: HelperRole = {
  name: "refusing",
  start: () => Promise.reject(configurationError("TH_TEST_REFUSED", "not with these arguments", "write others")),
};

runHelper({
  obedient: async () => obedient,
  clinging: async () => clinging,
  refusing: async () => refusing,
});
