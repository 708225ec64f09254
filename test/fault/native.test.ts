import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { installedModules, type NativeOptions, nativeFolder } from "../../src/hosts/native.ts";
import { npmSettings } from "../../src/hosts/npm-settings.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { type Folder, folder } from "../support/folder.ts";
import { type RegistryServer, registryServer } from "../support/registry-server.ts";

const name = "@duckdb/node-api";
const version = "9.9.9";
const glibc = (process.report.getReport() as { header?: { glibcVersionRuntime?: string } }).header?.glibcVersionRuntime;
const platform = `${process.platform}-${process.arch}${process.platform === "linux" && glibc === undefined ? "-musl" : ""}`;
const bindings = `@duckdb/node-bindings-${platform}`;

interface Small extends AsyncDisposable {
  readonly server: RegistryServer;
  readonly at: Folder;
  readonly lock: NonNullable<NativeOptions["lock"]>;
  readonly cache: string;
}

/** A package of the real one's shape, with a part for this platform and one for another, on a registry of its own. */
async function small(): Promise<Small> {
  const server = await registryServer();
  const at = await folder();
  const packages = {
    [name]: {
      "index.js": `module.exports = { said: require("${bindings}") + " from ${version}" };`,
      "big.bin": "x".repeat(1000),
    },
    [bindings]: { "index.js": 'module.exports = "genuine";' },
  };
  const integrity: Record<string, string> = {};
  for (const [each, files] of Object.entries(packages)) integrity[each] = await server.publish(each, version, files);
  const files = ["package.json", "index.js"];
  const entry = (each: string, more: object = {}) => ({
    name: each,
    version,
    integrity: integrity[each] ?? "",
    files,
    ...more,
  });
  return {
    server,
    at,
    cache: join(at.path, "cache"),
    lock: {
      "@duckdb/node-api": [
        entry(name),
        entry(bindings, { platform }),
        entry("@duckdb/node-bindings-other", { platform: "other" }),
      ],
      "onnxruntime-node": [],
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await at[Symbol.asyncDispose]();
    },
  };
}

const find = (s: Small, more: { installed?: string[]; signal?: AbortSignal; url?: string } = {}) =>
  nativeFolder(
    name,
    {
      installed: more.installed ?? [],
      cache: s.cache,
      npm: npmSettings({ npm_config_registry: more.url ?? s.server.url }, ""),
    },
    { lock: s.lock, ...(more.signal === undefined ? {} : { signal: more.signal }) },
  );

