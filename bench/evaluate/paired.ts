/**
 * The paired tests of accuracy, ROC AUC and log-loss over two models' probabilities. Prints estimates and CPU seconds as JSON.
 * Usage: paired.ts ROWS.parquet CHALLENGER.f64 CHAMPION.f64
 */
import { readFile } from "node:fs/promises";
import { openData } from "../../src/commands/data.ts";
import { metricRules } from "../../src/commands/evaluate-vs-champion/rules.ts";
import { compareMetric } from "../../src/evaluation/comparison.ts";
import { classReading } from "../../src/evaluation/reading.ts";
import { quietHost } from "../quiet-host.ts";

const [rows = "", ...files] = process.argv.slice(2);
const tests = ["accuracy", "roc-auc", "log-loss"] as const;
const rules = metricRules(
  tests.map((name) => ({ name, test: "superiority" as const })),
  "binary",
);

async function probabilities(path: string): Promise<Float64Array> {
  return new Float64Array(new Uint8Array(await readFile(path)).buffer);
}

await using host = await quietHost();
await using dataset = await openData({ kind: "files", files: [rows], format: "parquet" }, host);
const scores = await Promise.all(files.map(probabilities));
const count = scores[0]?.length ?? 0;
const reading = classReading("y", { classes: ["0", "1"], positive: 1 }, count, rules);
for await (const batch of dataset.batches(["y"], 65_536)) reading.add(batch, batch.get("y")?.length ?? 0);
const sheets = scores.map((_, place) => reading.sheet(files[place] ?? ""));
const begun = process.cpuUsage();
const spent = () => {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
};
for (const [place, positive] of scores.entries()) sheets[place]?.add({ scores: [positive] }, count);
const sheet = spent();
const [challenger = {}, champion = {}] = sheets.map((one) => one.finish());
const truth = reading.finish();
const comparisons = rules.map((rule) => {
  const before = spent();
  const found = compareMetric(rule, truth, challenger, champion, { alpha: 0.05 });
  return [rule.name, { ...found, cpu: spent() - before }] as const;
});
console.log(JSON.stringify({ cpu: spent(), sheet, ...Object.fromEntries(comparisons) }));
