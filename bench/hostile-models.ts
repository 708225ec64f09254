/**
 * What a hostile model can take before it is refused: `npm run bench:hostile [-- --only WORDS]`. Each of the tests' hostile models is given to
 * evaluate-vs-champion, as built in dist, as the challenger. Printed are the wall time of the whole process and the peak resident memory of it
 * and all its children together, sampled every few milliseconds from /proc (Linux). Ends with 1 where one is not refused, or takes more than
 * 5 s or 256 MiB.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type HostileModel, hostileModels } from "../test/support/hostile-models.ts";

const cli = join(import.meta.dirname, "../dist/cli.js");
const { values: given } = parseArgs({ options: { only: { type: "string", default: "" } } });
const mostSeconds = 5;
const mostBytes = 256 * 2 ** 20;
const sampleMs = 4;
const rows = "x,age,income,y\n1,2,3,0\n2,1,0,1\n3,4,1,0\n4,1,2,1\n";

interface Attempt {
  readonly what: string;
  readonly refused: boolean;
  readonly said: string;
  readonly seconds: number;
  readonly bytes: number;
}

/** Resident bytes of a process and of all that it started; what is gone meanwhile counts as nothing. */
function residentOfTree(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const own = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return children.filter((text) => text !== "").reduce((sum, child) => sum + residentOfTree(Number(child)), own);
  } catch {
    return 0;
  }
}

async function attempt({ what, code, write }: HostileModel): Promise<Attempt> {
  const folder = await mkdtemp(join(tmpdir(), "titleholder-hostile-"));
  const path = await write(folder);
  await writeFile(join(folder, "rows.csv"), rows);
  const started = performance.now();
  const args = ["evaluate-vs-champion", "--challenger", path, "--data", "rows.csv", "--label", "y"];
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  let bytes = 0;
  const watch = setInterval(() => {
    bytes = Math.max(bytes, residentOfTree(child.pid ?? 0));
  }, sampleMs);
  const exit = await new Promise<number | null>((resolve) => void child.once("close", resolve));
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  await rm(folder, { recursive: true, force: true });
  const found = /TH_[A-Z_]+/.exec(said)?.[0] ?? "";
  return { what, refused: exit === 2 && code.test(found), said: found || said.slice(-200), seconds, bytes };
}

await mkdir(tmpdir(), { recursive: true });
const attempts: Attempt[] = [];
for (const model of hostileModels().filter(({ what }) => what.includes(given.only))) {
  const one = await attempt(model);
  attempts.push(one);
  const figures = `${one.seconds.toFixed(2).padStart(6)} s ${(one.bytes / 2 ** 20).toFixed(0).padStart(5)} MiB`;
  console.log(`${figures}  ${one.refused ? "refused    " : "NOT REFUSED"} ${one.said.padEnd(26)} ${one.what}`);
}
const refused = attempts.filter((one) => one.refused).length;
const seconds = Math.max(...attempts.map((one) => one.seconds));
const bytes = Math.max(...attempts.map((one) => one.bytes));
console.log(
  `${refused} of ${attempts.length} refused; the slowest in ${seconds.toFixed(2)} s, the largest at ${(bytes / 2 ** 20).toFixed(0)} MiB with its children`,
);
if (refused < attempts.length || seconds > mostSeconds || bytes > mostBytes) process.exitCode = 1;
