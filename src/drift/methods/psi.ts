import { z } from "zod";
import type { Implementation } from "../../kernel/implementation.ts";
import { minimumDetectablePsi, populationStabilityIndex, psiBias, psiTest } from "../../stats/psi.ts";
import { binsOf, sum } from "../bins.ts";
import type { DriftMethod } from "../drift.ts";

const method: DriftMethod = {
  name: "psi",
  title: "PSI",
  source:
    "N. Siddiqi, Credit Risk Scorecards, 2006; B. Yurdakul and J. Naranjo, Journal of Risk Model Validation 14, 2020",
  appliesTo: ["numeric", "categorical"],
  defaultThreshold: 0.1,
  compare(reference, current, { minimumEffect, alpha }) {
    const bins = binsOf(reference, current);
    if ("reason" in bins) return { kind: "inconclusive", reason: bins.reason };
    if (bins.labels.length < 2) return { kind: "score", score: 0, corrected: 0, p: 1, pMinimumEffect: 1, bins: 1 };
    const design = { bins: bins.labels.length, referenceRows: sum(bins.reference), currentRows: sum(bins.current) };
    const score = populationStabilityIndex(bins.reference, bins.current);
    return {
      kind: "score",
      score,
      corrected: score - psiBias(design),
      p: psiTest(score, design, 0),
      pMinimumEffect: psiTest(score, design, minimumEffect),
      minimumDetectable: minimumDetectablePsi(design, minimumEffect, alpha),
      bins: design.bins,
    };
  },
};

export const implementation: Implementation<DriftMethod> = {
  name: "psi",
  summary: "Population stability index over deciles or levels, with its test against a minimum effect",
  settings: z.strictObject({}),
  create: () => method,
};
