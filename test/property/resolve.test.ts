import fc from "fast-check";
import { expect, test } from "vitest";
import type { z } from "zod";
import { commands } from "../../src/generated/commands.ts";
import { inputNames } from "../../src/generated/input-names.ts";
import { innerSchema } from "../../src/hosts/decode.ts";
import { nodeFiles } from "../../src/hosts/files.ts";
import { isRequired } from "../../src/hosts/help.ts";
import { resolveInputs } from "../../src/hosts/resolve.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { kebabCase } from "../../src/kernel/naming.ts";
import { folder } from "../support/folder.ts";

const fitting: Readonly<Record<string, string>> = { number: "0.5", boolean: "true", record: "{ a: 1 }", object: "{}" };

function fittingText(schema: z.ZodType): string {
  const inner = innerSchema(schema);
  return inner.def.type === "enum" ? String((inner as z.ZodEnum).options[0]) : (fitting[inner.def.type] ?? "a.csv");
}

/** What nearly fits some type, and what fits none. */
const hostile = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "-1",
    "1e309",
    "yes",
    "true",
    "[",
    "[1, {a: b}]",
    "- x\n- y",
    "null",
    "~",
    "../..",
    "/",
    "*a",
  ),
  fc.constantFrom("\u0000", "registry:", "file:", "x@sha256:1", "{a: {b: [1, 2]}}", "constructor", "enforce", "5%"),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.json({ maxDepth: 3 }),
);

test.each(Object.keys(commands))(
  "%s: whatever is written, inputs are resolved or refused with the input's name and a fix",
  async (name) => {
    await using at = await folder();
    const command = await commands[name]?.load();
    if (command === undefined) throw new Error("a map entry that loads nothing");
    const shape = Object.entries(command.inputs.shape as Readonly<Record<string, z.ZodType>>);
    const required = shape.filter(([, schema]) => isRequired(schema));
    const base = required.map(([key, schema]) => [kebabCase(key), fittingText(schema)] as const);
    const changed = fc.tuple(fc.constantFrom(...shape.map(([key]) => kebabCase(key)), "no-such-input"), hostile);
    const written = fc.uniqueArray(changed, { maxLength: 3, selector: ([input]) => input });
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(written, async (changes) => {
        const given = new Map([...base, ...changes]);
        try {
          const { config } = await resolveInputs(command, given, {
            startFolder: at.path,
            files: nodeFiles({ cwd: at.path }),
            names: inputNames,
            style: (input) => `--${input}`,
          });
          accepted += 1;
          for (const { from } of Object.values(config)) expect(["input", "default"]).toContain(from);
        } catch (error) {
          if (!(error instanceof TitleholderError)) throw error;
          expect(error.kind).toBe("configuration");
          expect(error.code).toMatch(/^TH_(INPUT|CONFIG|FILE)_/);
          expect(error.place.input).toBeDefined();
          expect(error.fix).not.toBe("");
        }
      }),
      { numRuns: 1500 },
    );
    // Else the first refusal would be the only one that is ever seen.
    expect(accepted).toBeGreaterThan(0);
  },
);
