import { describe, expect, test } from "vitest";
import { type ConfigFile, readConfigFile } from "../../src/hosts/config-file.ts";
import { TitleholderError } from "../../src/kernel/error.ts";

const names = {
  train: ["run", "data", "params", "registry"],
  "drift-report": ["current", "time", "data", "registry"],
};

const read = (text: string): ConfigFile => readConfigFile(text, "titleholder.yaml", names);

function refusal(text: string): TitleholderError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

const valuesOf = (file: ConfigFile, model: string, command: string) =>
  Object.fromEntries([...file.valuesFor(model, command)].map(([name, { value }]) => [name, value]));

const whole = `version: 1
environments:
  dev: { registry: "file:dev" }
  prod: { registry: "file:/srv/models" }
models:
  churn:
    data: shared.csv
    registry: file:mine
    train:
      run: python train.py
      params: { depth: 6, layers: [1, 2] }
    drift-report:
      data: drift.csv
  fraud:
    train:
      run: make
`;

describe("a file that is right", () => {
  test("gives models and environments in their order", () => {
    const file = read(whole);
    expect(file.models).toEqual(["churn", "fraud"]);
    expect(file.environments).toEqual({ dev: { registry: "file:dev" }, prod: { registry: "file:/srv/models" } });
  });

  test("gives a section's values over the shared ones", () => {
    const file = read(whole);
    expect(valuesOf(file, "churn", "train")).toEqual({
      data: "shared.csv",
      registry: "file:mine",
      run: "python train.py",
      params: { depth: 6, layers: [1, 2] },
    });
    expect(valuesOf(file, "churn", "drift-report")).toEqual({ data: "drift.csv", registry: "file:mine" });
    expect(valuesOf(file, "fraud", "drift-report")).toEqual({});
    expect(valuesOf(file, "nobody", "train")).toEqual({});
  });

  test("knows where each value stands, and what stands inside it", () => {
    const values = read(whole).valuesFor("churn", "train");
    expect(values.get("run")?.place).toEqual({ file: "titleholder.yaml", line: 10, column: 12 });
    expect(values.get("params")?.inside(["depth"])).toEqual({ file: "titleholder.yaml", line: 11, column: 24 });
    expect(values.get("params")?.inside(["layers", 1])).toEqual({ file: "titleholder.yaml", line: 11, column: 39 });
    expect(values.get("params")?.inside(["not", "there"])).toEqual({ file: "titleholder.yaml", line: 11, column: 15 });
  });

  test("may have Windows line ends", () => {
    const file = read(whole.replaceAll("\n", "\r\n"));
    expect(valuesOf(file, "churn", "train")).toEqual(valuesOf(read(whole), "churn", "train"));
    expect(file.valuesFor("churn", "train").get("run")?.place).toMatchObject({ line: 10, column: 12 });
  });

  test("may say a section once and name it again", () => {
    const text = `version: 1
models:
  a:
    train: &same
      run: make
  b:
    train: *same
`;
    expect(valuesOf(read(text), "b", "train")).toEqual({ run: "make" });
  });

  test("may be nearly empty", () => {
    expect(read("version: 1").models).toEqual([]);
    expect(read("version: 1\nmodels:\nenvironments:\n").models).toEqual([]);
    expect(valuesOf(read("version: 1\nmodels:\n  churn:\n    train:\n"), "churn", "train")).toEqual({});
  });

  test("may name a model as the language names its own", () => {
    const file = read("version: 1\nmodels:\n  __proto__:\n    train: { run: x }\n  constructor: {}\n");
    expect(file.models).toEqual(["__proto__", "constructor"]);
    expect(valuesOf(file, "__proto__", "train")).toEqual({ run: "x" });
  });
});

describe("a version", () => {
  test("newer than this program is refused with what to do", () => {
    const error = refusal("# ours\nversion: 2\nmodels: {}\n");
    expect(error.code).toBe("TH_CONFIG_VERSION");
    expect(error.message).toContain("newer than this program, which reads version 1");
    expect(error.fix).toContain("newer release");
    expect(error.place).toEqual({ file: "titleholder.yaml", line: 2, column: 10 });
  });

  test.each([
    "",
    "models: {}\n",
    "version:\n",
    'version: "1"\n',
    "version: 0\n",
    "version: [1]\n",
    "# a comment alone\n",
  ])("is needed: %j", (text) => {
    const error = refusal(text);
    expect(error.code).toBe("TH_CONFIG_VERSION");
    expect(error.fix).toBe("write `version: 1` on the first line");
    expect(error.place.line).toBe(1);
  });
});

