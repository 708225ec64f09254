import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { evaluate, machine, pullRequest, rows } from "../support/evaluation.ts";
import { testHost } from "../support/host.ts";
import { modelSource } from "../support/models.ts";

/** A model as plain Python pickles it, with the class that it needs. */
const modelClass = `
class Logistic:
    def __init__(self, weights):
        self.weights = weights
    def score(self, row):
        return 1 / (1 + 2.718281828459045 ** -sum(w * row[name] for name, w in self.weights.items()))
`;

const train = `
import pickle, sys
from logistic import Logistic
pickle.dump(Logistic({"x": float(sys.argv[2]), "z": float(sys.argv[3])}), open(sys.argv[1], "wb"))
`;

const score = `
import json, os, pickle, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
path = os.environ["TITLEHOLDER_MODEL_PATH"]
model = pickle.load(open(os.path.join(path, "model.pkl") if os.path.isdir(path) else path, "rb"))
rows = [json.loads(line) for line in open(os.environ["TITLEHOLDER_ROWS_PATH"])]
assert not any("y" in row for row in rows), "the label was given away"
assert "SECRET_TOKEN" not in os.environ and not any(name.startswith("INPUT_") for name in os.environ)
out = open(os.path.join(os.environ["TITLEHOLDER_OUTPUT_DIR"], "predictions.jsonl"), "w")
for row in reversed(rows):
    out.write(json.dumps({"titleholder_row": row["titleholder_row"], "score": model.score(row)}) + "\\n")
`;

const files = { "logistic.py": modelClass, "train.py": train, "score.py": score };
const command = { predictor: "command", predictorCommand: ["python3", "score.py"], predictorFormat: "jsonl" };

async function python(extra: Record<string, string> = {}, ci?: typeof pullRequest) {
  const at = await machine({ ...files, ...extra }, ci);
  for (const [name, x, z] of [
    ["good.pkl", "1.5", "-1"],
    ["dull.pkl", "0.4", "0"],
  ] as const) {
    execFileSync("python3", ["train.py", name, x, z], { cwd: at.cwd });
  }
  return at;
}

