import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { baseInputs, input, registryInputs } from "../../src/commands/shared.ts";
import { nodeFiles } from "../../src/hosts/files.ts";
import { type Resolved, resolveInputs } from "../../src/hosts/resolve.ts";
import type { AnyCommand } from "../../src/kernel/command.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { type Folder, folder } from "../support/folder.ts";

const command = {
  name: "weigh",
  summary: "Weighs.",
  description: "Weighs.",
  inputs: z.strictObject({
    ...baseInputs,
    ...registryInputs,
    data: input(z.array(z.string()), { description: "What to weigh.", kind: "path" }),
    piles: input(z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(), {
      description: "Named ones.",
      kind: "path",
    }),
    challenger: input(z.string().optional(), { description: "Which one.", kind: "path-or-reference" }),
    unit: input(z.enum(["gram", "ounce"]).default("gram"), { description: "The unit." }),
    share: input(z.number().min(0).max(1).optional(), { description: "How much of it." }),
    isQuick: input(z.boolean().default(false), { description: "Whether to hurry." }),
    metrics: input(z.array(z.strictObject({ name: z.enum(["auc", "loss"]), margin: z.number() })).default([]), {
      description: "Metrics.",
    }),
    token: input(z.string().optional(), { description: "A secret.", secret: true }),
  }),
  outputs: z.strictObject({}),
  details: z.null(),
  run: () => Promise.reject(new Error("not run here")),
} satisfies AnyCommand;

const names = {
  weigh: ["environment", "registry", "data", "piles", "challenger", "unit", "share", "is-quick", "metrics", "mode"],
  other: ["data", "colour"],
};

function resolved(at: Folder, given: Readonly<Record<string, string>>): Promise<Resolved> {
  return resolveInputs(command, new Map(Object.entries(given)), {
    startFolder: at.path,
    files: nodeFiles({ cwd: at.path }),
    names,
    style: (name) => `--${name}`,
  });
}

