import { beforeAll, describe, expect, test } from "vitest";
import { ownAction } from "../support/act/actions.ts";
import { createRepository } from "../support/act/repository.ts";
import { runWorkflow, type WorkflowRun } from "../support/act/run.ts";

// Inputs on their way through a real runner: what wins over what, and what a person reads when one is wrong.

const CHECKOUT = `actions/checkout@${"5".repeat(40)}`;

const CONFIG = `version: 1
environments:
  dev: { registry: "file:registries/dev" }
models:
  churn:
    annotations: false
    upload-report: true
    train:
      run: cp model.bin "$TITLEHOLDER_MODEL_PATH"
      model-path: out/model.bin
      params: { depth: 6, seed: 7 }
      time-limit: 5m
    register-model:
      model-path: model.bin
      mode: report-only
      dry-run: true
      tags: { ticket: ML-42 }
  fraud: {}
`;

const MISSPELT = "version: 1\nmodels:\n  churn:\n    train:\n      rum: python train.py\n";
const BROKEN = 'version: 1\nmodels:\n  churn:\n    train: { run: "python train.py }\n';
const WRONG_TYPE = "version: 1\nmodels:\n  churn:\n    train:\n      model-path: m\n      run:\n        - python\n";

const STEPS = `
      - uses: ${CHECKOUT}
      - id: step
        uses: `;

/** A job with one step of ours; `with` as YAML lines. */
function job(id: string, action: string, inputs: readonly string[], runner = "ubuntu-24.04"): string {
  const lines = inputs.map((line) => `          ${line}`).join("\n");
  return `\n  ${id}:\n    runs-on: ${runner}\n    steps:${STEPS}${ownAction(action)}\n        with:\n${lines}\n`;
}

const JOBS = [
  job("trained", "train", [
    "model: churn",
    "params: '{ depth: 9 }'",
    "data: |",
    "  data/a.csv",
    "  data/b.csv",
    "allow-forks: false",
    'time-limit: ""',
  ]),
  job("registered", "register-model", ["model: churn", "environment: dev", "dry-run: false"], "own"),
  job(
    "listed",
    "register-model",
    ["model: churn", "report: report.json", "registry: file:elsewhere", "evidence: '[\"a/*.json\", b/*.json]'"],
    "own",
  ),
  job("unknown", "train", ["model: churn", "model-paht: out/model.bin"]),
  job("not-boolean", "register-model", ["model: churn", 'dry-run: "yes"']),
  job("no-model", "train", ["run: 'true'"]),
  job("misspelt", "train", ["config: misspelt.yaml"]),
  job("broken", "train", ["config: broken.yaml"]),
  job("wrong-type", "train", ["config: wrong-type.yaml"]),
  job("hosted", "register-model", ["model: churn", "dry-run: false", "registry: file:/srv/titleholder"]),
];

let run: WorkflowRun;

beforeAll(async () => {
  await using repository = await createRepository({
    "titleholder.yaml": CONFIG,
    "misspelt.yaml": MISSPELT,
    "broken.yaml": BROKEN,
    "wrong-type.yaml": WRONG_TYPE,
    "model.bin": "a model",
    "data/a.csv": "x\n1\n",
    "data/b.csv": "x\n2\n",
    ".github/workflows/test.yml": `name: test\non: push\njobs:${JOBS.join("")}`,
  });
  run = await runWorkflow({ repository, workflow: "test.yml" });
});

interface ReportFile {
  readonly config: Readonly<Record<string, { readonly value: unknown; readonly from: string }>>;
}

/** The report that a job uploaded. */
function reportOf(id: string, command: string): ReportFile {
  const artifact = run.artifacts.get(`titleholder-churn-${command}-${id}-1`);
  const bytes = artifact?.get("report.json");
  if (bytes === undefined) throw new Error(`${id} uploaded no report: ${run.job(id).steps.at(-1)?.log}`);
  return JSON.parse(bytes.toString("utf8")) as ReportFile;
}

/** What a person reads of a step that could not start: its one annotation. */
function refusal(id: string): Readonly<Record<string, string>> & { readonly text: string } {
  const step = run.step(id, "step");
  expect(step.exitCode, step.log).toBe(2);
  expect(step.outputs).toEqual({});
  expect(step.annotations).toHaveLength(1);
  const [annotation] = step.annotations;
  return { text: annotation?.message ?? "", ...annotation?.properties };
}