async function refusal(given: Record<string, unknown>, extra: Record<string, string> = {}): Promise<TitleholderError> {
  await using at = await python(extra);
  const error = await evaluate(at, { challenger: "good.pkl", ...command, ...given }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TitleholderError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

/** A program that does not look at the model, and writes these lines for ten rows. */
const writing = (lines: string) => ({
  "score.py": `import os\nopen(os.path.join(os.environ["TITLEHOLDER_OUTPUT_DIR"], "predictions.csv"), "w").write(${JSON.stringify(lines)})\n`,
  "test.csv": rows(3, 1),
});

describe("predictor: command", () => {
  test("pickled models of any kind are scored in the user's Python, and decide as their ONNX twins do", async () => {
    await using at = await python();
    const twins = await evaluate(at, { challenger: "good.onnx", champion: "dull.onnx" });
    const pickles = await evaluate(at, { challenger: "good.pkl", champion: "dull.pkl", ...command });
    expect(pickles.decision).toBe(twins.decision);
    const [ofTwins, ofPickles] = [twins, pickles].map(
      ({ findings }) => findings.details as { metrics: { effect: number }[] },
    );
    for (const [place, { effect }] of (ofTwins?.metrics ?? []).entries()) {
      expect(ofPickles?.metrics[place]?.effect).toBeCloseTo(effect, 5);
    }
  });

  test("a model in the registry is laid into a folder of its own, and its path handed on", async () => {
    await using at = await python();
    const registry = await openRegistry("file:models", at.host, { allowEphemeral: false });
    const folder = { "model.pkl": await readFile(`${at.cwd}/dull.pkl`), "logistic.py": modelClass };
    const version = await registry.register("churn", modelSource(folder));
    const move = { alias: "champion", from: null, to: version.version, at: "", actor: "mona", reason: "first" };
    await registry.moveAlias("churn", move);
    const given = { challenger: "good.pkl", champion: "registry:churn@champion", registry: "file:models", ...command };
    const { decision, findings } = await evaluate(at, given);
    expect(decision).toBe("non-inferior");
    expect(findings.details).toMatchObject({ champion: version.digest });
  });

  test("rows may come as Parquet", async () => {
    const check = `import os\nstart = open(os.environ["TITLEHOLDER_ROWS_PATH"], "rb").read(4)\nassert start == b"PAR1", start\n`;
    await using at = await python({
      "score.py": `${check}open(os.environ["TITLEHOLDER_OUTPUT_DIR"] + "/predictions.csv", "w").write("titleholder_row,score\\n" + "".join(f"{row},0.5\\n" for row in range(1500)))\n`,
    });
    const { findings } = await evaluate(at, { challenger: "good.pkl", ...command, predictorFormat: "parquet" });
    expect(findings.summary).toMatch(/^inconclusive and unbaselined, no champion was named; .*roc-auc \+0;/);
  });

  test.each([
    [
      "that fails, with its last words",
      { "score.py": 'import sys\nsys.exit("no module named prophet")\n' },
      "TH_PREDICTOR_EXIT",
      /exit code 1; .*no module named prophet/,
    ],
    ["that writes nothing", { "score.py": "pass\n" }, "TH_PREDICTOR_OUTPUT", /the folder is empty/],
    ["that forgets the rows' numbers", writing("score\n0.1\n0.2\n0.3\n"), "TH_PREDICTOR_OUTPUT", /titleholder_row/],
    [
      "that leaves out rows",
      writing("titleholder_row,score\n0,0.1\n2,0.3\n"),
      "TH_PREDICTOR_OUTPUT",
      /lacks 1 of 3 rows/,
    ],
    [
      "that adds rows",
      writing("titleholder_row,score\n0,0.1\n1,0.2\n2,0.3\n3,0.3\n"),
      "TH_PREDICTOR_OUTPUT",
      /has 4 rows/,
    ],
    [
      "that repeats rows",
      writing("titleholder_row,score\n0,0.1\n1,0.2\n2,0.3\n2,0.4\n"),
      "TH_PREDICTIONS_DUPLICATES",
      /1 rows .*"2"/,
    ],
  ] as const)("a program %s is refused by name", async (_, extra, code, says) => {
    const error = await refusal({}, extra);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
    expect(error.fix).not.toBe("");
  });

  test("a program that is not there, or takes too long, is told by name", async () => {
    expect((await refusal({ predictorCommand: ["no-such-python"] })).code).toBe("TH_PROCESS_START");
    const slow = { "score.py": "import time\ntime.sleep(60)\n" };
    expect((await refusal({ timeLimit: "500ms" }, slow)).code).toBe("TH_PREDICTOR_LIMIT");
  });

  test("a command without predictor: command, or the other way round, is a mistake", async () => {
    expect((await refusal({ predictor: "onnx" })).code).toBe("TH_PREDICTOR_COMMAND");
    expect((await refusal({ predictorCommand: undefined })).code).toBe("TH_PREDICTOR_COMMAND");
  });

  test("a fork's pull request may not bring the program", async () => {
    await using at = await python({}, { ...pullRequest, fromFork: true });
    const given = { challenger: "good.pkl", ...command, purpose: "promote" };
    await expect(evaluate(at, given)).rejects.toMatchObject({ code: "TH_PREDICTOR_FORK" });
  });

  test("is gone within two seconds of a cancellation, even if it will not go", async () => {
    const abort = new AbortController();
    const reason = new Error("cancelled by a person");
    const stubborn =
      'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint("here")\ntime.sleep(60)\n';
    await using at = await testHost({
      files: { "stubborn.py": stubborn, "model.pkl": "opaque", "test.csv": rows(10, 1) },
      signal: abort.signal,
    });
    const given = { challenger: "model.pkl", ...command, predictorCommand: ["python3", "stubborn.py"] };
    const ended = evaluate(at, given).catch((error: unknown) => error);
    await new Promise((resolve) => void setTimeout(resolve, 4000));
    const started = performance.now();
    abort.abort(reason);
    expect(await ended).toBe(reason);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
