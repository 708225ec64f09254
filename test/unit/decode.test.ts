import { describe, expect, test } from "vitest";
import { z } from "zod";
import { input } from "../../src/commands/shared.ts";
import { decodeText, innerSchema, inputMeta } from "../../src/hosts/decode.ts";
import { TitleholderError } from "../../src/kernel/error.ts";

const place = { input: "it" };
const decode = (text: string, schema: z.ZodType) => decodeText(text, schema, place);
const texts = z.array(z.string());

async function refusal(text: string, schema: z.ZodType): Promise<TitleholderError> {
  try {
    await decode(text, schema);
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
  throw new Error(`"${text}" was accepted`);
}

describe("nothing", () => {
  test.each(["", " ", "\n", "\r\n\t "])("%j is no value, for every type", async (text) => {
    for (const schema of [z.string(), z.number(), z.boolean(), texts, z.record(z.string(), z.json()), z.enum(["a"])]) {
      expect(await decode(text, schema)).toBeUndefined();
    }
  });
});

describe("texts and choices", () => {
  test("lose the white space a block scalar or a runner leaves around them, and none inside", async () => {
    expect(await decode("out/model.onnx\n", z.string())).toBe("out/model.onnx");
    expect(await decode("\n  python train.py \\\n    --fast\n", z.string())).toBe("python train.py \\\n    --fast");
    expect(await decode(" enforce ", z.enum(["enforce"]))).toBe("enforce");
  });

  test("stay text whatever they look like", async () => {
    for (const text of ["true", "1e3", "null", "[a]", "{a: 1}", "~"]) expect(await decode(text, z.string())).toBe(text);
  });

  test("are found below defaults and optionals", async () => {
    expect(await decode("true", z.string().optional())).toBe("true");
    expect(await decode("5", z.string().default("x").nullable())).toBe("5");
    expect(innerSchema(z.boolean().optional().default(true)).def.type).toBe("boolean");
  });
});

describe("booleans", () => {
  test("are true and false", async () => {
    expect(await decode("true", z.boolean())).toBe(true);
    expect(await decode(" false\n", z.boolean().default(true))).toBe(false);
  });

  test.each(["True", "TRUE", "yes", "no", "on", "off", "1", "0", "y", "truee", "null"])(
    "%s is not one",
    async (text) => {
      const error = await refusal(text, z.boolean());
      expect(error.code).toBe("TH_INPUT_BOOLEAN");
      expect(error.kind).toBe("configuration");
      expect(error.place).toEqual(place);
      expect(error.fix).toBe("write true or false");
    },
  );
});

describe("numbers", () => {
  test.each([
    ["0", 0],
    ["-3", -3],
    ["+4", 4],
    ["0.05", 0.05],
    [".5", 0.5],
    ["1e-9", 1e-9],
    ["1E3", 1000],
    [" 42 ", 42],
  ])("%s", async (text, value) => {
    expect(await decode(text, z.number())).toBe(value);
  });

  test.each(["five", "1,000", "1_000", "0x10", "5%", "NaN", "Infinity", "1e999", "--1", "1 2", "٣", "1e", "."])(
    "%s is not one",
    async (text) => {
      expect((await refusal(text, z.number())).code).toBe("TH_INPUT_NUMBER");
    },
  );
});

describe("lists", () => {
  test("are one item a line, with either line end, empty lines left out", async () => {
    expect(await decode("a.csv\nb.csv", texts)).toEqual(["a.csv", "b.csv"]);
    expect(await decode("a.csv\r\n\r\n  b.csv  \r\n", texts)).toEqual(["a.csv", "b.csv"]);
    expect(await decode("data/my file, really.csv", texts)).toEqual(["data/my file, really.csv"]);
  });

  test("are split at commas where the schema says so", async () => {
    const commas = input(texts.default([]), { description: "x", separator: "comma" });
    expect(await decode("a, b,,c\nd", commas)).toEqual(["a", "b", "c", "d"]);
  });

  test("may be written as YAML, in which every item is text", async () => {
    expect(await decode("[a, b]", texts)).toEqual(["a", "b"]);
    expect(await decode("- a\n- b", texts)).toEqual(["a", "b"]);
    expect(await decode("[\"data/[ab].csv\", 'x']", texts)).toEqual(["data/[ab].csv", "x"]);
    expect(await decode("[2024, 1.0, 007, true, null]", texts)).toEqual(["2024", "1.0", "007", "true", "null"]);
  });

  test("written as [] are empty, which is not the same as not written", async () => {
    expect(await decode("[]", texts)).toEqual([]);
  });

  test.each(["[ab]*.csv", "[ab]*.[ct]sv", "[ab]-[0-9]", "[0-9][0-9]", "data/[ab]*.csv", "-x.csv"])(
    "%s is a glob or a name, not YAML",
    async (text) => {
      expect(await decode(text, texts)).toEqual([text]);
    },
  );

  test("of globs may begin and end with brackets", async () => {
    expect(await decode("[ab]*.csv\ndata/[cd]", texts)).toEqual(["[ab]*.csv", "data/[cd]"]);
  });

  test("that are broken YAML are refused", async () => {
    expect((await refusal('[a, "b]', texts)).code).toBe("TH_INPUT_SYNTAX");
  });

  test("of choices are texts, and of anything else YAML", async () => {
    expect(await decode("psi\nks", z.array(z.enum(["psi", "ks"])))).toEqual(["psi", "ks"]);
    const metrics = z.array(z.strictObject({ name: z.string(), margin: z.number() }));
    expect(await decode("- { name: roc-auc, margin: 0.005 }", metrics)).toEqual([{ name: "roc-auc", margin: 0.005 }]);
    expect(await decode("[1, 2]", z.array(z.number()))).toEqual([1, 2]);
  });
});

describe("mappings", () => {
  const mapping = z.record(z.string(), z.json());

  test("are YAML, which JSON is part of", async () => {
    expect(await decode("max_depth: 6\nseed: 7", mapping)).toEqual({ max_depth: 6, seed: 7 });
    expect(await decode('{"a": [1, true, null, "x"]}', mapping)).toEqual({ a: [1, true, null, "x"] });
  });

  test.each([
    ["a: 1\na: 2", "the same key twice"],
    ["{a: ", "an open bracket"],
    ["a: b: c", "nested in one line"],
    ["a: 1\n---\nb: 2", "two documents"],
    ["a: &x 1\nb: *x", "an alias: written out it could be a thousand times longer"],
    ["{a: ".repeat(20_000), "nested without end"],
    ["\ta: 1", "a tab"],
  ])("%j is refused: %s", async (text) => {
    const error = await refusal(text.slice(0, 100_000), mapping);
    expect(error.code).toBe("TH_INPUT_SYNTAX");
    expect(error.message).not.toContain("\n");
  });

  test("cannot reach a prototype", async () => {
    const value = (await decode("__proto__: { admin: true }", mapping)) as Record<string, unknown>;
    expect(Object.hasOwn(value, "__proto__")).toBe(true);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    expect(value.admin).toBeUndefined();
  });
});

test("an input's metadata survives its default", () => {
  const schema = input(z.string().default("x"), { description: "What it is.", kind: "path", secret: true });
  expect(inputMeta(schema)).toMatchObject({ description: "What it is.", kind: "path", secret: true });
  expect(inputMeta(z.string())).toEqual({});
});
