import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder } from "../support/folder.ts";

const worker = join(import.meta.dirname, "../support/masked-action-worker.ts");
const secret = 'pä55 "w/ord"&x=1';
const forms = [
  secret,
  Buffer.from(secret).toString("base64"),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
];

async function step(given: Readonly<Record<string, string>>) {
  const at = await folder();
  const files = ["output", "state", "summary"].map((name) => join(at.path, `runner-${name}`));
  for (const file of files) await writeFile(file, "");
  const [output = "", state = "", summary = ""] = files;
  const child = spawn(process.execPath, [worker], {
    cwd: at.path,
    env: {
      PATH: process.env.PATH ?? "",
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: at.path,
      GITHUB_OUTPUT: output,
      GITHUB_STATE: state,
      GITHUB_STEP_SUMMARY: summary,
      INPUT_TOKEN: secret,
      ...given,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => void text.push(chunk));
  const [code] = (await once(child, "close")) as [number];
  return { at, code, printed: text.join("") };
}

/** The log as a runner shows it: from a mask on, every occurrence is stars. */
function shown(printed: string): string {
  const masks: string[] = [];
  const lines: string[] = [];
  for (const line of printed.split("\n")) {
    const mask = /^::add-mask::(.*)$/.exec(line)?.[1];
    if (mask !== undefined) masks.push(mask.replaceAll("%0A", "\n").replaceAll("%0D", "\r").replaceAll("%25", "%"));
    else
      lines.push(masks.reduce((text, secretText) => text.replaceAll(secretText, "***"), line.replaceAll("%25", "%")));
  }
  return lines.join("\n");
}

test("a secret is masked, in every form, before anything else is printed", async () => {
  const { at, code, printed } = await step({});
  await using _at = at;
  expect(code).toBe(0);
  const lines = printed.split("\n");
  const firstOther = lines.findIndex((line) => !line.startsWith("::add-mask::"));
  expect(firstOther).toBeGreaterThan(2);
  expect(lines.slice(firstOther).some((line) => line.startsWith("::add-mask::"))).toBe(false);
  expect(shown(printed)).toContain("raw ***");
  for (const form of forms) expect(shown(printed)).not.toContain(form);
});

test("a secret is in nothing that is written: outputs, summary, state, report and its views", async () => {
  const { at } = await step({});
  await using _at = at;
  const written = (await readdir(at.path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(written.map((entry) => entry.name)).toEqual(
    expect.arrayContaining(["report.json", "report.html", "report.sarif", "runner-summary"]),
  );
  for (const entry of written) {
    const text = await readFile(join(entry.parentPath, entry.name), "utf8");
    for (const form of forms) expect(text, entry.name).not.toContain(form);
  }
});

test("a secret in an error is masked like any other", async () => {
  const { at, code, printed } = await step({ INPUT_FAILS: "true" });
  await using _at = at;
  expect(code).toBe(2);
  expect(shown(printed)).toContain("refused by the service with ***");
  for (const form of forms) expect(shown(printed)).not.toContain(form);
});

test("a secret in an input that is refused is masked too", async () => {
  const { at, code, printed } = await step({ INPUT_FAILS: "perhaps", INPUT_MODE: secret });
  await using _at = at;
  expect(code).toBe(2);
  for (const form of forms) expect(shown(printed)).not.toContain(form);
});
