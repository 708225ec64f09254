import { z } from "zod";
import type { Implementation } from "../../kernel/implementation.ts";
import { kolmogorovSmirnov } from "../../stats/ks.ts";
import { atomsOf } from "../atoms.ts";
import { valuesOf } from "../bins.ts";
import type { DriftMethod } from "../drift.ts";

const method: DriftMethod = {
  name: "ks",
  title: "KS",
  source: "N. V. Smirnov, 1939; two-sample, over the values that are not missing",
  appliesTo: ["numeric"],
  compare(reference, current) {
    if (reference.kind !== "numeric" || current.kind !== "numeric") {
      return { kind: "inconclusive", reason: "Kolmogorov-Smirnov compares numbers only" };
    }
    if (valuesOf(reference) === 0 || valuesOf(current) === 0) {
      return {
        kind: "inconclusive",
        reason: `the ${valuesOf(reference) === 0 ? "reference" : "current data"} holds no value`,
      };
    }
    const atoms = atomsOf(reference, current);
    if (atoms === undefined)
      return { kind: "inconclusive", reason: "the two profiles were counted at different edges" };
    const { statistic, p } = kolmogorovSmirnov(atoms.reference, atoms.current);
    return { kind: "score", score: statistic, p };
  },
};

export const implementation: Implementation<DriftMethod> = {
  name: "ks",
  summary: "Kolmogorov-Smirnov statistic, the largest distance between the two distribution functions",
  settings: z.strictObject({}),
  create: () => method,
};
