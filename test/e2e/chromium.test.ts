import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { renderPage } from "../support/chromium.ts";

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A report</title></head>
<body><h1>Drift</h1><p id="added"></p><noscript>Text for everyone</noscript>
<script>document.getElementById("added").textContent = "added by a script";</script></body></html>`;

test("a page's text, title and screenshot are what a browser shows", { timeout: 30_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "titleholder-chromium-"));
  try {
    const screenshotPath = join(folder, "page.png");
    const page = await renderPage(PAGE, { width: 640, height: 480, screenshotPath });
    expect(page).toMatchObject({ title: "A report", consoleErrors: [], requests: [], overflow: 0 });
    expect(page.text).toContain("Drift");
    expect(page.text).toContain("added by a script");
    const png = await readFile(screenshotPath);
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([640, 480]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a page without scripts shows the text meant for everyone", { timeout: 30_000 }, async () => {
  const page = await renderPage(PAGE, { javaScript: false });
  expect(page.text).toContain("Text for everyone");
  expect(page.text).not.toContain("added by a script");
});

test("errors, requests and sideways scrolling of a file's page are told", { timeout: 30_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "titleholder-chromium-"));
  try {
    const file = join(folder, "bad.html");
    await writeFile(
      file,
      `<!doctype html><title>bad</title><body><div style="width:2000px">wide</div>
       <img src="http://example.invalid/pixel.png" alt=""><img src="beside.png" alt="">
       <script>console.error("said by the page"); throw new Error("thrown by the page");</script>`,
    );
    const page = await renderPage(pathToFileURL(file), { width: 800 });
    expect(page.consoleErrors).toEqual(
      expect.arrayContaining([
        "said by the page",
        "thrown by the page",
        expect.stringContaining("Failed to load resource"),
      ]),
    );
    expect(page.requests).toEqual(
      expect.arrayContaining(["http://example.invalid/pixel.png", pathToFileURL(join(folder, "beside.png")).href]),
    );
    expect(page.overflow).toBeGreaterThan(1000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
