import { describe, expect, test } from "vitest";
import { evaluate } from "../support/evaluation.ts";
import { slicedMachine } from "../support/slices.ts";

const models = { challenger: "awry.onnx", champion: "good.onnx", metrics: [{ name: "accuracy", margin: 0.2 }] };

interface Difference {
  readonly group: string;
  readonly measure: string;
  readonly difference: number | null;
  readonly state: string;
  readonly opponentDifference: number | null;
}

async function differencesOf(at: Awaited<ReturnType<typeof slicedMachine>>, fairness: unknown, further: object = {}) {
  const result = await evaluate(at, { ...models, ...further, fairness });
  const [first] = (result.findings.details as unknown as { fairness: { differences: Difference[] }[] }).fairness;
  const of = (group: string, measure: string) =>
    first?.differences.find((one) => one.group === group && one.measure === measure);
  return { ...result, of };
}

describe("named groups", () => {
  test("that are treated differently fail beyond the limit, in each of the three rates, beside the champion's", async () => {
    await using at = await slicedMachine();
    const fairness = [{ column: "country", reference: "DE", limit: 0.15 }];
    const { of, check, findings } = await differencesOf(at, fairness);
    for (const measure of ["selection-rate", "true-positive-rate", "false-positive-rate"]) {
      expect(of("country = PL", measure)).toMatchObject({ state: expect.stringMatching(/beyond|inconclusive/) });
      expect(of("country = PL", measure)?.difference).toBeGreaterThan(0.1);
      expect(Math.abs(of("country = PL", measure)?.opponentDifference ?? 1)).toBeLessThan(0.1);
      expect(of("country = FR", measure)?.state).not.toBe("beyond");
    }
    expect(check("fairness.country")).toMatchObject({
      verdict: "fail",
      expected: 0.15,
      message: expect.stringMatching(
        /^the .*-rate of country = PL differs from that of country = DE by \+0\.\d+, .* beyond the limit of 0.15/,
      ),
    });
    expect(findings.verdict).toBe("fail");
  });

  test("pass within a wide limit, are inconclusive where bounds lie on both sides, and only shown without one", async () => {
    await using at = await slicedMachine();
    const verdictAt = async (limit?: number) => {
      const fairness = [{ column: "s", reference: 0, ...(limit === undefined ? {} : { limit }) }];
      return (await evaluate(at, { ...models, challenger: "near.onnx", fairness })).check("fairness.s");
    };
    expect((await verdictAt(0.3))?.verdict).toBe("pass");
    expect((await verdictAt(0.01))?.verdict).toBe("inconclusive");
    expect(await verdictAt()).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("no limit was asked"),
    });
  });

  test("are compared through their clusters where rows belong together", async () => {
    await using at = await slicedMachine();
    const fairness = [{ column: "country", reference: "DE", limit: 0.15 }];
    const simple = await differencesOf(at, fairness);
    const clustered = await differencesOf(at, fairness, { group: "hour" });
    const [one, other] = [simple, clustered].map(({ of }) => of("country = PL", "selection-rate"));
    expect(other?.difference).toBeCloseTo(one?.difference ?? Number.NaN, 12);
    expect(other).not.toEqual(one);
  });

  test("that are small are named and not compared, and a reference that is gone fails", async () => {
    await using at = await slicedMachine();
    const { check } = await differencesOf(at, [{ column: "country", reference: "DE", limit: 0.2 }], {
      sliceMinRows: 400,
    });
    expect(check("fairness.country")?.message).toContain(
      "not wholly compared: country = FR, country = IT, country = PL",
    );
    const gone = await evaluate(at, { ...models, fairness: [{ column: "country", reference: "UK" }] });
    expect(gone.check("fairness.country")).toMatchObject({ verdict: "fail", message: expect.stringContaining("UK") });
  });

  test.each([
    ["a column that is not there", [{ column: "contry" }], {}, "TH_EVALUATION_SLICES"],
    ["a column that stands twice", [{ column: "s" }, { column: "s", limit: 0.1 }], {}, "TH_EVALUATION_FAIRNESS"],
    [
      "a number as label",
      [{ column: "country" }],
      { task: "regression", label: "age", metrics: ["r2"] },
      "TH_EVALUATION_",
    ],
  ])("refuse %s", async (_, fairness, further, code) => {
    await using at = await slicedMachine();
    await expect(evaluate(at, { ...models, ...further, fairness })).rejects.toMatchObject({
      kind: "configuration",
      code: expect.stringContaining(code),
    });
  });
});