async function refusal(
  files: Record<string, string>,
  given: Readonly<Record<string, string>>,
): Promise<TitleholderError> {
  await using at = await folder(files);
  const error: unknown = await resolved(at, given).then(
    () => new Error("accepted"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof TitleholderError) return error;
  throw error;
}

describe("where a value comes from", () => {
  const file = `version: 1
environments:
  prod: { registry: "file:/srv/models" }
models:
  churn:
    unit: ounce
    share: 0.2
    registry: file:shared
    weigh:
      data: a.csv
      share: 0.3
`;

  test("the step beats the section, the section the shared keys, and these the default", async () => {
    await using at = await folder({ "titleholder.yaml": file });
    const { inputs, config } = await resolved(at, { "is-quick": "true" });
    expect(inputs).toMatchObject({ unit: "ounce", share: 0.3, isQuick: true, mode: "enforce" });
    expect(config).toMatchObject({
      unit: { value: "ounce", from: "file" },
      share: { value: 0.3, from: "file" },
      "is-quick": { value: true, from: "input" },
      mode: { value: "enforce", from: "default" },
      data: { value: ["a.csv"], from: "file" },
    });
    const stepwise = await resolved(at, { share: "0.4", unit: "gram" });
    expect(stepwise.inputs).toMatchObject({ unit: "gram", share: 0.4 });
    expect(stepwise.config).toMatchObject({ share: { value: 0.4, from: "input" } });
  });

  test("an empty text on the step is none: a runner hands over every declared input", async () => {
    await using at = await folder({ "titleholder.yaml": file });
    expect((await resolved(at, { share: "", unit: " \n" })).inputs).toMatchObject({ share: 0.3, unit: "ounce" });
  });

  test("null in the file is none either", async () => {
    await using at = await folder({ "titleholder.yaml": `${file}      unit:\n` });
    expect((await resolved(at, {})).inputs.unit).toBe("gram");
  });

  test("an environment supplies the registry that nobody wrote, and only then", async () => {
    await using at = await folder({ "titleholder.yaml": file });
    expect((await resolved(at, { environment: "prod" })).inputs.registry).toBe(`file:${join(at.path, "shared")}`);
    expect((await resolved(at, { environment: "prod", registry: "file:own" })).inputs.registry).toBe(
      `file:${join(at.path, "own")}`,
    );
    await at.write("titleholder.yaml", file.replace("    registry: file:shared\n", ""));
    expect((await resolved(at, { environment: "prod" })).inputs.registry).toBe("file:/srv/models");
    expect((await resolved(at, {})).inputs.registry).toBeUndefined();
  });

  test("a secret and the machine's own folders are in no report", async () => {
    await using at = await folder({ "titleholder.yaml": file });
    const { config, inputs } = await resolved(at, { token: "s3cret", report: "out.json", "working-directory": "." });
    expect(inputs.token).toBe("s3cret");
    expect(JSON.stringify(config)).not.toContain("s3cret");
    expect(Object.keys(config)).not.toContain("report");
    expect(Object.keys(config)).not.toContain("working-directory");
  });
});

describe("paths", () => {
  test("under names are paths too", async () => {
    await using at = await folder({
      "conf/titleholder.yaml":
        "version: 1\nmodels: { m: { weigh: { data: x, piles: { a: a.csv, b: [b.csv, /abs/c.csv] } } } }\n",
    });
    const { inputs } = await resolved(at, { config: "conf/titleholder.yaml" });
    expect(inputs.piles).toEqual({ a: join(at.path, "conf/a.csv"), b: [join(at.path, "conf/b.csv"), "/abs/c.csv"] });
    const error = await refusal({}, { data: "x", piles: '{ a: a.csv, b: ["", b.csv] }' });
    expect(error).toMatchObject({ code: "TH_INPUT_VALUE", message: "piles holds an empty path" });
  });

  test("on the step start from the working directory, in the file from the file", async () => {
    await using at = await folder({
      "conf/titleholder.yaml": 'version: 1\nmodels: { m: { weigh: { data: [a.csv, "sub/*.csv", /abs/x.csv] } } }\n',
    });
    await mkdir(join(at.path, "work"));
    const fromFile = await resolved(at, { config: "../conf/titleholder.yaml", "working-directory": "work" });
    expect(fromFile.cwd).toBe(join(at.path, "work"));
    expect(fromFile.inputs.data).toEqual([join(at.path, "conf/a.csv"), join(at.path, "conf/sub/*.csv"), "/abs/x.csv"]);
    const fromStep = await resolved(at, {
      config: "../conf/titleholder.yaml",
      "working-directory": "work",
      data: "b.csv",
    });
    expect(fromStep.inputs.data).toEqual([join(at.path, "work/b.csv")]);
  });

  test("are kept in the report as they were written", async () => {
    await using at = await folder();
    const { config } = await resolved(at, { data: "a.csv" });
    expect(config.data).toEqual({ value: ["a.csv"], from: "input" });
  });

  test("may be references instead, which stay as they are", async () => {
    await using at = await folder();
    const challenger = async (text: string) => (await resolved(at, { data: "x", challenger: text })).inputs.challenger;
    expect(await challenger("registry:prod/churn@champion")).toBe("registry:prod/churn@champion");
    expect(await challenger("out/model.onnx")).toBe(join(at.path, "out/model.onnx"));
  });

  test("of an environment's registry start from the file", async () => {
    await using at = await folder({
      "conf/titleholder.yaml": 'version: 1\nenvironments: { dev: { registry: "file:reg" } }\nmodels: { m: {} }\n',
    });
    const { inputs, project } = await resolved(at, { config: "conf/titleholder.yaml", environment: "dev", data: "x" });
    expect(inputs.registry).toBe(`file:${join(at.path, "conf/reg")}`);
    expect(project.environments).toEqual({ dev: { registry: `file:${join(at.path, "conf/reg")}` } });
  });
});

describe("the model", () => {
  const two = "version: 1\nmodels:\n  churn: { weigh: { data: a } }\n  fraud: { weigh: { data: b } }\n";

  test("is the only one, the one that is named, or called default without a file", async () => {
    await using at = await folder();
    expect((await resolved(at, { data: "x" })).project.model).toBe("default");
    expect((await resolved(at, { data: "x", model: "mine" })).project.model).toBe("mine");
    await at.write("titleholder.yaml", two);
    const fraud = await resolved(at, { model: "fraud" });
    expect(fraud.project.model).toBe("fraud");
    expect(fraud.inputs.data).toEqual([join(at.path, "b")]);
    await at.write("titleholder.yaml", "version: 1\nmodels:\n  churn: {}\n");
    expect((await resolved(at, { data: "x" })).project.model).toBe("churn");
  });

  test("must be named where there are several", async () => {
    const error = await refusal({ "titleholder.yaml": two }, { data: "x" });
    expect(error).toMatchObject({ code: "TH_INPUT_MODEL", place: { input: "model" } });
    expect(error.fix).toContain("churn, fraud");
  });

  test("must be one of the file's", async () => {
    const error = await refusal({ "titleholder.yaml": two }, { model: "chrun" });
    expect(error).toMatchObject({ code: "TH_INPUT_MODEL", fix: 'did you mean "churn"?' });
  });
});

describe("what is refused", () => {
  test("an input that nobody knows, with the nearest name", async () => {
    expect(await refusal({}, { dta: "x" })).toMatchObject({
      code: "TH_INPUT_UNKNOWN",
      message: "there is no input --dta",
      fix: 'did you mean "data"?',
      place: { input: "dta" },
    });
    for (const name of ["constructor", "__proto__", "isQuick"]) {
      expect((await refusal({}, { [name]: "x" })).code).toBe("TH_INPUT_UNKNOWN");
    }
  });

  test("a required input that is nowhere, with both places to write it", async () => {
    const error = await refusal({}, {});
    expect(error).toMatchObject({ code: "TH_INPUT_MISSING", message: "weigh needs --data", place: { input: "data" } });
    expect(error.fix).toBe("write --data, or `data:` under weigh in titleholder.yaml");
  });

  test.each([
    [{ unit: "grams" }, "TH_INPUT_VALUE", '"grams" is not one of the choices', 'did you mean "gram"?'],
    [{ share: "1.5" }, "TH_INPUT_VALUE", "share: Too big", "write at most 1"],
    [{ share: "much" }, "TH_INPUT_NUMBER", '"much" is not a number', "write a number"],
    [{ "is-quick": "yes" }, "TH_INPUT_BOOLEAN", '"yes" is neither', "write true or false"],
    [
      { metrics: "[{ name: auk, margin: 1 }]" },
      "TH_INPUT_VALUE",
      'metrics at 0.name: "auk" is not one',
      'did you mean "auc"?',
    ],
    [{ metrics: "[{ name: auc, margin: a lot }]" }, "TH_INPUT_VALUE", "metrics at 0.margin", "write a number"],
    [{ metrics: "[{ name: auc, margin: 1, more: 2 }]" }, "TH_INPUT_VALUE", 'unknown key "more"', "remove it"],
    [{ metrics: "auc" }, "TH_INPUT_VALUE", "metrics", "write a list"],
  ])("%j", async (given, code, message, fix) => {
    const error = await refusal({}, { data: "x", ...(given as Record<string, string>) });
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.fix).toContain(fix);
    expect(error.place).toEqual({ input: Object.keys(given)[0] });
  });

  test("a value of the file, with its file, line and column", async () => {
    const file =
      "version: 1\nmodels:\n  m:\n    weigh:\n      data: a\n      metrics:\n        - name: auc\n          margin: big\n";
    expect(await refusal({ "titleholder.yaml": file }, {})).toMatchObject({
      code: "TH_INPUT_VALUE",
      place: { file: "titleholder.yaml", line: 8, column: 19, input: "metrics" },
    });
    const text = 'version: 1\nmodels: { m: { weigh: { data: a, is-quick: "true" } } }\n';
    expect(await refusal({ "titleholder.yaml": text }, {})).toMatchObject({ fix: "write true or false" });
  });

  test("an environment that is not in the file", async () => {
    const file = 'version: 1\nenvironments: { prod: { registry: "file:x" } }\n';
    expect(await refusal({ "titleholder.yaml": file }, { data: "x", environment: "prd" })).toMatchObject({
      code: "TH_INPUT_ENVIRONMENT",
      fix: 'did you mean "prod"?',
    });
    expect((await refusal({}, { data: "x", environment: "constructor" })).code).toBe("TH_INPUT_ENVIRONMENT");
  });

  test("a configuration file or a working directory that is not there", async () => {
    expect(await refusal({}, { config: "mine.yaml", data: "x" })).toMatchObject({
      code: "TH_CONFIG_MISSING",
      message: "there is no file mine.yaml",
    });
    expect(await refusal({ "mine.yaml/x": "" }, { config: "mine.yaml", data: "x" })).toMatchObject({
      message: "mine.yaml is not a file",
    });
    expect(await refusal({ "a/titleholder.yaml/x": "" }, { "working-directory": "a", data: "x" })).toMatchObject({
      code: "TH_CONFIG_MISSING",
    });
    expect(await refusal({}, { "working-directory": "nowhere", data: "x" })).toMatchObject({
      code: "TH_INPUT_DIRECTORY",
      place: { input: "working-directory" },
    });
    expect(await refusal({ file: "" }, { "working-directory": "file", data: "x" })).toMatchObject({
      code: "TH_INPUT_DIRECTORY",
    });
  });
});

test("a later error can name where a value stands", async () => {
  await using at = await folder({ "titleholder.yaml": "version: 1\nmodels: { m: { weigh: { data: a } } }\n" });
  const { place } = await resolved(at, { unit: "ounce" });
  expect(place("unit")).toEqual({ input: "unit" });
  expect(place("data")).toMatchObject({ file: "titleholder.yaml", line: 2 });
  expect(place("share")).toEqual({ input: "share" });
});