describe("what is written on the step wins over titleholder.yaml, and that over the default", () => {
  test("texts, mappings, lists of several lines and booleans", () => {
    expect(reportOf("trained", "train").config).toMatchObject({
      model: { value: "churn", from: "input" },
      params: { value: { depth: 9 }, from: "input" },
      data: { value: ["data/a.csv", "data/b.csv"], from: "input" },
      "allow-forks": { value: false, from: "input" },
      run: { value: 'cp model.bin "$TITLEHOLDER_MODEL_PATH"', from: "file" },
      "model-path": { value: "out/model.bin", from: "file" },
      annotations: { value: false, from: "file" },
      mode: { value: "enforce", from: "default" },
    });
  });

  test("an input that is written and empty is not written, as an expression without a value leaves it", () => {
    expect(reportOf("trained", "train").config["time-limit"]).toEqual({ value: "5m", from: "file" });
  });

  test("a boolean of the file is turned off by the step, and the environment brings its registry", () => {
    const { config } = reportOf("registered", "register-model");
    expect(config).toMatchObject({
      "dry-run": { value: false, from: "input" },
      mode: { value: "report-only", from: "file" },
      tags: { value: { ticket: "ML-42" }, from: "file" },
      registry: { value: "file:registries/dev", from: "file" },
    });
    const { outputs } = run.step("registered", "step");
    expect(outputs).toMatchObject({ version: "1", uri: "file:registries/dev/churn@1" });
  });

  test("a list may be YAML on one line, and a registry written on the step wins over all", () => {
    const { config } = reportOf("listed", "register-model");
    expect(config).toMatchObject({
      evidence: { value: ["a/*.json", "b/*.json"], from: "input" },
      registry: { value: "file:elsewhere", from: "input" },
      "dry-run": { value: true, from: "file" },
    });
    expect(run.step("listed", "step").outputs.version).toBeUndefined();
  });

  test("a report beside other files is uploaded without them: they may be the whole repository", () => {
    const files = run.artifacts.get("titleholder-churn-register-model-listed-1");
    expect([...(files?.keys() ?? [])].toSorted()).toEqual([
      "report.html",
      "report.json",
      "report.junit.xml",
      "report.sarif",
    ]);
  });

  test("annotations that the file turns off are not written, the job's own failure aside", () => {
    expect(run.step("trained", "step").annotations).toEqual([]);
  });
});

describe("a step that is written wrongly ends with 2, says where and what to write, and uploads nothing", () => {
  test("an input that no action has, which a runner passes all the same", () => {
    const { text, title } = refusal("unknown");
    expect(title).toBe("TH_INPUT_UNKNOWN");
    expect(text).toContain("there is no input `model-paht`");
    expect(text).toContain('did you mean "model-path"?');
  });

  test("a boolean that is neither true nor false", () => {
    expect(refusal("not-boolean").text).toMatch(/TH_INPUT_BOOLEAN at input dry-run: "yes" .*\n.*write true or false/);
  });

  test("no model where the file has several", () => {
    expect(refusal("no-model").text).toMatch(/titleholder\.yaml has several models\n.*churn, fraud/);
  });

  test("a key of the file that no command has: on its line", () => {
    const { text, ...place } = refusal("misspelt");
    expect(place).toEqual({ title: "TH_CONFIG_KEY", file: "misspelt.yaml", line: "5", col: "7" });
    expect(text).toContain('did you mean "run"?');
  });

  test("a file that is no YAML: where it breaks off", () => {
    expect(refusal("broken")).toMatchObject({ title: "TH_CONFIG_SYNTAX", file: "broken.yaml", line: "5", col: "1" });
  });

  test("a value of the wrong type: on its line", () => {
    const { text, ...place } = refusal("wrong-type");
    expect(place).toMatchObject({ title: "TH_INPUT_VALUE", file: "wrong-type.yaml", line: "7" });
    expect(text).toContain("write text");
  });

  test("a registry in a folder of a machine that is thrown away with the job", () => {
    const { text, title } = refusal("hosted");
    expect(title).toBe("TH_REGISTRY_EPHEMERAL");
    expect(text).toContain("write allow-ephemeral-registry: true");
  });

  test("no artifact of these exists", () => {
    expect([...run.artifacts.keys()].toSorted()).toEqual([
      "titleholder-churn-register-model-listed-1",
      "titleholder-churn-register-model-registered-1",
      "titleholder-churn-train-trained-1",
    ]);
  });
});
