/**
 * Rows through one model as evaluate-vs-champion scores them: from the data engine into a helper process, batch by batch. The positive class's
 * probabilities are written as raw float64. Prints the CPU seconds of the loop, the helper's included, as JSON.
 * Usage: inference.ts ROWS.parquet MODEL.onnx BATCH OUTPUT.f64
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { openData } from "../../src/commands/data.ts";
import { openPredictor } from "../../src/commands/predictor.ts";
import { digestOfStream } from "../../src/kernel/digest.ts";
import { quietHost } from "../quiet-host.ts";

const [rows = "", path = "", batch = "", output = ""] = process.argv.slice(2);
const ticksASecond = 100;

/** Of this process and its children, in seconds. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
  const ticks = children.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return (user + system) / 1e6 + ticks.reduce((sum, one) => sum + one, 0) / ticksASecond;
}

await using host = await quietHost();
const { digest } = await digestOfStream(host.files.stream(path));
await using session = await openPredictor({ path, digest }, host);
await using dataset = await openData({ kind: "files", files: [rows], format: "parquet" }, host);
const features = session.features.map(({ name }) => name);
const begun = cpuSeconds();
const scores: Uint8Array[] = [];
for await (const columns of dataset.batches(features, Number(batch), { fleeting: true })) {
  const positive = (await session.predict(columns)).scores?.[1];
  if (positive === undefined) throw new Error("no probabilities");
  scores.push(new Uint8Array(positive.buffer, positive.byteOffset, positive.byteLength));
}
const loop = cpuSeconds() - begun;
await writeFile(output, Buffer.concat(scores));
console.log(JSON.stringify({ loop }));
