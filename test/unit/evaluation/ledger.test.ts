import { describe, expect, test } from "vitest";
import { decodeHashes, encodeHashes, isCoarse, shareOf, sketchSize } from "../../../src/evaluation/known-rows.ts";
import {
  alikeHoldouts,
  intentSchema,
  type KnownRows,
  type LookIntent,
  ledgerOf,
  maySettle,
  nextLook,
  sketchEntries,
} from "../../../src/evaluation/ledger.ts";
import { digestOf } from "../../../src/kernel/digest.ts";
import { normalSurvival } from "../../../src/stats/distributions.ts";
import { createRandom } from "../../../src/stats/random.ts";

const own = { columns: ["x"], key: [] };

/** A sketch of the rows with these numbers, by hashes that look random. */
function sketchOf(numbers: readonly number[], copies = 1) {
  const hash = (number: number) => BigInt(`0x${digestOf(`row ${number}`).slice(7, 23)}`);
  const sorted = [...new Set(numbers)].map(hash).sort((a, b) => (a < b ? -1 : 1));
  return { rows: numbers.length * copies, hashes: BigUint64Array.from(sorted.slice(0, sketchSize)) };
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

function look(name: string, number: number, more: Partial<LookIntent> = {}): LookIntent {
  return intentSchema.parse({
    format: "titleholder/holdout-look/v1",
    key: digestOf(`${name} ${number}`),
    holdout: { model: "churn", name },
    alike: [],
    challenger: digestOf(`challenger ${number}`),
    champion: null,
    rule: digestOf("rule"),
    alpha: 0.0025,
    total: 0.05,
    budget: 20,
    protected: false,
    sketches: [{ ...own, rows: 0, digest: digestOf("no rows") }],
    ...more,
  });
}

const churn = (name: string) => ({ model: "churn", name });
const lookAt = (name: string, numbers: readonly number[], number = 1) =>
  look(name, number, { sketches: sketchEntries([{ ...own, sketch: sketchOf(numbers) }], []) });

describe("what a look may spend", () => {
  const spend = (budget: number | "decreasing", most: number) => {
    const alphas: number[] = [];
    const looks: LookIntent[] = [];
    while (looks.length < most) {
      const next = nextLook(ledgerOf(looks, [churn("test")]), 0.05, budget);
      if (next === undefined) break;
      expect(next.number).toBe(looks.length + 1);
      if (budget !== "decreasing") expect(next.left).toBe(budget - next.number);
      alphas.push(next.alpha);
      looks.push(look("test", looks.length, { alpha: next.alpha }));
    }
    return alphas;
  };

  test("is an equal part of alpha for as many looks as the budget has, and nothing after them", () => {
    expect(spend(20, 100)).toEqual(Array.from({ length: 20 }, () => 0.0025));
    for (const budget of [1, 3, 7, 49, 97]) expect(spend(budget, 200)).toHaveLength(budget);
  });

  test("decreases by the square of its number, and never adds up to more than alpha", () => {
    const alphas = spend("decreasing", 1000);
    expect(alphas.slice(0, 3)).toEqual([0.030396355, 0.007599089, 0.003377373].map((a) => expect.closeTo(a, 8)));
    expect(alphas.reduce((sum, a) => sum + a, 0)).toBeLessThan(0.05);
    // The 175th would be tested at less than a millionth.
    expect(alphas).toHaveLength(174);
  });

  test("counts what was spent by another budget: a larger budget gives nothing back", () => {
    const full = Array.from({ length: 20 }, (_, at) => look("test", at));
    const ledger = ledgerOf(full, [churn("test")]);
    expect(nextLook(ledger, 0.05, 1000)).toBeUndefined();
    expect(nextLook(ledger, 0.05, "decreasing")).toBeUndefined();
    expect(nextLook(ledgerOf(full.slice(0, 5), [churn("test")]), 0.05, 10)).toEqual({
      number: 6,
      alpha: 0.005,
      left: 6,
    });
  });

  test("is spent once by the same look, and by each name that the holdout had", () => {
    const looks = [look("test", 1), look("test", 1), look("old", 2), look("new", 3, { alike: [churn("old")] })];
    expect(ledgerOf(looks, [churn("test")])).toMatchObject({ looks: [{}], spent: 0.0025 });
    for (const name of ["old", "new"]) expect(ledgerOf(looks, [churn(name)]).looks, name).toHaveLength(2);
    expect(ledgerOf(looks, [{ model: "fraud", name: "test" }]).looks).toEqual([]);
    const linked = [...looks, look("both", 4, { alike: [churn("test"), churn("new")] })];
    expect(ledgerOf(linked, [churn("old")]).looks).toHaveLength(4);
  });

  test("is not given to a look that was decided elsewhere when others took it meanwhile", () => {
    const nineteen = Array.from({ length: 19 }, (_, at) => look("test", at));
    const intent = look("test", 50);
    expect(maySettle(ledgerOf(nineteen, [churn("test")]), intent)).toBe(true);
    expect(maySettle(ledgerOf([...nineteen, look("test", 19)], [churn("test")]), intent)).toBe(false);
    const first = look("test", 50, { alpha: 0.05 * (6 / Math.PI ** 2), budget: "decreasing" });
    expect(maySettle(ledgerOf([], [churn("test")]), first)).toBe(true);
    expect(maySettle(ledgerOf([look("test", 1)], [churn("test")]), first)).toBe(false);
  });

  test("stays protected once it was", () => {
    const looks = [look("test", 1, { protected: true }), look("test", 2)];
    expect(ledgerOf(looks, [churn("test")]).protected).toBe(true);
    expect(ledgerOf(looks.slice(1), [churn("test")]).protected).toBe(false);
  });
});

describe("60 pull requests without any effect", () => {
  const histories = 4000;

  /** Shares of histories in which a challenger passed; the holdout's own luck is in every look by `correlation`. */
  function falsePromotions(budget: number | "decreasing" | undefined, correlation: number): number {
    const random = createRandom(60);
    let promoted = 0;
    for (let history = 0; history < histories; history += 1) {
      const luck = random.normal() * Math.sqrt(correlation);
      let [looks, spent, passed] = [0, 0, false];
      for (let request = 0; request < 60; request += 1) {
        const z = luck + random.normal() * Math.sqrt(1 - correlation);
        const account = { looks: { length: looks } as readonly LookIntent[], spent };
        const next = budget === undefined ? { alpha: 0.05 } : nextLook(account, 0.05, budget);
        if (next === undefined) break;
        [looks, spent] = [looks + 1, spent + next.alpha];
        passed ||= normalSurvival(z) <= next.alpha;
      }
      if (passed) promoted += 1;
    }
    return promoted / histories;
  }

  // Three standard errors of the simulation.
  const error = 3 * Math.sqrt((0.05 * 0.95) / histories);

  test.each([0, 0.5])(
    "promote falsely at most at alpha by the ledger, and far more without (correlation %d)",
    (correlation) => {
      expect(falsePromotions(undefined, correlation)).toBeGreaterThan(0.4);
      for (const budget of [20, "decreasing"] as const) {
        expect(falsePromotions(budget, correlation), String(budget)).toBeLessThanOrEqual(0.05 + error);
      }
      // The bound is no more cautious than it must be.
      expect(falsePromotions(20, 0)).toBeGreaterThan(0.03);
    },
  );
});

describe("rows that are known again", () => {
  const holdout = range(0, 50_000);
  const known = (sketch: KnownRows["sketch"]): readonly KnownRows[] => [{ ...own, sketch }];
  const ledger = [lookAt("test", holdout)];
  const shareIn = (numbers: readonly number[]) => alikeHoldouts(ledger, known(sketchOf(numbers)))[0]?.share ?? 0;

  test("hashes survive the ledger's text", () => {
    const { hashes } = sketchOf(range(0, 100));
    expect(decodeHashes(encodeHashes(hashes))).toEqual(hashes);
  });

  test("a copy, one without a row, a part and a larger one are the holdout; other rows are not", () => {
    expect(shareIn(holdout)).toBe(1);
    expect(shareIn(holdout.slice(1))).toBeGreaterThan(0.99);
    expect(shareIn(holdout.slice(0, 1500))).toBe(1);
    expect(shareIn(range(40_000, 90_000))).toBeCloseTo(0.2, 1);
    expect(shareIn(range(50_000, 100_000))).toBe(0);
  });

  test("a share below a twentieth is a new holdout, one above is not", () => {
    expect(shareIn(range(49_000, 99_000))).toBe(0);
    expect(shareIn(range(45_000, 95_000))).toBeCloseTo(0.1, 1);
    expect(shareOf(sketchOf(range(45_000, 95_000)), sketchOf(holdout))).toBeCloseTo(0.1, 1);
  });

  test("rows are compared by the same columns alone", () => {
    const others = [{ columns: ["x", "z"], key: [], sketch: sketchOf(holdout) }];
    expect(alikeHoldouts(ledger, others)).toEqual([]);
    expect(alikeHoldouts(ledger, [...others, ...known(sketchOf(holdout))])).toHaveLength(1);
  });

  test("of coarse rows the key decides, and of others it does not", () => {
    const byKey = { columns: ["x"], key: ["id"] };
    const entry = (values: KnownRows["sketch"], keyed: readonly number[]) =>
      look("test", 1, { sketches: sketchEntries([...known(values), { ...byKey, sketch: sketchOf(keyed) }], []) });
    const coarse = sketchOf(range(0, 64), 100);
    expect(isCoarse(coarse)).toBe(true);
    expect(isCoarse(sketchOf(holdout))).toBe(false);
    expect(isCoarse({ ...sketchOf(holdout), rows: 3 * holdout.length })).toBe(true);
    const fresh = [...known(coarse), { ...byKey, sketch: sketchOf(range(9000, 15_400)) }];
    expect(alikeHoldouts([entry(coarse, range(0, 6400))], known(coarse))).toHaveLength(1);
    expect(alikeHoldouts([entry(coarse, range(0, 6400))], fresh)).toEqual([]);
    const forged = [...known(sketchOf(holdout)), { ...byKey, sketch: sketchOf(range(9e6, 9e6 + 5000)) }];
    expect(alikeHoldouts([entry(sketchOf(holdout), holdout)], forged)).toHaveLength(1);
  });

  test("hashes that the ledger has are not written again", () => {
    const rows = known(sketchOf(holdout));
    const [first] = sketchEntries(rows, []);
    expect(first?.hashes).toHaveLength(Math.ceil((sketchSize * 8) / 3) * 4);
    const [again] = sketchEntries(rows, ledger);
    expect(again).toEqual({ ...own, rows: holdout.length, digest: first?.digest });
    const later = [...ledger, look("copy", 2, { sketches: again === undefined ? [] : [again] })];
    expect(alikeHoldouts(later, rows).map(({ holdout: { name } }) => name)).toEqual(["copy", "test"]);
  });
});
