/** Gates of several tests: metrics joined by one decision, and slices that share one error by Holm. */
import { compareMetric } from "../../src/evaluation/comparison.ts";
import { decide } from "../../src/evaluation/decision.ts";
import type { MetricRule } from "../../src/evaluation/evaluation.ts";
import { compareSlices, type Slice } from "../../src/evaluation/slices.ts";
import { createRandom, type Random } from "../../src/stats/random.ts";
import { binaryWorld } from "./class-worlds.ts";
import { alpha } from "./measure.ts";
import { type Drawn, ruleOf } from "./world.ts";

export interface GateShare {
  readonly what: string;
  readonly share: number;
  /** Held against the ceiling. */
  readonly judged: boolean;
}

/** Accuracy superior while ROC AUC, log-loss and F1 are non-inferior, against "any of the four is larger" and "any is significant". */
export function joinedMetrics(repetitions: number): GateShare[] {
  const world = binaryWorld("joined", { rows: 1000, positives: 400, separation: 1.5, noise: 0.7 });
  const metrics = ["accuracy", "roc-auc", "log-loss", "f1"] as const;
  const rules = metrics.map((metric, place) =>
    ruleOf({ metric }, place === 0 ? "superiority" : "non-inferiority", 0.02),
  );
  const superiority = rules.map((rule): MetricRule => ({ ...rule, test: "superiority" }));
  const random = createRandom(world.name);
  const shares = { promoted: 0, anyLarger: 0, anySignificant: 0, found: 0 };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const equal = world.draw(random, "equal");
    const apart = superiority.map((rule) => compared(rule, equal));
    shares.promoted +=
      decide(
        rules.map((rule) => compared(rule, equal)),
        false,
      ) === "superior"
        ? 1
        : 0;
    shares.anyLarger += apart.some(({ effect }) => (effect ?? 0) > 0) ? 1 : 0;
    shares.anySignificant += apart.some(({ state }) => state === "superior") ? 1 : 0;
    const better = world.draw(random, "better");
    shares.found +=
      decide(
        rules.map((rule) => compared(rule, better)),
        false,
      ) === "superior"
        ? 1
        : 0;
  }
  const of = (count: number) => count / repetitions;
  return [
    { what: "equal models promoted", share: of(shares.promoted), judged: true },
    { what: "equal models, any of the four metrics larger", share: of(shares.anyLarger), judged: false },
    { what: "equal models, any of the four superior at alpha", share: of(shares.anySignificant), judged: false },
    { what: "better model promoted", share: of(shares.found), judged: false },
  ];
}

function compared(rule: MetricRule, { truth, challenger, champion }: Drawn) {
  return compareMetric(rule, truth, challenger, champion, { alpha });
}

const sliceCount = 20;
const sliceRows = 500;
const discordant = 0.1;

/** 20 slices of 500 rows, a tenth of the rows discordant; in the second world one slice loses 3 points. */
export function slicesByHolm(repetitions: number): GateShare[] {
  const rule = ruleOf({ metric: "accuracy" }, "superiority", 0);
  const random = createRandom("slices");
  const shares = { blocked: 0, anyWorse: 0, anySignificant: 0, found: 0 };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const equal = drawSlices(random, 0);
    const found = judge(rule, equal);
    shares.blocked += found.some(({ state }) => state === "rejected") ? 1 : 0;
    shares.anyWorse += found.some(({ effect }) => (effect ?? 0) <= -0.01) ? 1 : 0;
    shares.anySignificant += slices.some((slice) => judge(rule, equal, [slice])[0]?.state === "rejected") ? 1 : 0;
    shares.found += judge(rule, drawSlices(random, 0.03))[0]?.state === "rejected" ? 1 : 0;
  }
  const of = (count: number) => count / repetitions;
  return [
    { what: "equal models blocked, Holm over 20 slices", share: of(shares.blocked), judged: true },
    { what: "equal models, any slice a point worse", share: of(shares.anyWorse), judged: false },
    { what: "equal models, any slice at alpha without Holm", share: of(shares.anySignificant), judged: false },
    { what: "a slice 3 points worse blocked", share: of(shares.found), judged: false },
  ];
}

const slices: readonly Slice[] = Array.from({ length: sliceCount }, (_, place) => ({
  name: `slice ${place}`,
  rows: Uint32Array.from({ length: sliceRows }, (__, row) => place * sliceRows + row),
}));

function judge(rule: MetricRule, { truth, challenger, champion }: Drawn, asked: readonly Slice[] = slices) {
  const values = { truth, answers: [challenger, champion], design: { alpha } };
  return compareSlices(asked, values, { rules: [rule], alpha, leastRows: 30 });
}

/** The challenger loses `harm` of the accuracy in the first slice. */
function drawSlices(random: Random, harm: number): Drawn {
  const rows = sliceCount * sliceRows;
  const label = new Uint16Array(rows).fill(1);
  const [challenger, champion] = [new Uint16Array(rows), new Uint16Array(rows)];
  for (let row = 0; row < rows; row++) {
    const shift = row < sliceRows ? harm / 2 : 0;
    const u = random.uniform();
    const gain = u < discordant / 2 - shift;
    const loss = !gain && u < discordant;
    const both = u < 0.85 ? 1 : 0;
    challenger[row] = gain ? 1 : loss ? 0 : both;
    champion[row] = gain ? 0 : loss ? 1 : both;
  }
  const truth = { kind: "classes", classes: ["0", "1"], positive: 1, label } as const;
  return { truth, challenger: { predicted: challenger }, champion: { predicted: champion } };
}
