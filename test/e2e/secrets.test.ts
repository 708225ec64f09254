import { beforeAll, describe, expect, test } from "vitest";
import { ownAction } from "../support/act/actions.ts";
import { createRepository } from "../support/act/repository.ts";
import { runWorkflow, type WorkflowRun } from "../support/act/run.ts";

// A training command that knows a secret, prints it in every form it can think of, and tries to command the runner.

const PASSWORD = 'tr0ub4dor&3 "cörrect"/horse+battery';
const KEY_LINES = [
  "-----BEGIN PRIVATE KEY-----",
  "MIIEvQIBADANBgkqhkiG9w0BAQEF",
  "AASCBKcwggSjAgEAAoIBAQDpTz7r",
  "-----END PRIVATE KEY-----",
];
const URL_PASSWORD = "pg-p4ssw0rd-x7";
const TOKEN = `ghs_${"5ecret".repeat(6)}`;

/** Every text that nobody may read anywhere. */
const PLANTED = [
  PASSWORD,
  Buffer.from(PASSWORD).toString("base64"),
  Buffer.from(PASSWORD).toString("base64url"),
  encodeURIComponent(PASSWORD),
  JSON.stringify(PASSWORD).slice(1, -1),
  ...KEY_LINES.slice(1, 3),
  Buffer.from(KEY_LINES.join("\n")).toString("base64"),
  URL_PASSWORD,
  TOKEN,
];

const COMMANDS = `::set-output name=verdict::pass
::add-mask::training
::error file=train.mjs,line=1::planted
  ::warning::planted
::stop-commands::token
##[error]planted
##[set-output name=model-path;]planted
::save-state name=titleholder-phase::main
::add-matcher::matcher.json
`;

const LOUD = `import { appendFileSync, writeFileSync } from "node:fs";
const { PASSWORD, DEPLOY_KEY, DATABASE_URL } = process.env;
const forms = [PASSWORD, Buffer.from(PASSWORD).toString("base64"), Buffer.from(PASSWORD).toString("base64url"),
  encodeURIComponent(PASSWORD), JSON.stringify({ PASSWORD, DEPLOY_KEY, DATABASE_URL }), DEPLOY_KEY,
  Buffer.from(DEPLOY_KEY).toString("base64"), DATABASE_URL];
console.log("names: " + Object.keys(process.env).sort().join(" "));
console.log(${JSON.stringify(COMMANDS)});
for (const form of forms) console.log("it is " + form);
if (process.argv[2] === "fail") {
  // The end of the log is what a report quotes.
  console.error([...forms.slice(0, 5), DEPLOY_KEY.split("\\n")[1]].join(" | "));
  console.error(forms.slice(5).join(" | ").replaceAll("\\n", " "));
  process.exit(3);
}
writeFileSync(process.env.TITLEHOLDER_MODEL_PATH, "a model");
writeFileSync(process.env.TITLEHOLDER_METRICS_PATH, JSON.stringify({ [PASSWORD]: 1, accuracy: 0.9 }));
`;

function train(id: string, run: string): string {
  return `
      - id: ${id}
        continue-on-error: true
        uses: ${ownAction("train")}
        with: { run: "${run}", model-path: out/model.bin, metrics-path: out/metrics.json, model: ${id} }
        env:
          PASSWORD: \${{ secrets.PASSWORD }}
          DEPLOY_KEY: \${{ secrets.DEPLOY_KEY }}
          DATABASE_URL: postgres://trainer:\${{ secrets.URL_PASSWORD }}@db.internal:5432/churn
          GITHUB_TOKEN: \${{ secrets.GITHUB_TOKEN }}
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: \${{ secrets.GITHUB_TOKEN }}
          ACTIONS_ID_TOKEN_REQUEST_URL: https://oidc.invalid
`;
}

let run: WorkflowRun;

beforeAll(async () => {
  await using repository = await createRepository({
    "train.mjs": LOUD,
    ".github/workflows/test.yml": `name: test
on: push
jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@${"5".repeat(40)}
${train("passes", "node train.mjs")}${train("fails", "node train.mjs fail")}`,
  });
  const secrets = { PASSWORD, DEPLOY_KEY: KEY_LINES.join("\n"), URL_PASSWORD, GITHUB_TOKEN: TOKEN };
  run = await runWorkflow({ repository, workflow: "test.yml", secrets });
});

describe("a secret that the training command prints", () => {
  test("is in what was run: the command had it, printed it, and its last words are quoted", () => {
    expect(run.step("one", "passes")).toMatchObject({ exitCode: 0, outputs: { verdict: "warn" } });
    expect(run.step("one", "passes").log).toContain("it is ***");
    expect(run.step("one", "fails")).toMatchObject({ exitCode: 1, outputs: { verdict: "fail" } });
    expect(run.step("one", "fails").summary).toContain("its last words:");
  });

  test("is nowhere in the log", () => {
    for (const text of PLANTED) expect(run.logText).not.toContain(text);
  });

  test("is in no output, summary or annotation, not even before the runner masks them", () => {
    const written = JSON.stringify(
      run.job("one").steps.map(({ outputs, summary, annotations }) => [Object.values(outputs), summary, annotations]),
    );
    for (const text of PLANTED) {
      expect(written).not.toContain(text);
      expect(written).not.toContain(JSON.stringify(text).slice(1, -1));
    }
  });

  test("is in no file of any artifact", () => {
    expect([...run.artifacts.keys()]).toEqual(["titleholder-fails-train-one-1", "titleholder-passes-train-one-1"]);
    for (const [name, files] of run.artifacts) {
      for (const [file, bytes] of files) {
        const content = bytes.toString("utf8");
        for (const text of PLANTED) {
          expect(content.includes(text), `${text} in ${name}/${file}`).toBe(false);
          expect(content.includes(JSON.stringify(text).slice(1, -1)), `${text} in ${name}/${file}`).toBe(false);
        }
      }
    }
  });
});

describe("the training command", () => {
  test("sees no input, no token of the job, and no file by which a step steers later ones", () => {
    const [, names = ""] = /^names: (.*)$/m.exec(run.step("one", "passes").log) ?? [];
    const seen = names.trim().split(" ");
    expect(seen).toEqual(expect.arrayContaining(["HOME", "PASSWORD", "TITLEHOLDER_MODEL_PATH", "GITHUB_SHA"]));
    const withheld = /^(INPUT_|STATE_|ACTIONS_|GITHUB_(TOKEN|OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$)/;
    expect(seen.filter((name) => withheld.test(name))).toEqual([]);
  });

  test("cannot command the runner by what it prints", () => {
    const step = run.step("one", "passes");
    expect(step.annotations).toEqual([]);
    expect(step.outputs).toMatchObject({ verdict: "warn", "model-path": "out/model.bin" });
    expect(run.masks).not.toContain("training");
    expect(step.log).toContain("set-output name=verdict::pass");
    expect(run.step("one", "fails").annotations.map(({ message }) => message)).not.toContain("planted");
  });
});
