import fc from "fast-check";
import type { z } from "zod";
import { inputNames } from "../../src/generated/input-names.ts";
import { innerSchema } from "../../src/hosts/decode.ts";
import type { AnyCommand } from "../../src/kernel/command.ts";
import type { Texts } from "./bad-inputs.ts";
import { type InputFacts, inputsOf, swapped } from "./bad-inputs-cases.ts";
import { anotherDigest, type Invocation } from "./bad-inputs-invocations.ts";

/** Inputs of one run: texts of the step or command line, and texts of YAML for titleholder.yaml. */
export interface Inputs {
  readonly texts: Texts;
  readonly file: Texts | undefined;
}

/** Words that mean something to one input or another, and to most of them nothing. */
const words = [
  "true",
  "false",
  "null",
  "0",
  "1",
  "-1",
  "0.5",
  "1e300",
  "5e-324",
  "1e-7",
  "NaN",
  "5%",
  "30m",
  "0s",
  "-5m",
  "1GiB",
  "0B",
  "999999999999d",
  "99999999TB",
  "x",
  "y",
  "id",
  "region",
  "churn",
  "none",
  "champion",
  "challenger",
  "registry:churn@1",
  "registry:churn@2",
  "registry:churn@99",
  "registry:prod/churn",
  "file:models",
  "file:data",
  "file:",
  "nosuch:thing",
  "psi, ks",
  "binary",
  "multiclass",
  "promote",
  "screen",
  "resume",
  "abort",
  "rollback",
  "status",
  "stop",
  "majority",
  "report-only",
  "[{ set-weight: 5 }, { analysis: 1m }]",
  "[{ set-weight: 105 }]",
  "[{ name: roc-auc, test: superiority }]",
  "[{ name: log-loss, margin: 5e-324, clip: 5e-324 }]",
  "[{ name: roc-auc, margin: 1e300 }, brier, accuracy]",
  "{ a: 1 }",
  "[]",
  "{}",
  "- a\n- b",
  "a\nb",
  ".",
  "..",
  "data",
  "data/train.csv",
  "data/*.csv",
  "out/model.onnx",
  "out/dull.onnx",
  "out",
  "models",
  "contract.odcs.yaml",
  "uv.lock",
  "bad",
  "bad/empty",
  "bad/garbage",
  "bad/pipe",
  "bad/dangling",
  "bad/circle",
  "bad/nested.json",
  "bad/latin1",
  "bad/empty-folder",
  "bad/[",
  "data/train.csv/inner",
  `out/model.onnx@${anotherDigest}`,
  "__proto__",
  "constructor",
  "toString",
] as const;

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom(..."[]{}:,-#&*!|>'\"%@` \n\t\\.e0~$"), maxLength: 30 }) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.double().map(String) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom("x", "[", "ab\n", "é", "٣"), fc.nat(5000)).map(([unit, n]) => unit.repeat(n)),
  },
);

const yaml = fc.oneof(
  { weight: 2, arbitrary: fc.json({ maxDepth: 4 }) },
  { weight: 2, arbitrary: fc.constantFrom(...words).map((word) => JSON.stringify(word)) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }).map((written) => JSON.stringify(written)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ".nan",
      "-.inf",
      "!!binary aGk=",
      "!x y",
      "&a [*a]",
      "*b",
      "? [a]\n: b",
      "|\n  a",
      "2026-01-31",
      "0o7",
      '"\\ud800"',
      '"\\0"',
    ),
  },
);

/** Mostly of the type that the input has, so that what is wrong is found later than at the first look. */
function written({ schema }: InputFacts): fc.Arbitrary<string> {
  const inner = innerSchema(schema);
  switch (inner.def.type) {
    case "boolean":
      return fc.oneof({ weight: 6, arbitrary: fc.boolean().map(String) }, text);
    case "number":
      return fc.oneof(
        { weight: 4, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.double({ min: 0, max: 1 })).map(String) },
        text,
      );
    case "enum":
      return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...(inner as z.ZodEnum).options.map(String)) }, text);
    default:
      return text;
  }
}

/**
 * Runs that are wrong in several inputs at once: a run that would end with a verdict, of which some inputs are left out, written wrongly, or
 * moved into titleholder.yaml, now and then under a misspelt name.
 */
export function wrongInputs(command: AnyCommand, invocation: Invocation): fc.Arbitrary<Inputs> {
  const { harmless = [{}] } = invocation;
  const [first = {}, ...others] = harmless;
  const around = (fixed: Texts) => wrongAround(command, invocation, fixed);
  return fc.oneof({ weight: 6, arbitrary: around(first) }, ...others.map(around));
}

/** @param fixed what is written in every run, so that none starts more than it should */
function wrongAround(command: AnyCommand, invocation: Invocation, fixed: Texts): fc.Arbitrary<Inputs> {
  const inputs = inputsOf(command, invocation).filter(({ name }) => !Object.hasOwn(fixed, name));
  const paths = new Set([
    "working-directory",
    "config",
    ...inputs.flatMap(({ name, use }) => (use === undefined ? [] : [name])),
  ]);
  const valid = { ...(invocation.quick ?? invocation.given), ...fixed };
  const chosen = fc.constantFrom(...inputs);
  const kept = ([name, written]: readonly [string, string]) =>
    [name, paths.has(name) ? inside(written) : written] as const;
  const change: fc.Arbitrary<readonly [string, string | undefined]> = fc.oneof(
    { weight: 24, arbitrary: chosen.chain((input) => written(input).map((value) => kept([input.name, value]))) },
    { weight: 4, arbitrary: chosen.map(({ name }) => [name, undefined] as const) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        chosen.map(({ name }) => swapped(name)),
        text,
      ),
    },
    { weight: 1, arbitrary: fc.tuple(fc.string({ unit: "binary", minLength: 1, maxLength: 12 }), text) },
  );
  const inFile = inputs.filter(({ name }) => inputNames[command.name]?.includes(name));
  const entry = fc
    .constantFrom(...inFile)
    .chain((input) => fc.oneof(yaml, written(input)).map((value) => kept([input.name, value])));
  return fc
    .record({
      changes: fc.array(change, { maxLength: 5 }),
      file: fc.option(fc.array(entry, { minLength: 1, maxLength: 4 }), {
        freq: 2,
        nil: undefined,
      }),
    })
    .map(({ changes, file }) => {
      const given = new Map<string, string | undefined>([...Object.entries(valid), ...changes]);
      // What stands in titleholder.yaml counts only where nothing else is written.
      for (const [name] of file ?? []) given.delete(name);
      const written = [...given].filter((entry): entry is [string, string] => entry[1] !== undefined);
      return { texts: Object.fromEntries(written), file: file === undefined ? undefined : Object.fromEntries(file) };
    });
}

/** Only paths that are known to stay where the bench looks. */
function inside(written: string): string {
  const isKnown = words.some((word) => word === written || JSON.stringify(word) === written);
  return isKnown ? written : written.replace(/\.\.|[/\\]/g, "_");
}
