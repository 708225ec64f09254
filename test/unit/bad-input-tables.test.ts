import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../src/generated/commands.ts";
import { inputNames } from "../../src/generated/input-names.ts";
import { Bench, complaints } from "../support/bad-inputs.ts";
import {
  type InputFacts,
  inputsOf,
  judge,
  type Mutation,
  swapped,
  textMutations,
  withText,
  yamlMutations,
} from "../support/bad-inputs-cases.ts";
import { invocations, prepareFiles } from "../support/bad-inputs-invocations.ts";

/** Every input of every command, written in every wrong way its schema and use allow. A new input is covered as soon as it has a name. */

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open(prepareFiles);
});
afterAll(() => bench[Symbol.asyncDispose]());

/** The command by which the inputs that all have in common are tried in full; of the others, what must be refused. */
const representative = "verify";

const loaded = await Promise.all(
  Object.entries(commands).map(async ([name, entry]) => {
    const invocation = invocations[name];
    if (invocation === undefined) throw new Error(`write a run of ${name} that ends with a verdict`);
    return { name, command: await entry.load(), invocation };
  }),
);

describe.each(loaded)("$name", ({ name, command, invocation }) => {
  const config = (input: string, yaml: string) =>
    `version: 1\nmodels:\n  churn:\n    ${name}:\n      ${input}: ${yaml}\n`;
  const isTried = (input: InputFacts, { mustRefuse }: Mutation) =>
    mustRefuse || !input.isCommon || name === representative;

  test.each([invocation.given, invocation.quick ?? invocation.given])(
    "the run %# that is made wrong below ends with a verdict",
    async (given) => {
      const { failure, report } = await bench.attempt(command, given);
      expect(failure?.text).toBeUndefined();
      expect(report?.command).toBe(name);
    },
  );

  const inputs = inputsOf(command, invocation);

  test.each(inputs)("$name, written wrongly", async (input) => {
    const found: string[] = [];
    for (const mutation of textMutations(input).filter((one) => isTried(input, one))) {
      found.push(...judge(mutation, await bench.attempt(command, withText(input.given, input.name, mutation.text))));
    }
    expect(found).toEqual([]);
  });

  const inFile = inputs.filter((input) => inputNames[name]?.includes(input.name));

  test.each(inFile)("$name, written wrongly in titleholder.yaml", async (input) => {
    const found: string[] = [];
    const given = withText(input.given, input.name, undefined);
    for (const mutation of yamlMutations(input).filter((one) => isTried(input, one))) {
      await bench.write("titleholder.yaml", config(input.name, mutation.yaml ?? ""));
      found.push(...judge(mutation, await bench.attempt(command, given)));
    }
    await bench.remove("titleholder.yaml");
    expect(found).toEqual([]);
  });

  test("a misspelt input is refused with the name that was meant", async () => {
    for (const { name: input } of inputs) {
      const attempt = await bench.attempt(command, { ...invocation.given, [swapped(input)]: "x" });
      expect(complaints(attempt)).toEqual([]);
      expect(attempt.failure?.text).toContain(`"${input}"`);
    }
    for (const { name: input } of inFile) {
      await bench.write("titleholder.yaml", config(swapped(input), "x"));
      const attempt = await bench.attempt(command, invocation.given);
      expect(complaints(attempt)).toEqual([]);
      expect(attempt.failure?.text).toMatch(/^TH_CONFIG_KEY at titleholder\.yaml:5:7: /);
      expect(attempt.failure?.text).toContain(`"${input}"`);
    }
    await bench.remove("titleholder.yaml");
  });
});
