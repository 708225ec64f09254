import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import type { Implementation } from "../../src/kernel/implementation.ts";
import type { Predictor, PredictorLimits, PredictorSession } from "../../src/model/model.ts";
import { testHost } from "../support/host.ts";

/** The same small models in the format of one predictor. */
export interface PredictorModels {
  /** p = 1 / (1 + exp(−(0.5·age − income))) from float columns `age`, `income`; classes 0 and 1. */
  readonly logistic: Uint8Array;
  /** The same with an int64 `age` and the classes `no` and `yes`. */
  readonly textClasses: Uint8Array;
  /** Gives back its string column `x` as the label. */
  readonly echo: Uint8Array;
  /** Takes the text column `x`; not a model at all. */
  readonly broken: Uint8Array;
  /** Takes a float column `x` and 1 GB of memory. */
  readonly greedy: Uint8Array;
  /** Takes a float column `x` and never ends. */
  readonly endless: Uint8Array;
}

const limits: PredictorLimits = { memoryBytes: 2 ** 28, wallMs: 60_000, threads: 1 };

/** What every predictor must do, on real models in real helper processes. */
export function predictorContract(load: () => Promise<Implementation<Predictor>>, models: PredictorModels): void {
  const withSession = async (
    model: Uint8Array,
    use: (session: PredictorSession) => Promise<void>,
    options: {
      readonly limits?: Partial<PredictorLimits>;
      readonly digestOf?: Uint8Array;
      readonly signal?: AbortSignal;
    } = {},
  ) => {
    await using machine = await testHost({
      files: { "model.bin": model },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const predictor = (await load()).create({}, machine.host);
    const at = { path: `${machine.cwd}/model.bin`, digest: digestOf(options.digestOf ?? model), shown: "model.bin" };
    await using session = await predictor.open(at, { ...limits, ...options.limits });
    await use(session);
  };
  const rows = new Map([
    ["income", Float64Array.of(0, 1, -2, 0.5)],
    ["age", Float64Array.of(1, 2, 3, 1)],
  ]);
  const expected = [0.5, 0, 3.5, 0].map((logit) => 1 / (1 + Math.exp(-logit)));

  describe("rows in, predictions out", () => {
    test("a session tells the columns it needs and what it gives", async () => {
      await withSession(models.logistic, async (session) => {
        expect(session.features).toEqual([
          { name: "age", type: "float" },
          { name: "income", type: "float" },
        ]);
        expect(session.gives).toEqual({ label: true, scores: true });
      });
    });

    test("as many as there are rows, in their order, the positive class last", async () => {
      await withSession(models.logistic, async (session) => {
        const { label, scores } = await session.predict(rows);
        expect(label).toEqual([1, 0, 1, 0]);
        expect(scores?.length).toBe(2);
        for (const [row, probability] of expected.entries()) {
          expect(scores?.[1]?.[row]).toBeCloseTo(probability, 6);
          expect(scores?.[0]?.[row]).toBeCloseTo(1 - probability, 6);
        }
      });
    });

    test("the same in one batch as row by row", async () => {
      await withSession(models.logistic, async (session) => {
        const whole = await session.predict(rows);
        for (let row = 0; row < 4; row++) {
          const one = new Map([...rows].map(([name, values]) => [name, values.slice(row, row + 1)]));
          expect((await session.predict(one)).scores?.[1]?.[0]).toBe(whole.scores?.[1]?.[row]);
        }
      });
    });

    test("none for no rows", async () => {
      await withSession(models.logistic, async (session) => {
        const none = new Map([...rows].map(([name]) => [name, new Float64Array(0)]));
        const { label, scores } = await session.predict(none);
        expect(label).toEqual([]);
        expect(scores?.map((one) => one.length)).toEqual([0, 0]);
      });
    });

    test("classes may be texts, and whole numbers come as numbers, integers or booleans", async () => {
      await withSession(models.textClasses, async (session) => {
        const income = Float64Array.of(0, 1);
        for (const age of [Float64Array.of(1, 2), BigInt64Array.of(1n, 2n), [1, 2], [true, 2n]]) {
          const { label } = await session.predict(
            new Map<string, Float64Array | BigInt64Array | (number | bigint | boolean)[]>([
              ["age", age],
              ["income", income],
            ]),
          );
          expect(label).toEqual(["yes", "no"]);
        }
      });
    });

    test("texts go in and come out unchanged", async () => {
      const texts = ["", "é", "日本", "a,b\n", "\ufeffx", "a", "a", "🛫"];
      await withSession(models.echo, async (session) => {
        expect((await session.predict(new Map([["x", texts]]))).label).toEqual(texts);
      });
    });

    test("a missing value is NaN for a model of floats, and the row stays in its place", async () => {
      await withSession(models.logistic, async (session) => {
        const gap = new Map([
          ["age", [1, null, 3]],
          ["income", [0, 0, -2]],
        ]);
        const scores = (await session.predict(gap)).scores?.[1];
        expect(Array.from(scores ?? [], Number.isNaN)).toEqual([false, true, false]);
        expect(scores?.[2]).toBeCloseTo(expected[2] ?? 0, 6);
      });
    });
  });

  describe("what does not fit is named", () => {
    const code = (wanted: string) => expect.objectContaining({ kind: "configuration", code: wanted });

    test("a column that the rows do not have", async () => {
      await withSession(models.logistic, async (session) => {
        await expect(session.predict(new Map([["age", Float64Array.of(1)]]))).rejects.toEqual(code("TH_MODEL_COLUMNS"));
      });
    });

    test("a missing value where the model takes whole numbers, with its column and count", async () => {
      await withSession(models.textClasses, async (session) => {
        const gap = new Map([
          ["age", Float64Array.of(1, Number.NaN, Number.NaN)],
          ["income", Float64Array.of(0, 0, 0)],
        ]);
        await expect(session.predict(gap)).rejects.toEqual(
          expect.objectContaining({ code: "TH_MODEL_MISSING", message: expect.stringMatching(/"age" .* 2 of 3 rows/) }),
        );
      });
    });

    test("text, a date or a fraction where the model takes whole numbers", async () => {
      await withSession(models.textClasses, async (session) => {
        for (const cell of ["a", new Date(0), 1.5]) {
          const wrong = new Map<string, readonly (string | number | Date)[]>([
            ["age", [cell]],
            ["income", [0]],
          ]);
          await expect(session.predict(wrong)).rejects.toEqual(code("TH_MODEL_COLUMN_TYPE"));
        }
      });
    });

    test("a file that is no model, or is not the one that was meant", async () => {
      const nothing = async () => undefined;
      await expect(withSession(models.broken, nothing)).rejects.toMatchObject({
        code: expect.stringMatching(/^TH_MODEL_/),
      });
      await expect(withSession(models.logistic, nothing, { digestOf: models.echo })).rejects.toEqual(
        code("TH_MODEL_CHANGED"),
      );
    });
  });

  describe("limits", () => {
    const one = new Map([["x", Float64Array.of(1)]]);
    const outcome = (model: Uint8Array, options: Parameters<typeof withSession>[2]) =>
      withSession(model, async (session) => void (await session.predict(one)), options);

    test("a model that wants more memory than its limit is refused", async () => {
      await expect(outcome(models.greedy, {})).rejects.toMatchObject({ kind: "configuration", code: "TH_MODEL_LIMIT" });
    });

    test("a model that takes more time than its limit is refused", async () => {
      await expect(outcome(models.endless, { limits: { wallMs: 2500 } })).rejects.toMatchObject({
        kind: "configuration",
        code: "TH_MODEL_LIMIT",
      });
    });

    test("a cancelled run ends with the reason it was cancelled for", async () => {
      const abort = new AbortController();
      const reason = new Error("cancelled by a person");
      const written = { memory: true, time: true };
      const running = outcome(models.endless, { limits: { written }, signal: abort.signal });
      setTimeout(() => abort.abort(reason), 1500);
      await expect(running).rejects.toBe(reason);
    });
  });
}
