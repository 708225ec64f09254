import { describe, expect, test } from "vitest";
import {
  addBlock,
  type EProcessState,
  readEProcess,
  startEProcess,
  type TrafficBlock,
} from "../../../src/stats/eprocess.ts";
import { expectRelative, extra, golden } from "./reference.ts";

const alpha = { rollBack: 0.05, promote: 0.05 };

/** As the fixtures list them: requests and events of the canary, then of the baseline arm. */
function block([
  canaryRequests = 0,
  canaryEvents = 0,
  baselineRequests = 0,
  baselineEvents = 0,
]: readonly number[]): TrafficBlock {
  return { canaryRequests, canaryEvents, baselineRequests, baselineEvents };
}

function stateAfter(margin: number, blocks: readonly (readonly number[])[]): EProcessState {
  return blocks.reduce((state, counts) => addBlock(state, block(counts)), startEProcess(margin));
}

const repeated = (times: number, counts: readonly number[]) => Array.from({ length: times }, () => counts);

describe("the evidence", () => {
  test("agrees with the golden values after each block", () => {
    for (const { input, steps } of golden.rr_eprocess) {
      let state = startEProcess(0.1);
      for (const [i, [nc = 0, nb = 0, xc = 0, xb = 0]] of input.blocks_nc_nb_xc_xb.entries()) {
        state = addBlock(state, block([nc, xc, nb, xb]));
        const { logEvidenceWorse, interval } = readEProcess(state, alpha);
        expectRelative(logEvidenceWorse, steps[i]?.log_e_one_sided ?? Number.NaN);
        expectRelative(interval?.lower ?? Number.NaN, steps[i]?.rr_cs_alpha05[0] ?? Number.NaN);
        expectRelative(interval?.upper ?? Number.NaN, steps[i]?.rr_cs_alpha05[1] ?? Number.NaN);
      }
    }
  });

  test.each(extra.eprocess)(
    "tempered by the overdispersion, it agrees with an independent computation: $name",
    (row) => {
      for (const look of row.looks) {
        const reading = readEProcess(stateAfter(row.margin, row.blocks.slice(0, look.blocks)), {
          rollBack: row.alpha,
          promote: row.alpha,
        });
        expectRelative(reading.dispersion, look.dispersion);
        expectRelative(reading.ratio ?? Number.NaN, look.ratio);
        expectRelative(reading.logEvidenceWorse, look.log_evidence_worse);
        expectRelative(reading.logEvidenceWithinMargin, look.log_evidence_within_margin);
        expectRelative(reading.interval?.lower ?? Number.NaN, look.interval[0] ?? Number.NaN);
        expectRelative(reading.interval?.upper ?? Number.NaN, look.interval[1] ?? Number.NaN);
        const worse = reading.overdispersed ? look.sequence_worse : look.log_evidence_worse > Math.log(20);
        const within = reading.overdispersed
          ? look.sequence_within_margin
          : look.log_evidence_within_margin > Math.log(20);
        expect(reading.decision).toBe(worse ? "roll-back" : within ? "promote" : "none");
        expect(reading.method).toBe(look.dispersion > 2 ? "confidence-sequence" : "e-process");
      }
    },
  );
});

