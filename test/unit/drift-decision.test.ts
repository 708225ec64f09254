import { expect, test } from "vitest";
import { type ColumnEvidence, decideDrift } from "../../src/drift/decision.ts";

const options = { minimumEffect: 0.05, alpha: 0.05 };

function evidence(
  column: string,
  scores: { pMinimumEffect?: number; p?: number; corrected?: number },
  rows = 5000,
): ColumnEvidence {
  return { column, referenceRows: 5000, currentRows: rows, outcome: { kind: "score", score: 0.1, ...scores } };
}

test("drift beyond the minimum effect fails, some drift with a large estimate warns, else passes", () => {
  const decisions = decideDrift(
    [
      evidence("large", { pMinimumEffect: 1e-9, p: 1e-12, corrected: 0.3 }),
      evidence("some", { pMinimumEffect: 0.4, p: 1e-5, corrected: 0.06 }),
      evidence("certain but small", { pMinimumEffect: 1, p: 1e-9, corrected: 0.01 }),
      evidence("none", { pMinimumEffect: 1, p: 0.6, corrected: -0.001 }),
    ],
    options,
  );
  expect(decisions.map(({ verdict }) => verdict)).toEqual(["fail", "warn", "pass", "pass"]);
});

test("p-values are adjusted over the columns", () => {
  const others = Array.from({ length: 19 }, (_, index) =>
    evidence(`quiet ${index}`, { pMinimumEffect: 1, p: 1, corrected: 0 }),
  );
  const lonely = evidence("lonely", { pMinimumEffect: 0.01, p: 0.9, corrected: 0.2 });
  expect(decideDrift([lonely], options)[0]).toMatchObject({ verdict: "fail", p: 0.01 });
  expect(decideDrift([lonely, ...others], options)[0]).toMatchObject({ verdict: "pass", p: 0.2 });
});

test("few rows decide nothing, however large the score", () => {
  const [decision] = decideDrift([evidence("small", { pMinimumEffect: 1e-9, p: 1e-12, corrected: 2 }, 99)], options);
  expect(decision).toEqual({
    column: "small",
    verdict: "inconclusive",
    reason: "the current data has 99 rows, fewer than the 100 that a decision needs",
  });
});

test("a column that nothing could be said of keeps its reason and takes no part in the adjustment", () => {
  const silent: ColumnEvidence = {
    column: "silent",
    referenceRows: 5000,
    currentRows: 5000,
    outcome: { kind: "inconclusive", reason: "counted at different edges" },
  };
  const decisions = decideDrift([silent, evidence("a", { pMinimumEffect: 0.04, p: 1, corrected: 0 })], options);
  expect(decisions).toEqual([
    { column: "silent", verdict: "inconclusive", reason: "counted at different edges" },
    { column: "a", verdict: "fail", p: 0.04 },
  ]);
});