describe("a name that nobody knows", () => {
  test.each([
    ["version: 1\nmodel:\n  churn: {}\n", 'unknown top-level key "model"', 'did you mean "models"?', 2, 1],
    [
      "version: 1\nmodels:\n  churn:\n    trian: {}\n",
      'unknown key "trian" in model churn',
      'did you mean "train"?',
      4,
      5,
    ],
    [
      "version: 1\nmodels:\n  churn:\n    curent: x\n",
      'unknown key "curent" in model churn',
      'did you mean "current"?',
      4,
      5,
    ],
    [
      "version: 1\nmodels:\n  churn:\n    train:\n      rnu: x\n",
      'unknown input of train "rnu"',
      'did you mean "run"?',
      5,
      7,
    ],
    [
      "version: 1\nmodels:\n  churn:\n    train: { run: x, constructor: y }\n",
      'unknown input of train "constructor"',
      "write one of: run, data, params, registry",
      4,
      22,
    ],
    [
      "version: 1\nmodels:\n  churn:\n    toString: {}\n",
      'unknown key "toString" in model churn',
      "write a section (train, drift-report) or an input's name",
      4,
      5,
    ],
    [
      "version: 1\nenvironments:\n  prod: { registy: x }\n",
      'unknown key of environment prod "registy"',
      'did you mean "registry"?',
      3,
      11,
    ],
  ])("%j", (text, message, fix, line, column) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: "TH_CONFIG_KEY", message, fix });
    expect(error.place).toEqual({ file: "titleholder.yaml", line, column });
  });

  test("is found in a section that another command reads, and in another model", () => {
    expect(refusal(`${whole}    drift-report: { tmie: at }\n`).fix).toBe('did you mean "time"?');
  });
});

describe("a value of the wrong kind", () => {
  test.each([
    ["version: 1\nmodels: [churn]\n", "models must be a mapping of names", 2, 9],
    ["version: 1\nmodels:\n  churn: yes please\n", "model churn must be a mapping of names", 3, 10],
    ["version: 1\nmodels:\n  churn:\n    train: make\n", "train must be a mapping of names", 4, 12],
    ["- version: 1\n", "the file must be a mapping of names", 1, 1],
    ["just text\n", "the file must be a mapping of names", 1, 1],
    ["version: 1\nenvironments:\n  prod: {}\n", "environment prod has no registry", 3, 3],
    ["version: 1\nenvironments:\n  prod: { registry: 5 }\n", "environment prod has no registry", 3, 3],
    ['version: 1\nenvironments:\n  prod: { registry: "" }\n', "environment prod has no registry", 3, 3],
  ])("%j", (text, message, line, column) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: "TH_CONFIG_TYPE", message });
    expect(error.place).toEqual({ file: "titleholder.yaml", line, column });
  });
});

describe("text that is no YAML", () => {
  test.each([
    ["version: 1\nmodels: { churn: \n", 2],
    ["version: 1\nversion: 1\n", 2],
    ["version: 1\nmodels:\n  churn: {}\n  churn: {}\n", 4],
    ["version: 1\n\tmodels: {}\n", 2],
    ["version: 1\nmodels: *nothing\n", 2],
    ["version: 1\n---\nversion: 1\n", 2],
    ['version: 1\nmodels: "open\n', 3],
    ["version: 1\nmodels:\n  churn:\n   train:\n     run: x\n    data: y\n", 6],
  ])("%j is refused at its line", (text, line) => {
    const error = refusal(text);
    expect(error.code).toBe("TH_CONFIG_SYNTAX");
    expect(error.message).not.toContain("\n");
    expect(error.place).toMatchObject({ file: "titleholder.yaml", line });
    expect(error.place.column).toBeGreaterThan(0);
  });

  test("a bomb of aliases is refused, in little time", () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const inner = level === 0 ? '"x"' : Array.from({ length: 10 }, () => `*l${level - 1}`).join(", ");
      return `      p${level}: &l${level} [${inner}]`;
    });
    const error = refusal(
      `version: 1\nmodels:\n  churn:\n    train:\n      params:\n${levels.map((line) => `  ${line}`).join("\n")}\n`,
    );
    expect(error.code).toBe("TH_CONFIG_SYNTAX");
    expect(error.fix).toContain("aliases");
  });

  test("nesting without end is refused", () => {
    expect(refusal(`version: 1\nmodels: ${"[".repeat(50_000)}`).code).toBe("TH_CONFIG_SYNTAX");
  });
});
