import { describe, expect, test } from "vitest";
import { rolloutFindings } from "../../src/commands/canary-deploy/findings.ts";
import { details } from "../../src/commands/canary-deploy/inputs.ts";
import type { Json } from "../../src/kernel/json.ts";
import { latestRollout, parseEntry, type Rollout } from "../../src/rollout/journal.ts";
import { RolloutWorld, settings, type WorldOptions } from "../support/rollout-world.ts";

const stream = "rollout/flights";
const healthy: WorldOptions = { seed: 5, errorRate: { stable: 0.01, canary: 0.01 }, requestsPerSecond: 200 };

async function entriesOf(options: WorldOptions, rules = settings): Promise<Json[]> {
  const world = new RolloutWorld(options);
  await world.control("start", rules);
  return world.streams.get(stream) ?? [];
}

function identityOf(world: RolloutWorld, number: number) {
  const found = world.versions[number - 1];
  if (found === undefined) throw new Error(`there is no version ${number}`);
  return { version: found.version, digest: found.digest };
}

const read = (entries: readonly Json[]) =>
  latestRollout(
    entries.map((entry, seq) => parseEntry(entry, stream, seq)),
    stream,
  );

async function rolloutOf(options: WorldOptions, rules = settings): Promise<Rollout> {
  const rollout = read(await entriesOf(options, rules));
  if (rollout === undefined) throw new Error("a rollout");
  return rollout;
}

const messageOf = (rollout: Rollout, id: string) =>
  rolloutFindings(rollout).checks.find((check) => check.id === id)?.message;

describe("a rollout's journal", () => {
  test("holds the whole rollout: read at any length it gives the state of that moment", async () => {
    const entries = await entriesOf(healthy);
    for (let length = 1; length <= entries.length; length++) {
      const rollout = read(entries.slice(0, length));
      expect(rollout?.state).toMatchObject({
        phase: (entries[length - 1] as { after: { phase: string } }).after.phase,
      });
    }
    expect(read(entries)?.state.phase).toBe("promoted");
    expect(read([])).toBeUndefined();
  });

  test("keeps earlier rollouts, and speaks of the last", async () => {
    const world = new RolloutWorld({ ...healthy, errorRate: { stable: 0.01, canary: 0.5 } });
    await world.control("start");
    const before = (await world.rolloutNow())?.id;
    await world.control("start");
    const rollout = await world.rolloutNow();
    expect(rollout?.id).not.toBe(before);
    expect(rollout?.entries[0]?.observation.kind).toBe("started");
    expect(rollout?.entries.every((entry) => entry.rollout === rollout.id)).toBe(true);
  });

  test("is refused when an entry was changed, left out, or is no entry", async () => {
    const entries = await entriesOf(healthy);
    const edited = entries.map((entry, index) =>
      index === 3 ? { ...(entry as object), after: { phase: "analysing", step: 1, weight: 99 } } : entry,
    );
    expect(() => read(edited as Json[])).toThrow(
      expect.objectContaining({ code: "TH_ROLLOUT_JOURNAL", kind: "backend" }),
    );
    expect(() => read(entries.toSpliced(2, 1))).toThrow(expect.objectContaining({ code: "TH_ROLLOUT_JOURNAL" }));
    expect(() => read([...entries, { hello: "world" }])).toThrow(
      expect.objectContaining({ code: "TH_ROLLOUT_JOURNAL" }),
    );
    expect(() => read([...entries, null])).toThrow(expect.objectContaining({ code: "TH_ROLLOUT_JOURNAL" }));
  });

  test("lets one of two runs go on, and tells the other", async () => {
    const world = new RolloutWorld(healthy);
    const [one, two] = [await world.journal(), await world.journal()];
    const subject = { name: "flights", canary: identityOf(world, 2), champion: identityOf(world, 1) };
    await one.start(subject, settings);
    await expect(two.start(subject, settings)).rejects.toMatchObject({ code: "TH_ROLLOUT_CONCURRENT" });
    const three = await world.journal();
    await three.observe({ kind: "resumed" });
    await expect(one.observe({ kind: "waited" })).rejects.toMatchObject({ code: "TH_ROLLOUT_CONCURRENT" });
  });

  test("of another format is refused with what to upgrade", async () => {
    const [first] = await entriesOf(healthy);
    const newer = { ...(first as object), schema: "titleholder/rollout/v2" } as Json;
    expect(() => read([newer])).toThrow(
      expect.objectContaining({ code: "TH_ROLLOUT_FORMAT", fix: expect.stringContaining("upgrade") }),
    );
  });
});

