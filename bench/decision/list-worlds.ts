/** Worlds of rankings and of rows with several labels. */
import type { Answers } from "../../src/evaluation/evaluation.ts";
import { type Asked, logistic, reach, type World } from "./world.ts";

const queryMetrics: readonly Asked[] = [{ metric: "ndcg", settings: { k: 10 } }, { metric: "mrr" }, { metric: "map" }];

/** Queries of 5 to 25 documents, a fifth of which are relevant. */
export function rankingWorld(queries: number): World {
  return {
    name: `${queries} queries`,
    asked: queryMetrics,
    draw(random, situation, times = 1) {
      const sizes = Array.from({ length: queries * times }, () => 5 + random.integer(21));
      const query = Int32Array.from(sizes.flatMap((size, place) => new Array<number>(size).fill(place)));
      const relevance = Float64Array.from(query, () => (random.uniform() < 0.2 ? 1 + random.integer(3) : 0));
      const signal = relevance.map((one) => Math.sqrt(one) + random.normal());
      const seen = (noise: number): Answers => ({ value: signal.map((one) => one + noise * random.normal()) });
      return {
        truth: { kind: "queries", relevance, query, queries: sizes.length },
        champion: seen(0.8),
        challenger: seen(0.8 * reach[situation]),
      };
    },
  };
}

const labelMetrics: readonly Asked[] = [
  { metric: "subset-accuracy" },
  { metric: "hamming-loss" },
  { metric: "f1", settings: { average: "micro" } },
  { metric: "f1", settings: { average: "macro" } },
  { metric: "f1", settings: { average: "samples" } },
];

/** Rows with labels of falling frequency. */
export function multilabelWorld(rows: number): World {
  const shares = [0.4, 0.2, 0.1, 0.05];
  return {
    name: `${shares.length} labels, ${rows} rows`,
    asked: labelMetrics,
    draw(random, situation, times = 1) {
      const present = shares.map((share) =>
        Uint8Array.from({ length: rows * times }, () => (random.uniform() < share ? 1 : 0)),
      );
      const signal = present.map((own) => Float64Array.from(own, (one) => 3 * one - 1.5 + random.normal()));
      const seen = (noise: number): Answers => ({
        labels: signal.map((own) => {
          const score = own.map((one) => logistic(one + noise * random.normal()));
          return { score, predicted: Uint8Array.from(score, (one) => (one > 0.5 ? 1 : 0)) };
        }),
      });
      const labels = shares.map((_, place) => `l${place}`);
      const champion = seen(0.8);
      return { truth: { kind: "labels", labels, present }, champion, challenger: seen(0.8 * reach[situation]) };
    },
  };
}
