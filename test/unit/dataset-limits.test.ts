import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { locateData, openData } from "../../src/commands/data.ts";
import { Session } from "../../src/dataset/engines/duckdb/session.ts";
import { type TestHost, testHost } from "../support/host.ts";

const rows = 300_000;
const csv = `id,v,s\n${Array.from({ length: rows }, (_, at) => `${at},${(at * 7919) % 1009}.5,text ${at}`).join("\n")}\n`;
const json = `[${Array.from({ length: rows }, (_, at) => `{"id":${at},"v":${(at * 7919) % 1009}.5,"s":"text ${at}"}`).join(",\n")}]`;

/** Stops the run as soon as the log tells of the task; resolves with the time of that. */
function stopAt(t: TestHost, stop: AbortController, task: string): Promise<number> {
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (!t.logs.some((line) => line.startsWith(`progress ${task}`))) return;
      clearInterval(look);
      stop.abort(new Error("the job was cancelled"));
      resolve(performance.now());
    }, 1);
  });
}

async function open(t: TestHost, name: string): Promise<void> {
  const { source } = await locateData([join(t.cwd, name)], t.host, "data");
  await using dataset = await openData(source, t.host);
  await dataset.aggregate({ n: { fn: "count" } });
}

async function everything(t: TestHost): Promise<readonly string[]> {
  return t.host.files.glob("**/*", t.host.scratch);
}

describe("a run that is cancelled", () => {
  test.each([
    ["while fingerprints are taken", "a.csv", csv, "fingerprinting the data"],
    ["while CSV is read for its structure", "a.csv", csv, "reading the structure of the data"],
    ["while CSV is cleaned", "a.csv", `\n${csv}`, "cleaning the data"],
    ["while CSV is loaded", "a.csv", csv, "reading the data"],
    ["while JSON is read for its structure", "a.json", json, "reading the structure of the data"],
    ["while JSON is loaded", "a.json", json, "reading the data"],
    ["while text is converted", "a.csv", Buffer.from(`\ufeff${csv}`, "utf16le"), "converting the data"],
  ])("%s, it ends within two seconds and leaves no half of a file", async (_name, file, content, task) => {
    const stop = new AbortController();
    await using t = await testHost({ files: { [file]: content }, signal: stop.signal });
    const stopped = stopAt(t, stop, task);
    const ended = open(t, file).then(
      () => undefined,
      (error: unknown) => ({ error, at: performance.now() }),
    );
    const [from, outcome] = await Promise.all([stopped, ended]);
    expect(outcome?.error).toMatchObject({ message: "the job was cancelled" });
    expect((outcome?.at ?? Number.POSITIVE_INFINITY) - from).toBeLessThan(2000);
    expect((await everything(t)).filter((path) => /\.tmp$/.test(path))).toEqual([]);
  });
});

describe("long statements", () => {
  test("tell how far they are, until they end", async () => {
    const stop = new AbortController();
    await using t = await testHost({ signal: stop.signal });
    const told: number[] = [];
    const tell = (percent: number) => {
      told.push(percent);
      stop.abort(new Error("told"));
    };
    const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
    const limits = { memoryBytes: 2 ** 28, spill: t.host.scratch, signal: stop.signal };
    await using session = await Session.open(native, limits, [], tell);
    await expect(session.row("SELECT sum(hash(i * j)) FROM range(100000000) a(i), range(100000) b(j)")).rejects.toThrow(
      "told",
    );
    expect(told.every((percent) => percent >= 0 && percent <= 100)).toBe(true);
    expect(told.length).toBeGreaterThan(0);
  });
});
