import { spawn } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { renderPage } from "../support/chromium.ts";
import { CHECKOUT, nodePath } from "../support/tools.ts";

/** Inside the checkout: the example's scripts find their packages upwards from where they lie. */
const output = "build/demo-test";
const reports = join(CHECKOUT, output, "flights", "reports");

let transcript = "";
let exitCode: number | null = null;

beforeAll(async () => {
  const child = spawn(nodePath(), [join(CHECKOUT, "scripts/demo.ts"), output], { cwd: CHECKOUT });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      transcript += text;
    });
  }
  exitCode = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}, 400_000);

describe("the demo", () => {
  test("tells its story to the end", () => {
    expect(exitCode, transcript).toBe(0);
    const acts = [
      /PASS {2}all \d+ checks passed in 39,402 rows/,
      /FAIL {2}9 of \d+ checks failed/,
      /unbaselined-pass/,
      /challenger is superior/,
      /flights version 2: promoted/,
      /requests answered, 0 failed/,
      /challenger is rejected/,
      /flights version 3 is registered as FAILED/,
      /flights version 3: rolled back/,
      /none of 8 columns drifted/,
      /1 of 8 columns drifted; largest: origin_late_share_7d/,
      /flights version 2 \(champion\) is traced back to its raw data/,
      /Try next/,
    ];
    let rest = transcript;
    for (const act of acts) {
      expect(rest).toMatch(act);
      rest = rest.slice(rest.search(act));
    }
  });

  test("shows rows of the corrupted file, with file and row", () => {
    expect(transcript).toMatch(/2001-01-corrupted\.csv +18 +19 +distance: values that are not of type integer +N\/A/);
  });

  test("leaves no server behind", async () => {
    const served = join(CHECKOUT, output, "flights/.titleholder/flights/serving/private/serving.json");
    const state = JSON.parse(await readFile(served, "utf8").catch(() => "{}")) as {
      servers?: unknown[];
      router?: unknown;
    };
    expect(state.servers ?? []).toEqual([]);
    expect(state.router ?? null).toBeNull();
  });

  test("has pages that a browser shows without an error, a request or sideways scrolling", async () => {
    const pages = (await readdir(reports, { recursive: true })).filter((path) => path.endsWith("report.html"));
    expect(pages.length).toBeGreaterThanOrEqual(19);
    for (const page of pages) {
      const report = JSON.parse(await readFile(join(reports, page.replace(/html$/, "json")), "utf8")) as {
        summary: string;
      };
      const screenshotPath = join(reports, page.replace(/html$/, "png"));
      const shown = await renderPage(new URL(`file://${join(reports, page)}`), { screenshotPath });
      expect({ page, errors: shown.consoleErrors, requests: shown.requests, overflow: shown.overflow }).toEqual({
        page,
        errors: [],
        requests: [],
        overflow: 0,
      });
      expect(shown.text).toContain(report.summary);
      expect((await stat(screenshotPath)).size).toBeGreaterThan(10_000);
    }
  }, 120_000);
});
