import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FileFacts } from "../../src/kernel/files.ts";
import { whileRemembered } from "../../src/serving/remembered.ts";
import { helperContext } from "../support/serving.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server whose state file is as `facts` says, look by look; gives how often it was ended after a minute. */
async function endings(facts: () => Promise<FileFacts | undefined>, path: string | null = "/state/serving.json") {
  const context = helperContext();
  let ended = 0;
  const stop = whileRemembered({ ...context, files: { ...context.files, facts } }, path, () => {
    ended++;
    stop();
  });
  await vi.advanceTimersByTimeAsync(60_000);
  stop();
  return ended;
}

const there: FileFacts = { kind: "file", size: 100, modified: 0, private: true, link: false };

test("a server whose state file is gone ends, once", async () => {
  expect(await endings(async () => undefined)).toBe(1);
});

test("a server goes on while its state file is there, is missing for a moment, or cannot be read", async () => {
  expect(await endings(async () => there)).toBe(0);
  let look = 0;
  expect(await endings(async () => (look++ % 2 === 0 ? undefined : there))).toBe(0);
  expect(await endings(() => Promise.reject(new Error("EACCES")))).toBe(0);
});

test("a server that belongs to its starter looks for no file", async () => {
  expect(await endings(async () => undefined, null)).toBe(0);
});
