import { z } from "zod";
import type { Implementation } from "../../kernel/implementation.ts";
import { jensenShannonDistance } from "../../stats/js.ts";
import { binsOf } from "../bins.ts";
import type { DriftMethod } from "../drift.ts";

const method: DriftMethod = {
  name: "js",
  title: "JS distance",
  source:
    "D. M. Endres and J. E. Schindelin, IEEE Transactions on Information Theory 49, 2003; base 2, over the bins of PSI",
  appliesTo: ["numeric", "categorical"],
  defaultThreshold: 0.1,
  compare(reference, current) {
    const bins = binsOf(reference, current);
    if ("reason" in bins) return { kind: "inconclusive", reason: bins.reason };
    return { kind: "score", score: jensenShannonDistance(bins.reference, bins.current), bins: bins.labels.length };
  },
};

export const implementation: Implementation<DriftMethod> = {
  name: "js",
  summary: "Jensen-Shannon distance to base 2, from 0 (equal) to 1 (nothing in common)",
  settings: z.strictObject({}),
  create: () => method,
};
