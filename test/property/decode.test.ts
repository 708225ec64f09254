import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { readConfigFile } from "../../src/hosts/config-file.ts";
import { decodeText } from "../../src/hosts/decode.ts";
import { TitleholderError } from "../../src/kernel/error.ts";

const schemas: readonly z.ZodType[] = [
  z.string(),
  z.number(),
  z.boolean(),
  z.enum(["enforce", "report-only"]),
  z.array(z.string()),
  z.array(z.number()),
  z.record(z.string(), z.json()),
  z.array(z.strictObject({ name: z.string(), margin: z.number().optional() })),
];

/** Texts near to what the decoder looks for, and texts near to nothing. */
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(..."[]{}-:,#&*!|>'\"%@`?\n\r\t \\a0.e~\u0000\u0085\u2028\ufeff"), maxLength: 60 }),
  fc.json(),
  fc.json().map((text) => stringify(JSON.parse(text))),
);

async function outcome(work: () => unknown): Promise<"value" | TitleholderError> {
  try {
    await work();
    return "value";
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
}

test("whatever is written into an input, it is decoded or refused with its place and a fix", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, fc.constantFrom(...schemas), async (text, schema) => {
      const result = await outcome(() => decodeText(text, schema, { input: "it" }));
      if (result === "value") return;
      expect(result.code).toMatch(/^TH_INPUT_(BOOLEAN|NUMBER|SYNTAX)$/);
      expect(result.place.input).toBe("it");
      expect(result.fix).not.toBe("");
    }),
    { numRuns: 3000 },
  );
});

test("a list of plain names survives lines, commas and YAML", async () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_./][A-Za-z0-9_./ -]{0,20}[A-Za-z0-9_./]$/);
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 6 }), async (names) => {
      const texts = z.array(z.string());
      expect(await decodeText(names.join("\n"), texts, {})).toEqual(names);
      expect(await decodeText(names.join("\r\n"), texts, {})).toEqual(names);
      expect(await decodeText(JSON.stringify(names), texts, {})).toEqual(names);
    }),
  );
});

test("a number that was printed is read back as itself", async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (value) => {
      expect(await decodeText(String(value), z.number(), {})).toBe(value === 0 ? Number(String(value)) : value);
    }),
  );
});

test("whatever stands in titleholder.yaml, it is read or refused with file, line and column", async () => {
  const names = { train: ["run", "data", "params"], "drift-report": ["current", "time"] };
  const lines = text(hostile);
  await fc.assert(
    fc.asyncProperty(lines, async (content) => {
      const result = await outcome(() => readConfigFile(content, "titleholder.yaml", names));
      if (result === "value") return;
      expect(result.code).toMatch(/^TH_CONFIG_/);
      expect(result.place.file).toBe("titleholder.yaml");
      expect(result.place.line).toBeGreaterThanOrEqual(1);
      expect(result.place.column).toBeGreaterThanOrEqual(1);
      expect(result.fix).not.toBe("");
    }),
    { numRuns: 3000 },
  );
});

/** Bare hostile text, and hostile text at every place of a file that is right otherwise. */
function text(part: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    part,
    part.map((it) => `version: ${it}\n`),
    part.map((it) => `version: 1\nmodels: ${it}\n`),
    part.map((it) => `version: 1\nmodels:\n  churn:\n    train:\n      run: ${it}\n`),
    part.map((it) => `version: 1\nmodels:\n  ${it}:\n    train: {}\n`),
    part.map((it) => `version: 1\nenvironments:\n  prod: { registry: ${it} }\n`),
    fc
      .constantFrom("constructor", "__proto__", "toString", "hasOwnProperty")
      .map((it) => `version: 1\nmodels:\n  ${it}:\n    ${it}:\n      ${it}: 1\n`),
  );
}