async function refusal(work: Promise<unknown>): Promise<TitleholderError> {
  const error: unknown = await work.then(
    () => new Error("it was found"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof TitleholderError) return error;
  throw error;
}

/** Everything below the cache, as paths relative to it. */
async function kept(cache: string): Promise<readonly string[]> {
  return (await readdir(join(cache, "titleholder"), { recursive: true }).catch(() => [])).sort();
}

interface Asked {
  readonly answer?: unknown;
  readonly code?: string;
  readonly message?: string;
}

/** Loads the package in a process of its own, which starts in `cwd`. */
async function ask(order: object, options: { cwd: string; env?: Record<string, string> }): Promise<Asked> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "../support/native-worker.ts"), JSON.stringify(order)],
    {
      cwd: options.cwd,
      env: { PATH: process.env.PATH ?? "", HOME: options.cwd, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const text = { out: "", error: "" };
  child.stdout.on("data", (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text.error += chunk.toString()));
  await once(child, "close");
  if (text.out === "") throw new Error(text.error);
  return JSON.parse(text.out) as Asked;
}

describe("from an empty cache", () => {
  test("the wanted files of this platform alone are kept, under a mark", async () => {
    await using s = await small();
    const found = await find(s);
    expect(s.server.requests.sort()).toEqual(
      [`${name}/-/node-api-9.9.9.tgz`, `${bindings}/-/${bindings.split("/")[1]}-9.9.9.tgz`].sort(),
    );
    const files = (await kept(s.cache))
      .filter((path) => /\.(js|json|bin|complete)$/.test(path))
      .map((path) => path.replace(/^[^/]+\//, ""));
    expect(files).toEqual([
      ".complete",
      "node_modules/@duckdb/node-api/index.js",
      "node_modules/@duckdb/node-api/package.json",
      `node_modules/${bindings}/index.js`,
      `node_modules/${bindings}/package.json`,
    ]);
    expect(found.startsWith(s.cache)).toBe(true);
    expect(await ask({ name, cache: s.cache, installed: [], lock: s.lock }, { cwd: s.at.path })).toEqual({
      answer: { said: "genuine from 9.9.9" },
    });
  });

  test("what is there already is asked of no registry", async () => {
    await using s = await small();
    const first = await find(s);
    s.server.requests.length = 0;
    expect(await find(s, { url: "http://127.0.0.1:9/" })).toBe(first);
    expect(s.server.requests).toEqual([]);
  });

  test("another version, or other bytes under the same version, have a folder of their own", async () => {
    await using s = await small();
    const first = await find(s);
    const integrity = await s.server.publish(bindings, version, { "index.js": 'module.exports = "newer";' });
    const lock = {
      ...s.lock,
      [name]: s.lock[name].map((entry) => (entry.name === bindings ? { ...entry, integrity } : entry)),
    };
    const second = await find({ ...s, lock });
    expect(second).not.toBe(first);
    expect(await readFile(join(second, "..", bindings.split("/")[1] ?? "", "index.js"), "utf8")).toContain("newer");
  });

  test("the real package comes from the configured registry, and answers", async () => {
    await using at = await folder();
    const order = { name, cache: join(at.path, "cache"), installed: [], query: "SELECT 6 * 7 AS answer" };
    // With the person's own settings: a mirror is used where one is configured.
    const env = process.env as Record<string, string>;
    expect(await ask(order, { cwd: at.path, env })).toEqual({ answer: [[42]] });
    const packages = await readdir(
      join(
        order.cache,
        "titleholder",
        (await readdir(join(order.cache, "titleholder")))[0] ?? "",
        "node_modules/@duckdb",
      ),
    );
    expect(packages.sort()).toEqual(["node-api", "node-bindings", bindings.split("/")[1]].sort());
    // And again from the cache, with no registry at all.
    expect(await ask(order, { cwd: at.path, env: { npm_config_registry: "http://127.0.0.1:9/" } })).toEqual({
      answer: [[42]],
    });
  });
});

describe("a tarball that is not the published one", () => {
  test.each([
    [
      "one byte is another",
      (tarball: Buffer) => Buffer.from(tarball.map((byte, index) => (index === 60 ? byte ^ 1 : byte))),
    ],
    ["it is cut short", (tarball: Buffer) => tarball.subarray(0, -20)],
    ["it is empty", () => Buffer.alloc(0)],
    ["it is something else", () => Buffer.from("<html>captive portal</html>")],
  ])("is refused, and nothing of it is kept: %s", async (_what, change) => {
    await using s = await small();
    s.server.serve(bindings, (tarball: Buffer) => change(tarball));
    const error = await refusal(find(s));
    expect(error).toMatchObject({ code: "TH_NATIVE_CORRUPT", kind: "backend" });
    expect(error.message).toContain(`${bindings} 9.9.9`);
    expect(error.fix).toContain("mirror");
    expect(await kept(s.cache)).toEqual([]);
    s.server.serve(bindings, (tarball: Buffer) => tarball);
    await find(s);
  });
});

describe("a registry that does not serve", () => {
  test("because nobody listens, after several tries", async () => {
    await using s = await small();
    const error = await refusal(find(s, { url: "http://127.0.0.1:9/" }));
    expect(error).toMatchObject({ code: "TH_NATIVE_DOWNLOAD", kind: "backend" });
    expect(error.message).toContain("cannot fetch @duckdb/node-api 9.9.9 from the configured npm registry");
    expect(error.fix).toContain("npm config set registry");
    expect(await kept(s.cache)).toEqual([]);
  });

  test("because it has no such package, at once", async () => {
    await using s = await small();
    s.server.serve(name, (response, _tarball) => response.writeHead(404).end());
    expect((await refusal(find(s))).message).toContain("HTTP 404");
    expect(s.server.requests.length).toBe(1);
  });

  test("for a moment only is asked again", async () => {
    await using s = await small();
    let failures = 0;
    s.server.serve(name, (response, tarball) => {
      failures += 1;
      if (failures === 1) response.writeHead(503).end();
      else response.end(tarball);
    });
    await find(s);
    expect(s.server.requests.length).toBe(3);
  });

  test("in time is left when the run is cancelled", async () => {
    await using s = await small();
    s.server.serve(name, (response, tarball) => void response.write(tarball.subarray(0, 10)));
    const controller = new AbortController();
    const found = find(s, { signal: controller.signal });
    while (s.server.requests.length === 0) await wait(10);
    controller.abort(new Error("stopped"));
    await expect(found).rejects.toThrow("stopped");
    expect(await kept(s.cache)).toEqual([]);
  });
});

describe("what a pull request could plant", () => {
  const evil = 'require("node:fs").writeFileSync("hacked", ""); module.exports = { said: "evil" };';

  test("in node_modules of the working directory is not loaded", async () => {
    await using s = await small();
    for (const each of [name, bindings]) {
      await s.at.write(
        `work/node_modules/${each}/package.json`,
        JSON.stringify({ name: each, version, main: "index.js" }),
      );
      await s.at.write(`work/node_modules/${each}/index.js`, evil);
    }
    const asked = await ask(
      { name, cache: s.cache, installed: [], lock: s.lock },
      { cwd: join(s.at.path, "work"), env: { npm_config_registry: s.server.url } },
    );
    expect(asked).toEqual({ answer: { said: "genuine from 9.9.9" } });
    await expect(stat(join(s.at.path, "work/hacked"))).rejects.toThrow();
  });

  test("in the workspace's .npmrc is not read; the person's is, with its credential", async () => {
    await using s = await small();
    await using other = await registryServer();
    await s.at.write("work/.npmrc", `registry=${other.url}\n@duckdb:registry=${other.url}\n`);
    const address = s.server.url.replace(/^http:/, "");
    const mine = await s.at.write("home/npmrc", `registry=${s.server.url}\n${address}:_authToken=mine\n`);
    const asked = await ask(
      { name, cache: s.cache, installed: [], lock: s.lock },
      { cwd: join(s.at.path, "work"), env: { NPM_CONFIG_USERCONFIG: mine } },
    );
    expect(asked).toEqual({ answer: { said: "genuine from 9.9.9" } });
    expect(other.requests).toEqual([]);
    expect(new Set(s.server.authorizations)).toEqual(new Set(["Bearer mine"]));
  });
});

describe("beside this installation", () => {
  test("the right version is taken as it is, another one is not", async () => {
    await using s = await small();
    const modules = join(s.at.path, "app/node_modules");
    await s.at.write(`app/node_modules/${name}/package.json`, JSON.stringify({ name, version }));
    expect(await find(s, { installed: [modules] })).toBe(join(modules, name));
    expect(s.server.requests).toEqual([]);
    await s.at.write(`app/node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0" }));
    expect((await find(s, { installed: [modules] })).startsWith(s.cache)).toBe(true);
  });

  test("is the installation's own node_modules, and the one it was installed into", () => {
    expect(installedModules("/srv/titleholder/dist")).toEqual(["/srv/titleholder/node_modules"]);
    expect(installedModules("/app/node_modules/titleholder/dist")).toEqual([
      "/app/node_modules/titleholder/node_modules",
      "/app/node_modules",
    ]);
  });
});

describe("several processes", () => {
  test("that fetch at once all get a whole package, and leave one", async () => {
    await using s = await small();
    const order = { name, cache: s.cache, installed: [], lock: s.lock };
    const options = { cwd: s.at.path, env: { npm_config_registry: s.server.url } };
    const asked = await Promise.all(Array.from({ length: 4 }, () => ask(order, options)));
    expect(asked).toEqual(Array.from({ length: 4 }, () => ({ answer: { said: "genuine from 9.9.9" } })));
    expect((await readdir(join(s.cache, "titleholder"))).length).toBe(1);
  });

  test("of which one is killed in the middle of a download leave nothing that looks whole", async () => {
    await using s = await small();
    s.server.serve(bindings, (response, tarball) => void response.write(tarball.subarray(0, 100)));
    const worker = join(import.meta.dirname, "../support/native-worker.ts");
    const child = spawn(
      process.execPath,
      [worker, JSON.stringify({ name, cache: s.cache, installed: [], lock: s.lock })],
      {
        env: { PATH: process.env.PATH ?? "", npm_config_registry: s.server.url },
        stdio: "ignore",
      },
    );
    while (s.server.requests.length < 2) await wait(10);
    child.kill("SIGKILL");
    await once(child, "exit");
    const left = await readdir(join(s.cache, "titleholder"));
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(/^\.incoming-/);
    expect((await kept(s.cache)).some((path) => path.endsWith(".complete"))).toBe(false);
    s.server.serve(bindings, (tarball: Buffer) => tarball);
    await find(s);
    // Another process could still be at it; after a day nobody is.
    expect((await readdir(join(s.cache, "titleholder"))).length).toBe(2);
    const old = join(s.cache, "titleholder", left[0] ?? "");
    await utimes(old, 1, 1);
    const lock = { ...s.lock, [name]: s.lock[name].map((entry) => ({ ...entry, files: ["package.json"] })) };
    await find({ ...s, lock });
    await expect(stat(old)).rejects.toThrow();
  });
});

describe("a cache", () => {
  test("in which somebody half removed the package is filled again", async () => {
    await using s = await small();
    const found = await find(s);
    const home = join(found, "../../..");
    await writeFile(join(home, "other"), "");
    await rm(join(home, ".complete"));
    await rm(join(found, "index.js"));
    expect(await find(s)).toBe(found);
    await stat(join(found, "index.js"));
  });

  test("that cannot be written is the user's to mend", async () => {
    await using s = await small();
    await mkdir(join(s.at.path, "file"));
    await writeFile(join(s.at.path, "file/titleholder"), "a file where a folder should be");
    const error = await refusal(find({ ...s, cache: join(s.at.path, "file") }));
    expect(error).toMatchObject({ code: "TH_NATIVE_CACHE", kind: "configuration" });
    expect(error.fix).toContain("RUNNER_TOOL_CACHE");
  });
});

test("a platform that the package was never built for is named, before anything is fetched", async () => {
  await using s = await small();
  const lock = { ...s.lock, [name]: s.lock[name].filter((entry) => entry.platform !== platform) };
  const error = await refusal(find({ ...s, lock }));
  expect(error).toMatchObject({ code: "TH_NATIVE_PLATFORM", kind: "configuration" });
  expect(error.message).toContain(platform);
  expect(s.server.requests).toEqual([]);
});
