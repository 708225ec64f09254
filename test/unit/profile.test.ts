import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/dataset/dataset.ts";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { canonicalJson, type Json, parseJson } from "../../src/kernel/json.ts";
import type { ColumnProfile, Profile } from "../../src/profile/profile.ts";
import { profileFromJson, profileToJson } from "../../src/profile/profile-json.ts";
import { edgesOf, profileDataset } from "../../src/profile/profiling.ts";
import { type TestHost, testHost } from "../support/host.ts";

async function open(t: TestHost, name: string, csv: string): Promise<Dataset> {
  const path = await t.write(`${name}.csv`, csv);
  const spill = join(t.host.scratch, name);
  await t.host.files.makeDirectory(spill);
  const engine = implementation.create({}, t.host);
  return engine.open(
    { kind: "files", files: [path], format: "csv" },
    { memoryBytes: 2 ** 28, spill, signal: t.host.signal },
  );
}

function numeric(profile: Profile, column: string): ColumnProfile & { kind: "numeric" } {
  const found = profile.columns.get(column);
  if (found?.kind !== "numeric") throw new Error(`${column} is not numeric`);
  return found;
}

function categorical(profile: Profile, column: string): ColumnProfile & { kind: "categorical" } {
  const found = profile.columns.get(column);
  if (found?.kind !== "categorical") throw new Error(`${column} is not categorical`);
  return found;
}

const small =
  "n,x,day,who,ok\n1,0.5,2026-01-01,ada,true\n2,inf,2026-01-02,bob,\n2,nan,,ada,false\n,-1,2026-01-02,,true\n";

describe("a profile", () => {
  test("counts every row once: at edges, between them, or as missing", async () => {
    await using t = await testHost();
    await using dataset = await open(t, "a", small);
    const profile = await profileDataset(dataset);
    expect(profile.rows).toBe(4);
    expect([...profile.columns.keys()]).toEqual(["n", "x", "day", "who", "ok"]);
    expect(profile.columns.get("n")).toEqual({
      kind: "numeric",
      n: 4,
      missing: 1,
      edges: Float64Array.of(1, 2),
      counts: Float64Array.of(1, 2, 0),
      atEdge: Float64Array.of(1, 2),
      sums: Float64Array.of(1, 4, 0),
      range: [1, 2],
    });
    expect(profile.columns.get("x")).toMatchObject({ n: 4, missing: 2, edges: Float64Array.of(-1, 0.5) });
    expect(profile.columns.get("day")).toMatchObject({
      missing: 1,
      edges: Float64Array.of(Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)),
      counts: Float64Array.of(1, 2, 0),
    });
    expect(profile.columns.get("who")).toEqual({
      kind: "categorical",
      n: 4,
      missing: 1,
      levels: new Map([
        ["ada", 2],
        ["bob", 1],
      ]),
      others: 0,
    });
    expect(profile.columns.get("ok")).toMatchObject({
      missing: 1,
      levels: new Map([
        ["true", 2],
        ["false", 1],
      ]),
    });
  });

  test("is the same on every run, and names progress", async () => {
    await using t = await testHost();
    const rows = Array.from({ length: 120_000 }, (_, at) => `${(at * 7919) % 100_003},l${at % 300}`).join("\n");
    const profiles: string[] = [];
    const steps: number[] = [];
    for (const name of ["a", "b"]) {
      await using dataset = await open(t, name, `x,l\n${rows}\n`);
      const profile = await profileDataset(dataset, { onColumn: (done) => steps.push(done) });
      profiles.push(canonicalJson(profileToJson(profile)));
      const { edges, counts } = numeric(profile, "x");
      expect(edges.length).toBeGreaterThan(900);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(120_000);
      expect(Math.max(...counts)).toBeLessThan(400);
      expect(categorical(profile, "l").levels.size).toBe(200);
      expect(categorical(profile, "l").others).toBe(100 * 400);
    }
    expect(profiles[0]).toBe(profiles[1]);
    expect(steps).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test("of a table without rows has columns and counts nothing", async () => {
    await using t = await testHost();
    await using dataset = await open(t, "a", "x,l\n");
    const profile = await profileDataset(dataset);
    expect(profile.rows).toBe(0);
    expect(profile.columns.get("x")).toMatchObject({ n: 0, missing: 0 });
  });

  test("counts at the edges and levels of a reference, so that the two compare", async () => {
    await using t = await testHost();
    await using reference = await open(t, "a", "x,l,k\n1,a,1\n2,b,2\n3,b,3\n");
    const like = await profileDataset(reference);
    await using current = await open(t, "b", "x,l,k,fresh\n0,b,u,1\n2.5,new,v,2\n9,b,w,3\n");
    const profile = await profileDataset(current, { like });
    expect(numeric(profile, "x").edges).toEqual(numeric(like, "x").edges);
    expect([...numeric(profile, "x").counts]).toEqual([1, 0, 1, 1]);
    expect(categorical(profile, "l").levels).toEqual(
      new Map([
        ["b", 2],
        ["new", 1],
      ]),
    );
    expect(categorical(profile, "k").levels.size).toBe(3);
    expect(numeric(profile, "fresh").edges).toEqual(Float64Array.of(1, 2, 3));
  });

  test("puts levels that a truncated reference does not name among the others", async () => {
    await using t = await testHost();
    await using current = await open(t, "a", "l\na\na\nb\n");
    const level = { kind: "categorical", n: 9, missing: 0, levels: new Map([["b", 5]]), others: 4 } as const;
    const profile = await profileDataset(current, { like: { rows: 9, columns: new Map([["l", level]]) } });
    expect(profile.columns.get("l")).toMatchObject({ levels: new Map([["b", 1]]), others: 2 });
  });

  test("names hidden levels by digest, and finds them again", async () => {
    await using t = await testHost();
    await using reference = await open(t, "a", "mail,l\nada@x.org,a\nbob@x.org,b\nbob@x.org,b\n");
    const like = await profileDataset(reference, { hidden: ["mail"] });
    expect(canonicalJson(profileToJson(like))).not.toContain("x.org");
    expect(categorical(like, "mail").hashed).toBe(true);
    expect(categorical(like, "l").hashed).toBeUndefined();
    await using current = await open(t, "b", "mail,l\nbob@x.org,a\neve@x.org,b\n");
    const profile = await profileDataset(current, { like });
    const known = [...categorical(profile, "mail").levels.keys()].filter((level) =>
      categorical(like, "mail").levels.has(level),
    );
    expect(known).toHaveLength(1);
  });
});

describe("edges", () => {
  test("are the least, the greatest and the quantiles between, each once", () => {
    expect([
      ...edgesOf(Float64Array.of(3, 1, 2, 2, Number.NaN, Number.POSITIVE_INFINITY, -0, Number.NEGATIVE_INFINITY)),
    ]).toEqual([0, 1, 2, 3]);
    expect([...edgesOf(new Float64Array(0))]).toEqual([]);
    expect([...edgesOf(Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY))]).toEqual([]);
    expect([...edgesOf(Float64Array.of(Number.NEGATIVE_INFINITY))]).toEqual([]);
    const many = edgesOf(Float64Array.from({ length: 100_000 }, (_: unknown, at) => at));
    expect(many.length).toBe(1001);
    expect([many[0], many[1], many[500], many[1000]]).toEqual([0, 99, 49_999, 99_999]);
  });
});

