import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openSources } from "../../src/dataset/engines/duckdb/opening.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { TestHost } from "../support/host.ts";
import { checkNamed, ordersCsv, ordersHost, ordersQueries, sqlCheck, validateOrders } from "../support/sql-rules.ts";

const secret = "canary-of-a-file";
const environment = "canary-of-the-environment";

/** What a rule is tried with. `@`, `#` and `%` stand for the secret's path, the input's path and the address of the HTTP canary. */
const attempts: readonly (readonly [query: string, why: RegExp])[] = [
  // Files, by every way that a table or a value can be made of one.
  ["SELECT length(content) FROM read_text('@')", /table function read_text|function read_text/],
  ["SELECT octet_length(content) FROM read_blob('@')", /read_blob/],
  ["SELECT count(*) FROM read_csv('@')", /read_csv/],
  ["SELECT count(*) FROM read_csv_auto('#')", /read_csv_auto/],
  ["SELECT count(*) FROM read_parquet('@')", /read_parquet/],
  ["SELECT count(*) FROM parquet_scan(['@'])", /parquet_scan/],
  ["SELECT count(*) FROM parquet_metadata('@')", /parquet_metadata/],
  ["SELECT count(*) FROM read_json('@')", /read_json/],
  ["SELECT count(*) FROM read_json_objects('@')", /read_json_objects/],
  ["SELECT count(*) FROM read_ndjson('@')", /read_ndjson/],
  ["SELECT count(*) FROM sniff_csv('@')", /sniff_csv/],
  ["SELECT count(*) FROM glob('/*')", /glob/],
  ["SELECT count(*) FROM '@'", /there is no table/],
  ['SELECT count(*) FROM "@"', /there is no table/],
  ["SELECT count(*) FROM '#'", /there is no table/],
  ["SELECT count(*) FROM '/etc/passwd'", /there is no table/],
  ["SELECT count(*) FROM '../*.csv'", /there is no table/],
  ["SELECT count(*) FROM '/proc/self/environ'", /there is no table/],
  ["SELECT count(*) FROM read_text('/proc/self/environ')", /read_text/],
  ["SELECT (SELECT length(content) FROM read_text('@'))", /read_text/],
  ["WITH q AS (SELECT * FROM read_text('@')) SELECT count(*) FROM q", /read_text/],
  ["WITH q AS MATERIALIZED (FROM '@') SELECT count(*) FROM q", /there is no table/],
  ['WITH "@" AS (SELECT 1) SELECT count(*) FROM "@"', /may not be called/],
  ["WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT 1 FROM read_text('@')) SELECT count(*) FROM r", /read_text/],
  ["SELECT count(*) FROM orders, LATERAL (SELECT * FROM read_text('@'))", /read_text/],
  ["SELECT count(*) FROM orders WHERE customer IN (SELECT content FROM read_text('@'))", /read_text/],
  ["SELECT count(*) FROM orders WHERE EXISTS (FROM '@')", /there is no table/],
  ["SELECT 1 UNION ALL SELECT length(content) FROM read_text('@')", /read_text/],
  ["SELECT count(*) FROM orders ORDER BY (SELECT content FROM read_text('@'))", /read_text/],
  ["SELECT count(*) FROM orders LIMIT (SELECT length(content) FROM read_text('@'))", /read_text/],
  ["SELECT sum(amount) OVER (ORDER BY (SELECT content FROM read_text('@'))) FROM orders", /read_text/],
  ["SELECT count(*) FROM \"read_text\"('@')", /read_text/],
  ["SELECT count(*) FROM READ_TEXT('@')", /read_text/i],
  ["SELECT count(*) FROM main.read_text('@')", /read_text/],
  ["SELECT count(*) FROM system.main.read_text('@')", /read_text/],
  ["SELECT count(*) FROM query('SELECT * FROM read_text(''@'')')", /query/],
  ["SELECT count(*) FROM query_table('@')", /query_table/],
  ["SELECT count(*) FROM json_execute_serialized_sql('{}')", /json_execute_serialized_sql/],
  ["SELECT count(*) FROM orders JOIN '@' ON true", /there is no table/],
  ["SELECT count(*) FROM (PIVOT '@' ON a IN (1) USING count(*))", /pivot may not be used|there is no table/],
  ["FROM read_text('@') SELECT count(*)", /read_text/],
  ["VALUES ((SELECT length(content) FROM read_text('@')))", /read_text/],
  // The network.
  ["SELECT count(*) FROM read_csv('%')", /read_csv/],
  ["SELECT count(*) FROM '%/x.parquet'", /there is no table/],
  ["SELECT count(*) FROM read_text('%')", /read_text/],
  ["SELECT count(*) FROM 's3://bucket/x.parquet'", /there is no table/],
  ["ATTACH '%/x.db'", /no SELECT/],
  // Code and settings.
  ["INSTALL httpfs", /no SELECT/],
  ["FORCE INSTALL spatial FROM '%'", /no SELECT/],
  ["LOAD '@'", /no SELECT/],
  ["SET enable_external_access = true", /no SELECT/],
  ["SET lock_configuration = false", /no SELECT/],
  ["SET VARIABLE x = 1", /no SELECT/],
  ["RESET memory_limit", /no SELECT/],
  ["PRAGMA memory_limit = '100GB'", /no SELECT/],
  ["PRAGMA database_list", /no SELECT/],
  ["SELECT current_setting('temp_directory')", /function current_setting/],
  ["SELECT count(*) FROM duckdb_settings()", /duckdb_settings/],
  ["SELECT count(*) FROM pragma_database_list()", /pragma_database_list/],
  // Other data of the engine.
  ["SELECT count(*) FROM held1.rows", /there is no table/],
  ["SELECT count(*) FROM duckdb_views()", /duckdb_views/],
  ["SELECT count(*) FROM duckdb_secrets()", /duckdb_secrets/],
  ["SELECT count(*) FROM information_schema.tables", /there is no table/],
  ["SELECT count(*) FROM pg_catalog.pg_tables", /there is no table/],
  ["SELECT count(*) FROM sqlite_master", /there is no table/],
  ["SELECT count(*) FROM memory.main.orders", /there is no table/],
  ["SELECT length(pg_get_viewdef(1))", /pg_get_viewdef/],
  ["SELECT count(*) FROM (DESCRIBE orders)", /show ref may not be used/],
  ["SUMMARIZE orders", /show ref may not be used|columns/],
  ["SHOW TABLES", /./],
  // The environment, and what acts beside the result.
  ["SELECT length(getenv('TITLEHOLDER_CANARY'))", /function getenv/],
  ["SELECT nextval('s')", /function nextval/],
  ["SELECT write_log('x')", /function write_log/],
  ["SELECT sleep_ms(100000)", /function sleep_ms/],
  ["SELECT random()", /function random/],
  ["SELECT count(*) FROM orders USING SAMPLE 1 ROWS", /sample/],
  // Writing, and all other statements.
  ["COPY orders TO '#'", /no SELECT/],
  ["COPY (SELECT 'x') TO '#' (USE_TMP_FILE false)", /no SELECT/],
  ["COPY orders FROM '@'", /no SELECT/],
  ["EXPORT DATABASE '@'", /no SELECT/],
  ["IMPORT DATABASE '@'", /no SELECT/],
  ["ATTACH '@' AS other", /no SELECT/],
  ["CREATE TABLE t AS SELECT 1", /no SELECT/],
  ["CREATE MACRO f() AS TABLE SELECT * FROM read_text('@')", /no SELECT/],
  ["CREATE OR REPLACE VIEW orders AS SELECT 1 AS id", /no SELECT/],
  ["INSERT INTO orders VALUES (9)", /no SELECT/],
  ["DELETE FROM held1.rows", /no SELECT/],
  ["DROP VIEW orders", /no SELECT/],
  ["EXPLAIN ANALYZE SELECT 1", /no SELECT/],
  ["CALL duckdb_settings()", /no SELECT/],
  ["PREPARE p AS SELECT 1", /no SELECT/],
  ["BEGIN", /no SELECT/],
  ["CHECKPOINT", /no SELECT/],
  // More than one statement in one.
  ["SELECT 1; SELECT 2", /2 statements/],
  ["SELECT 1; COPY orders TO '#'", /no SELECT|2 statements/],
  ["SELECT count(*) FROM orders WHERE (a > 1) FROM orders; SELECT (1)", /./],
  ["SELECT 1 /* ; */; -- \n DROP VIEW orders", /no SELECT|2 statements/],
  ["PIVOT orders ON customer USING sum(amount)", /no SELECT|statements|may not be used/],
];