describe("a rollout's report", () => {
  test.each<[string, WorldOptions, Partial<typeof settings>, string, string]>([
    ["promoted", healthy, {}, "pass", "promoted"],
    ["rolled back", { ...healthy, errorRate: { stable: 0, canary: 0.3 } }, {}, "fail", "fails more often"],
    ["held", { ...healthy, errorRate: { stable: 0, canary: 0.3 } }, { onFailure: "hold" }, "fail", "held at 5%"],
    ["without traffic", { ...healthy, requestsPerSecond: 0 }, {}, "inconclusive", "inconclusive at 5%"],
    ["first", { ...healthy, firstDeployment: true }, {}, "warn", "first version"],
    ["lost", { ...healthy, canaryDiesAt: 2500 }, {}, "fail", "the canary was lost"],
  ])("of one that is %s has its verdict and one line", async (_, options, rules, verdict, text) => {
    const rollout = await rolloutOf(options, { ...settings, ...rules });
    const findings = rolloutFindings(rollout);
    expect(findings.verdict).toBe(verdict);
    expect(findings.summary).toContain(text);
    expect(details.parse(findings.details)).toEqual(findings.details);
    expect(JSON.parse(JSON.stringify(findings))).toEqual(findings);
  });

  test("ends no interval of the ratio where only the grid of ratios ends", async () => {
    const rollout = await rolloutOf({ ...healthy, errorRate: { stable: 0, canary: 0.3 } });
    const check = rolloutFindings(rollout).checks.find(({ id }) => id === "error-rate");
    expect(check).toMatchObject({ verdict: "fail", expected: "< 1.5", interval: [expect.any(Number), null] });
    expect(check?.interval?.[0]).toBeGreaterThan(1);
  });

  test("says in one check what callers may notice", async () => {
    const rollout = await rolloutOf(healthy);
    const breaks = ["it also takes the inputs a, b", "it no longer takes the input c"];
    const { checks } = rolloutFindings({ ...rollout, state: { ...rollout.state, breaks } });
    expect(checks.filter(({ id }) => id.startsWith("signature"))).toEqual([
      {
        id: "signature",
        verdict: "warn",
        message: "callers of stable may notice: it also takes the inputs a, b; it no longer takes the input c",
      },
    ]);
    expect(rolloutFindings(rollout).checks.some(({ id }) => id === "signature")).toBe(false);
  });

  test("says what it would take when the horizon comes first", async () => {
    const silent = await rolloutOf(
      { ...healthy, errorRate: { stable: 0, canary: 0 } },
      { ...settings, maxErrorRate: null },
    );
    expect(messageOf(silent, "error-rate")).toContain("a ratio of two zeros shows nothing");
    expect(messageOf(silent, "evidence-needed")).toContain("max-error-rate");
    const few = await rolloutOf(
      { ...healthy, requestsPerSecond: 20, errorRate: { stable: 0, canary: 0 } },
      { ...settings, maxErrorRate: 0.0001 },
    );
    expect(messageOf(few, "evidence-needed")).toMatch(/at least 378\d\d requests of the canary without a failure/);
    const near = await rolloutOf(
      { ...healthy, requestsPerSecond: 12, errorRate: { stable: 0.05, canary: 0.05 } },
      { ...settings, maxErrorRate: null },
    );
    expect(messageOf(near, "evidence-needed")).toMatch(/as many requests|does not point/);
  });

  test("shows the numbers of the decision", async () => {
    const check = rolloutFindings(await rolloutOf(healthy)).checks.find(({ id }) => id === "error-ceiling");
    expect(check).toMatchObject({ verdict: "pass", expected: 0.05 });
    expect(check?.n).toBeGreaterThan(500);
    expect(check?.p).toBeLessThan(0.05);
    expect(check?.interval?.[1]).toBeLessThan(0.05);
  });
});