describe("a profile's JSON", () => {
  const profile: Profile = {
    rows: 9,
    data: `sha256:${"a".repeat(64)}`,
    fields: [
      { name: "x", kind: "number", nullable: false },
      { name: "tags", kind: "nested", nullable: true },
    ],
    columns: new Map<string, ColumnProfile>([
      [
        "x",
        {
          kind: "numeric",
          n: 9,
          missing: 1,
          edges: Float64Array.of(1e-320, 0.1, 1 / 3),
          counts: Float64Array.of(1, 2, 3, 2),
          atEdge: Float64Array.of(0, 1, 0),
          sums: Float64Array.of(0.1, 0.2, 1e300, 7),
          range: [-1e-310, 1e17],
        },
      ],
      [
        "l",
        {
          kind: "categorical",
          n: 9,
          missing: 0,
          levels: new Map([
            ["a", 8],
            ["", 1],
          ]),
          others: 0,
        },
      ],
      ["h", { kind: "categorical", n: 9, missing: 9, levels: new Map(), others: 0, hashed: true }],
    ]),
  };
  const text = canonicalJson(profileToJson(profile));
  const changed = (change: (json: { columns: Record<string, Json>[] } & Record<string, Json>) => void) => {
    const json = JSON.parse(text) as { columns: Record<string, Json>[] } & Record<string, Json>;
    change(json);
    return json;
  };

  const numbers = (columns: readonly Record<string, Json>[], key: string) => (columns[0]?.[key] ?? []) as number[];

  test("reads back bit by bit", () => {
    expect(profileFromJson(parseJson(text, "p.json"), "p.json")).toEqual(profile);
  });

  test("of version 1 is read as what it is: without fields and ranges", () => {
    const old = changed((json) => {
      json.schema = "titleholder/profile/v1";
      delete json.fields;
      delete json.columns[0]?.range;
    });
    const { fields: _fields, ...without } = profile;
    const { range: _range, ...x } = profile.columns.get("x") as ColumnProfile & { kind: "numeric" };
    const columns = new Map<string, ColumnProfile>([...profile.columns, ["x", x]]);
    expect(profileFromJson(old, "p.json")).toEqual({ ...without, columns });
  });

  test("leaves sums out that are no numbers", () => {
    const x = profile.columns.get("x");
    const columns = new Map([["x", { ...x, sums: Float64Array.of(1, Infinity, 2, 3) } as ColumnProfile]]);
    const back = profileFromJson(profileToJson({ rows: 9, columns }), "p.json");
    expect(back.columns.get("x")).not.toHaveProperty("sums");
  });

  const cases: readonly (readonly [string, Json, string])[] = [
    [
      "a newer version",
      changed((json) => Object.assign(json, { schema: "titleholder/profile/v3" })),
      "upgrade Titleholder",
    ],
    ["another file", { schema: "titleholder/report/v1" }, "no profile"],
    ["a list", [1], "no profile"],
    ["null", null, "no profile"],
    ["a count too few", changed((json) => numbers(json.columns, "counts").pop()), "one count more"],
    ["edges out of order", changed((json) => numbers(json.columns, "edges").reverse()), "ascending"],
    ["a sum too few", changed((json) => numbers(json.columns, "sums").pop()), "one sum"],
    ["a key too many", changed((json) => Object.assign(json, { more: 1 })), "damaged"],
    ["a negative count", changed((json) => Object.assign(json.columns[1] ?? {}, { n: -1 })), "columns.1.n"],
  ];
  test.each(cases)("is refused: %s", (_name, json, words) => {
    const read = () => profileFromJson(json, "p.json");
    expect(read).toThrow(TitleholderError);
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ kind: "configuration", code: "TH_PROFILE_FORMAT", place: { file: "p.json" } });
      expect(`${(error as TitleholderError).message} ${(error as TitleholderError).fix}`).toContain(words);
    }
  });
});
