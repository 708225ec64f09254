/** Every static check, all of them even when one fails: `npm run lint`. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { layoutFaults } from "./layout.ts";

const root = join(import.meta.dirname, "..");

interface Tool {
  readonly name: string;
  readonly says: string;
  readonly script: string;
  readonly args: readonly string[];
}

const tools: readonly Tool[] = [
  {
    name: "biome",
    says: "format and lint",
    script: "@biomejs/biome/bin/biome",
    args: ["check", "--error-on-warnings", "--max-diagnostics=200", "."],
  },
  { name: "tsc", says: "types, strict", script: "typescript7/bin/tsc", args: ["-p", "tsconfig.json"] },
  { name: "oxlint", says: "promises left floating", script: "oxlint/bin/oxlint", args: ["--type-aware", "."] },
  {
    name: "dependency-cruiser",
    says: "who may import whom",
    script: "dependency-cruiser/bin/dependency-cruiser.mjs",
    args: ["--config", ".dependency-cruiser.mjs", "src"],
  },
  { name: "knip", says: "unused files, exports, packages", script: "knip/bin/knip.js", args: [] },
];

let failed = 0;

function tell(name: string, says: string, isGood: boolean, output: string): void {
  console.log(`${isGood ? "ok  " : "FAIL"} ${name}: ${says}`);
  if (isGood) return;
  failed += 1;
  console.log(output);
}

for (const { name, says, script, args } of tools) {
  const run = spawnSync(process.execPath, [join(root, "node_modules", script), ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  tell(name, says, run.status === 0, `${run.stdout}${run.stderr}`);
}
const faults = await layoutFaults(root);
tell("layout", "names of folders, length of files", faults.length === 0, faults.join("\n"));
console.log(failed === 0 ? "lint: nothing found" : `lint: ${failed} of ${tools.length + 1} checks found something`);
process.exitCode = failed === 0 ? 0 : 1;
