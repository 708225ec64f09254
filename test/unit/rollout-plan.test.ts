import { describe, expect, test } from "vitest";
import { TitleholderError } from "../../src/kernel/error.ts";
import { describePlan, parsePlan, type WrittenStep } from "../../src/rollout/plan.ts";

function refusal(steps: readonly WrittenStep[]): TitleholderError {
  try {
    parsePlan(steps);
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
  throw new Error("the plan was accepted");
}

describe("a rollout plan", () => {
  test("keeps its steps, with durations in milliseconds", () => {
    const plan = parsePlan([
      { "set-weight": 5 },
      { analysis: "30m" },
      { pause: "10s" },
      { "set-weight": 50 },
      { analysis: { requests: 2000 } },
      { analysis: { duration: "1h", requests: 10 } },
      { "set-weight": 100 },
    ]);
    expect(plan).toEqual([
      { kind: "weight", percent: 5 },
      { kind: "analysis", ms: 1_800_000, requests: 0 },
      { kind: "pause", ms: 10_000 },
      { kind: "weight", percent: 50 },
      { kind: "analysis", ms: 0, requests: 2000 },
      { kind: "analysis", ms: 3_600_000, requests: 10 },
      { kind: "weight", percent: 100 },
    ]);
    expect(describePlan(plan)).toBe(
      "5% → analysis of 30 min 0 s → pause of 10.0 s → 50% → analysis of 2000 canary requests → analysis of 1 h 0 min and 10 canary requests → 100%",
    );
  });

  test.each<[string, readonly WrittenStep[], string]>([
    ["nothing", [], "no analysis"],
    ["no analysis", [{ "set-weight": 5 }, { "set-weight": 100 }], "no analysis"],
    [
      "weights that fall",
      [{ "set-weight": 50 }, { analysis: "1m" }, { "set-weight": 5 }],
      "step 3 of the plan sets the weight to 5% after 50%",
    ],
    ["a weight set twice", [{ "set-weight": 5 }, { "set-weight": 5 }, { analysis: "1m" }], "step 2"],
    ["a weight above 100", [{ "set-weight": 101 }, { analysis: "1m" }], "step 1 of the plan sets the weight to 101"],
    ["a weight of 0", [{ "set-weight": 0 }, { analysis: "1m" }], "step 1"],
    ["a broken percent", [{ "set-weight": 2.5 }, { analysis: "1m" }], "2.5"],
    ["an analysis before any weight", [{ analysis: "1m" }, { "set-weight": 5 }], "before the canary has traffic"],
    ["an analysis at 100%", [{ "set-weight": 100 }, { analysis: "1m" }], "no traffic left"],
    ["an analysis without an end", [{ "set-weight": 5 }, { analysis: {} }], "without an end"],
    ["an analysis of half a request", [{ "set-weight": 5 }, { analysis: { requests: 0.5 } }], "0.5 requests"],
  ])("with %s is refused by name", (_, steps, message) => {
    const error = refusal(steps);
    expect(error.code).toBe("TH_ROLLOUT_PLAN");
    expect(error.kind).toBe("configuration");
    expect(error.message).toContain(message);
    expect(error.place).toEqual({ input: "plan" });
  });

  test("with a duration that is none is refused at the input", () => {
    expect(refusal([{ "set-weight": 5 }, { analysis: "half an hour" }])).toMatchObject({
      code: "TH_DURATION",
      place: { input: "plan" },
    });
  });
});
