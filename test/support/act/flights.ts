import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { CHECKOUT, nodePath } from "../tools.ts";
import { createRepository, type Repository, type RepositoryFiles } from "./repository.ts";

const run = promisify(execFile);
const PROJECT = join(CHECKOUT, "examples", "flights");
const ROWS_A_MONTH = "11000";
/** What of the project a team keeps in its repository. */
const KEPT = ["contract.odcs.yaml", "linear.mjs", "metrics.mjs", "onnx.mjs", "recipes", "train.mjs", "trees.mjs"];
const EXAMPLES = ["pull-request.yml", "release.yml", "monitor.yml"];

/** The example project's prepared months, made once on a machine and kept below `.tools`. */
export async function flightData(): Promise<string> {
  const hash = createHash("sha256").update(ROWS_A_MONTH);
  for (const script of ["prepare.mjs", "corrupt.mjs"]) hash.update(await readFile(join(PROJECT, script)));
  const folder = join(CHECKOUT, ".tools", `flights-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  await mkdir(join(CHECKOUT, ".tools"), { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  try {
    await run(nodePath(), [join(PROJECT, "prepare.mjs"), "--data", fresh, "--rows", ROWS_A_MONTH]);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another worker was faster, which leaves the same bytes.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** What a team would write, and change in pull requests. */
export interface FlightSettings {
  readonly recipe: "champion" | "challenger" | "harmful";
  /** Port of the embedded router. */
  readonly port: number;
  readonly trainingData?: string;
  /** Files that the contract is checked on. */
  readonly validated?: readonly string[];
}

const MONTHS = ["data/2001-01.parquet", "data/screen.parquet", "data/holdout.parquet"];

export function flightConfig(settings: FlightSettings): string {
  const { recipe, port, trainingData = "data/2001-01.parquet", validated = MONTHS } = settings;
  return `version: 1
models:
  flights:
    validate-data:
      data: ${JSON.stringify(validated)}
      contract: contract.odcs.yaml
    train:
      run: node train.mjs
      data: ${trainingData}
      params: { recipe: ${recipe}, seed: 7 }
      model-path: out/model.onnx
      metrics-path: out/metrics.json
      time-limit: 5m
    evaluate-vs-champion:
      champion: registry:flights@champion
      data: data/holdout.parquet
      screen-data: data/screen.parquet
      label: delayed
      metrics:
        - { name: roc-auc, test: superiority }
        - { name: log-loss, test: non-inferiority, margin: 0.005 }
    canary-deploy:
      port: ${port}
      plan: [{ set-weight: 20 }, { analysis: { requests: 200 } }, { set-weight: 100 }]
      block: 200ms
      horizon: 30s
      keep: 1s
      max-error-rate: 0.02
    drift-report:
      reference: data/2001-01.parquet
      current: serving/*.parquet
      columns: [hour, weekday, distance, origin_departures_1h, origin_late_3h, origin_late_share_7d, delayed]
`;
}

/** An example workflow as its first lines say: copied, and `churn` replaced by the model's name. */
export async function exampleWorkflow(name: string): Promise<string> {
  const text = await readFile(join(CHECKOUT, "workflows-examples", name), "utf8");
  return text.replaceAll("churn", "flights");
}

/** A team's repository that predicts flight delays, with the three example workflows. */
export async function createFlightRepository(settings: FlightSettings): Promise<Repository> {
  const data = await flightData();
  const files: RepositoryFiles = {
    ".gitignore": ".titleholder/\nout/\n",
    "titleholder.yaml": flightConfig(settings),
    ...Object.fromEntries(KEPT.map((name) => [name, { from: join(PROJECT, name) }])),
    ...Object.fromEntries(MONTHS.map((name) => [name, { from: join(data, basename(name)) }])),
    ...Object.fromEntries(
      await Promise.all(
        EXAMPLES.map(async (name) => [`.github/workflows/${name}`, await exampleWorkflow(name)] as const),
      ),
    ),
  };
  return createRepository(files, "acme/flights");
}