describe("a rule of the contract", () => {
  let t: TestHost;
  let server: Server;
  let queries: Awaited<ReturnType<typeof ordersQueries>>;
  const asked: string[] = [];
  const places = { "@": "", "#": "", "%": "" };

  beforeAll(async () => {
    vi.stubEnv("TITLEHOLDER_CANARY", environment);
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end("a,b\n1,2\n");
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    t = await ordersHost([], { files: { "elsewhere/secret.csv": `word\n${secret}\n` } });
    places["@"] = join(t.cwd, "elsewhere/secret.csv");
    places["#"] = join(t.cwd, "orders.csv");
    places["%"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    queries = await ordersQueries(t);
  });

  afterAll(async () => {
    await queries[Symbol.asyncDispose]();
    server.close();
    await t[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
  });

  async function folder(name: string): Promise<string> {
    const path = join(t.host.scratch, name);
    await t.host.files.makeDirectory(path);
    return path;
  }

  const filled = (query: string) => query.replace(/[@#%]/g, (sign) => places[sign as keyof typeof places]);

  test.each(attempts)("is refused before it runs: %s", async (query, why) => {
    const before = asked.length;
    const answer = await queries.ask(filled(query));
    expect(answer.outcome).toBe("refused");
    const said = JSON.stringify(answer);
    expect("message" in answer ? answer.message : "").toMatch(why);
    expect(said).not.toContain(secret);
    expect(said).not.toContain(environment);
    expect(asked.length).toBe(before);
    expect(await readFile(places["#"], "utf8")).toBe(ordersCsv);
    expect(await readdir(join(t.cwd, "elsewhere"))).toEqual(["secret.csv"]);
  });

  test("still works after all of that", async () => {
    expect(await queries.ask("SELECT sum(amount) FROM orders")).toEqual({ outcome: "value", value: 60 });
  });

  /** The lock behind the gate: what of the above it refuses by itself, when a statement is simply run. */
  test("would find no other file, network, setting or code in the engine even without the gate", async () => {
    const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
    const [spill, own] = [await folder("bare"), await folder("bare-table")];
    const limits = { memoryBytes: 2 ** 28, spill, signal: t.host.signal };
    const source = { kind: "files", files: [places["#"]], format: "csv" } as const;
    const { session } = await openSources(native, [{ source, spill: own }], limits, t.host);
    const before = asked.length;
    const beyond = attempts
      .map(([query]) => query)
      .filter((query) => /['(]@|%|\/etc|\/proc|s3:|^(INSTALL|LOAD|SET|RESET|FORCE)/.test(query));
    const let_through: string[] = [];
    for (const query of beyond) {
      const outcome = await session.connection.runAndReadAll(filled(query)).then(
        (read) =>
          JSON.stringify(read.getRows(), (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value)),
        () => undefined,
      );
      if (outcome !== undefined) let_through.push(`${query} gave ${outcome}`);
    }
    await session[Symbol.asyncDispose]();
    expect(beyond.length).toBeGreaterThan(40);
    expect(let_through.filter((line) => !/^SET VARIABLE/.test(line))).toEqual([]);
    expect(asked.length).toBe(before);
  });
});

describe("a rule that would run for ever or take all memory", () => {
  const bombs = [
    ["SELECT count(*) FROM range(1000000000000) a", "time"],
    ["SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = -1", "time"],
    ["WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i FROM r) SELECT count(*) FROM r", "time"],
    ["SELECT sum(length(repeat('x', 900000000 + id))) FROM orders", "memory"],
    ["SELECT len(list(i || repeat('y', 1000))) FROM range(100000000) r(i)", "memory"],
    [`SELECT ${"(".repeat(3000)}1${")".repeat(3000)}`, "any"],
    [`SELECT ${"-".repeat(1)}${"abs(".repeat(3000)}1${")".repeat(3000)}`, "any"],
  ] as const;

  test("is stopped, is unchecked, and lets the others be answered", async () => {
    const checks = bombs.filter(([, why]) => why !== "any").map(([query], at) => sqlCheck(`bomb${at}`, query));
    await using t = await ordersHost([...checks, sqlCheck("after", "SELECT 0")]);
    const { findings } = await validateOrders(t, { sqlTimeout: "3s" });
    for (const [at] of checks.entries()) {
      const check = checkNamed(findings.checks, `bomb${at}`);
      expect(check).toMatchObject({ verdict: "unchecked" });
      expect(check.message).toMatch(/stopped at its limit of 3.0 s|more memory than it may have/);
    }
    expect(checkNamed(findings.checks, "after").verdict).toBe("pass");
    expect(findings.verdict).toBe("warn");
    expect(await readFile(join(t.cwd, "orders.csv"), "utf8")).toBe(ordersCsv);
  }, 120_000);

  test.each(bombs.filter(([, why]) => why === "any"))(
    "ends in an answer or a refusal however deep it is: %.30s",
    async (query) => {
      await using t = await ordersHost([sqlCheck("deep", query, "mustBe: 1")]);
      const outcome = await validateOrders(t).then(
        ({ findings }) => checkNamed(findings.checks, "deep").verdict,
        (error: { code?: string }) => error.code,
      );
      expect(["pass", "fail", "unchecked", "TH_CONTRACT_SQL"]).toContain(outcome);
    },
  );

  test("is over within two seconds of a cancellation", async () => {
    const abort = new AbortController();
    await using t = await ordersHost([sqlCheck("bomb", "SELECT count(*) FROM range(1000000000000)")], {
      signal: abort.signal,
    });
    const work = validateOrders(t).catch((error: unknown) => error);
    await vi.waitFor(() => expect(t.logs.join("\n")).toContain("answering SQL rules"), {
      timeout: 20_000,
      interval: 50,
    });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const start = Date.now();
    abort.abort(new Error("stopped"));
    expect(await work).toMatchObject({ message: "stopped" });
    expect(Date.now() - start).toBeLessThan(2000);
  }, 60_000);
});

describe("what a pull request could plant beside its contract", () => {
  test("is not honoured: packages, an engine's start-up file, extensions, other data", async () => {
    const marks = {
      "node_modules/@duckdb/node-api/index.js": "",
      "node_modules/@duckdb/node-api/package.json": '{"main":"index.js"}',
    };
    await using t = await ordersHost([sqlCheck("rule", "SELECT count(*) - 3 FROM orders")], { files: marks });
    const mark = join(t.cwd, "planted");
    await writeFile(
      join(t.cwd, "node_modules/@duckdb/node-api/index.js"),
      `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "")`,
    );
    await writeFile(join(t.cwd, ".duckdbrc"), `COPY (SELECT 1) TO '${mark}';`);
    const extensions = join(t.cwd, ".duckdb/extensions/v1.5.5/linux_amd64");
    await mkdir(extensions, { recursive: true });
    for (const name of ["httpfs", "json", "icu"])
      await writeFile(join(extensions, `${name}.duckdb_extension`), "planted");
    vi.stubEnv("HOME", t.cwd);
    await using again = await ordersHost([], {
      cwd: t.cwd,
      files: { "c.yaml": await readFile(join(t.cwd, "c.yaml"), "utf8") },
    });
    const { findings } = await validateOrders(again);
    vi.unstubAllEnvs();
    expect(checkNamed(findings.checks, "rule").verdict).toBe("pass");
    expect(await readdir(t.cwd)).not.toContain("planted");
  });

  test("cannot lead the engine's spill elsewhere: its folder is this run's own", async () => {
    await using t = await ordersHost([sqlCheck("rule", "SELECT 0")]);
    await validateOrders(t);
    expect(t.host.scratch.startsWith(t.cwd)).toBe(false);
    expect(await t.host.files.facts(t.host.scratch)).toMatchObject({ kind: "directory", private: true });
    expect(await readdir(join(t.host.scratch, "sql"))).toContain("table-0");
  });

  test("a server of the contract is not visited", async () => {
    await using t = await ordersHost([]);
    const text = await readFile(join(t.cwd, "c.yaml"), "utf8");
    await t.write("c.yaml", `${text}servers:\n  - { server: s, type: local, path: ../secret.csv, format: csv }\n`);
    const { findings } = await validateOrders(t);
    expect(findings.materials.map(({ name }) => name).sort()).toEqual(["c.yaml", "orders.csv"]);
    expect(findings.materials.find(({ name }) => name === "orders.csv")?.digest).toBe(digestOf(Buffer.from(ordersCsv)));
  });
});
