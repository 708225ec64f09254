/**
 * Writes everything that follows from the schemas and the folders: `node scripts/generate.ts`.
 * With `--check` it writes nothing and exits 1 when a file differs.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mapTexts } from "./generate-maps.ts";
import { schemaTexts } from "./generate-schemas.ts";
import { nativeLockText } from "./native-lock.ts";

const root = join(import.meta.dirname, "..");
const check = process.argv.includes("--check");

async function wanted(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [name, text] of await mapTexts(root)) files.set(`src/generated/${name}`, text);
  for (const [file, text] of await schemaTexts(root)) files.set(file, text);
  files.set("src/hosts/native-lock.json", await nativeLockText(root));
  return files;
}

let differing = 0;
for (const [file, text] of await wanted()) {
  const path = join(root, file);
  const present = await readFile(path, "utf8").catch(() => undefined);
  if (present === text) continue;
  differing += 1;
  if (check) {
    console.error(`differs from what is generated: ${file}`);
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    console.log(`wrote ${file}`);
  }
}
if (check && differing > 0) {
  console.error("run npm run generate and commit what it writes");
  process.exitCode = 1;
}
