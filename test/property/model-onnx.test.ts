import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TitleholderError } from "../../src/kernel/error.ts";
import { inspectOnnx, type OnnxInspection } from "../../src/model/onnx/inspection.ts";
import { identity, logisticRegression, memoryBomb, nestedGraphs, timeBomb } from "../support/onnx-models.ts";

async function outcome(chunks: readonly Uint8Array[]): Promise<OnnxInspection | string> {
  try {
    return await inspectOnnx(chunks, "m.onnx");
  } catch (error) {
    if (!(error instanceof TitleholderError)) throw error;
    expect(error.kind).toBe("configuration");
    expect(error.code).toMatch(/^TH_MODEL_/);
    expect(error.fix).not.toBe("");
    return error.code;
  }
}

const models = [
  logisticRegression({ weights: { age: 0.5, income: -1, tenure: 2 } }),
  logisticRegression({ weights: { age: 0.5, income: -1 }, form: "matrix", classes: ["no", "yes"] }),
  identity("string"),
  memoryBomb(1e9),
  timeBomb(1e12),
  nestedGraphs(10),
];

type Edit = { readonly at: number; readonly remove: number; readonly insert: Uint8Array };

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.integer({ min: 0, max: 6 }),
    insert: fc.uint8Array({ maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 4 },
);

function edited(bytes: Uint8Array, changes: readonly Edit[]): Uint8Array {
  return changes.reduce((now, { at, remove, insert }) => {
    const start = Math.floor(at * now.length);
    return Uint8Array.of(...now.subarray(0, start), ...insert, ...now.subarray(start + remove));
  }, bytes);
}

describe("inspection of hostile bytes", () => {
  test("random bytes are refused or read, never a crash", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => void (await outcome([bytes]))),
      {
        numRuns: 2000,
      },
    );
  });

  test("valid models with bytes changed, removed and inserted are refused or read, never a crash", async () => {
    const mutant = fc.tuple(fc.constantFrom(...models), edits).map(([bytes, changes]) => edited(bytes, changes));
    await fc.assert(
      fc.asyncProperty(mutant, async (bytes) => void (await outcome([bytes]))),
      { numRuns: 3000 },
    );
  });

  test("where a chunk ends makes no difference", async () => {
    const cut = fc.tuple(fc.constantFrom(...models), edits, fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(cut, async ([bytes, changes, at]) => {
        const whole = edited(bytes, changes);
        const middle = Math.floor(at * whole.length);
        expect(await outcome([whole.subarray(0, middle), whole.subarray(middle)])).toEqual(await outcome([whole]));
      }),
      { numRuns: 1000 },
    );
  });

  test("every proper prefix of a model is refused or lacks what the whole one has", async () => {
    for (const bytes of models) {
      const whole = await outcome([bytes]);
      for (let length = 0; length < bytes.length; length++) {
        expect(await outcome([bytes.subarray(0, length)])).not.toEqual(whole);
      }
    }
  });

  test("lengths up to 2^63 are refused without being believed", async () => {
    const length = fc.bigInt({ min: 1n << 31n, max: (1n << 63n) - 1n });
    const field = fc.integer({ min: 1, max: 15 });
    await fc.assert(
      fc.asyncProperty(length, field, async (claimed, number) => {
        const varint: number[] = [];
        for (let rest = claimed; ; rest >>= 7n) {
          varint.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
          if (rest <= 127n) break;
        }
        expect(await outcome([Uint8Array.of(8, 8), Uint8Array.of((number << 3) | 2, ...varint, 1, 2, 3)])).toMatch(
          /^TH_MODEL_/,
        );
      }),
      { numRuns: 300 },
    );
  });
});