describe("the decision", () => {
  test("a canary that fails three times as often is rolled back at the fifth block, and not before", () => {
    const blocks = repeated(5, [3000, 90, 3000, 30]);
    expect(readEProcess(stateAfter(0.1, blocks.slice(0, 4)), alpha).decision).toBe("none");
    expect(readEProcess(stateAfter(0.1, blocks), alpha).decision).toBe("roll-back");
  });

  test("an equal canary is promoted when the traffic is enough for the margin, and not before", () => {
    expect(readEProcess(stateAfter(0.5, repeated(5, [3000, 30, 3000, 30])), alpha).decision).toBe("promote");
    expect(readEProcess(stateAfter(0.5, repeated(5, [300, 3, 300, 3])), alpha).decision).toBe("none");
    expect(readEProcess(stateAfter(0.05, repeated(5, [3000, 30, 3000, 30])), alpha).decision).toBe("none");
  });

  test("exactly at the margin there is no evidence for promotion, whatever the traffic", () => {
    const { logEvidenceWithinMargin, decision } = readEProcess(
      stateAfter(0.1, repeated(20, [1e6, 11_000, 1e6, 10_000])),
      alpha,
    );
    expect(logEvidenceWithinMargin).toBeLessThan(0);
    expect(decision).toBe("roll-back");
  });

  test("no events in either arm never promote", () => {
    const reading = readEProcess(stateAfter(1, repeated(500, [1e6, 0, 1e6, 0])), alpha);
    expect(reading).toMatchObject({ decision: "none", informativeBlocks: 0, ratio: null, dispersion: 1 });
    expect(reading.logEvidenceWithinMargin).toBeCloseTo(0, 10);
  });

  test("a canary that alone fails is rolled back at the fifth block: where one arm has all events, none is dispersed", () => {
    const blocks = repeated(5, [430, 37, 430, 0]);
    const reading = readEProcess(stateAfter(0.5, blocks), alpha);
    expect(reading).toMatchObject({ dispersion: 1, overdispersed: false, method: "e-process", decision: "roll-back" });
    expect(readEProcess(stateAfter(0.5, repeated(5, [430, 0, 430, 37])), alpha).dispersion).toBe(1);
  });

  test("events that come in bursts are left to the confidence sequence, which waits for ten blocks", () => {
    const bursts = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? [3000, 300, 3000, 30] : [3000, 30, 3000, 300]));
    const early = readEProcess(stateAfter(0.5, bursts.slice(0, 9)), alpha);
    expect(early).toMatchObject({ overdispersed: true, method: "confidence-sequence", decision: "none" });
    expect(readEProcess(stateAfter(0.5, bursts), alpha).decision).toBe("none");
    const worse = bursts.map(([nc = 0, xc = 0, nb = 0, xb = 0]) => [nc, 4 * xc + 500, nb, xb]);
    expect(readEProcess(stateAfter(0.5, worse), alpha)).toMatchObject({
      method: "confidence-sequence",
      decision: "roll-back",
    });
  });

  test("each decision keeps to its own error", () => {
    const state = stateAfter(0.1, repeated(5, [1000, 20, 1000, 10]));
    const { logEvidenceWorse } = readEProcess(state, alpha);
    const level = Math.exp(-logEvidenceWorse);
    expect(readEProcess(state, { rollBack: level * 1.001, promote: 0.05 }).decision).toBe("roll-back");
    expect(readEProcess(state, { rollBack: level * 0.999, promote: 0.05 }).decision).toBe("none");
  });
});

describe("the state", () => {
  test("survives JSON, and the update leaves the old one as it was", () => {
    const before = stateAfter(0.1, repeated(3, [100, 2, 900, 11]));
    const text = JSON.stringify(before);
    const next = addBlock(before, block([100, 3, 900, 8]));
    expect(JSON.stringify(before)).toBe(text);
    const revived = addBlock(JSON.parse(text) as EProcessState, block([100, 3, 900, 8]));
    expect(readEProcess(revived, alpha)).toEqual(readEProcess(next, alpha));
  });

  test("a block without traffic in an arm is skipped and counted", () => {
    const state = stateAfter(0.1, [
      [0, 0, 900, 8],
      [100, 2, 0, 0],
      [100, 2, 900, 8],
    ]);
    expect(state).toMatchObject({ skippedBlocks: 2, blocks: [[100, 2, 900, 8]] });
    expect(readEProcess(state, alpha).totals).toEqual(block([100, 2, 900, 8]));
  });

  test("an empty state decides nothing", () => {
    expect(readEProcess(startEProcess(0.1), alpha)).toMatchObject({
      decision: "none",
      ratio: null,
      informativeBlocks: 0,
    });
  });

  test.each([
    ["more events than requests", [10, 11, 10, 0]],
    ["a negative count", [10, -1, 10, 0]],
    ["half a request", [10.5, 1, 10, 0]],
    ["a count that is not a number", [10, 1, Number.NaN, 0]],
  ])("%s is refused", (_, counts) => {
    expect(() => addBlock(startEProcess(0.1), block(counts))).toThrow(RangeError);
  });

  test("a margin outside the grid is refused", () => {
    expect(() => startEProcess(-0.1)).toThrow(RangeError);
    expect(() => startEProcess(19)).toThrow(RangeError);
  });
});
