import { expect, test } from "vitest";
import type { Truth } from "../../../src/evaluation/evaluation.ts";
import { selectRows } from "../../../src/evaluation/select-rows.ts";

/** Some rows of every kind of truth, with what belongs to them. */

const rows = Uint32Array.of(3, 1);

test("rows of several labels keep each label's own values", () => {
  const present = [Uint8Array.of(0, 1, 0, 1), Uint8Array.of(1, 0, 0, 1)];
  const truth: Truth = { kind: "labels", labels: ["a", "b"], present };
  const labels = present.map((predicted) => ({ predicted, score: Float64Array.from(predicted, (one) => one / 2) }));
  const chosen = selectRows({ truth, answers: [{ labels }], design: { alpha: 0.05 } }, rows);
  expect(chosen.truth).toEqual({ ...truth, present: [Uint8Array.of(1, 1), Uint8Array.of(1, 0)] });
  expect(chosen.answers[0]?.labels?.[1]).toEqual({ predicted: Uint8Array.of(1, 0), score: Float64Array.of(0.5, 0) });
});

test("documents keep their queries, which are counted anew", () => {
  const truth: Truth = {
    kind: "queries",
    query: Int32Array.of(0, 1, 1, 2),
    queries: 3,
    relevance: Float64Array.of(1, 2, 3, 4),
  };
  const design = { alpha: 0.05, cluster: Int32Array.of(0, 0, 0, 7) };
  const chosen = selectRows({ truth, answers: [{ value: truth.relevance }], design }, rows);
  expect(chosen.truth).toEqual({
    ...truth,
    query: Int32Array.of(1, 0),
    queries: 2,
    relevance: Float64Array.of(4, 2),
  });
  expect(chosen.design.cluster).toEqual(Int32Array.of(1, 0));
});

test("scored rows are counted anew", () => {
  const value = Float64Array.of(1, 2, 3, 4);
  const chosen = selectRows(
    { truth: { kind: "scored", rows: 4 }, answers: [{ value }], design: { alpha: 0.05 } },
    rows,
  );
  expect(chosen).toMatchObject({ truth: { rows: 2 }, answers: [{ value: Float64Array.of(4, 2) }] });
});
