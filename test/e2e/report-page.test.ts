import { expect, test } from "vitest";
import { renderHtml } from "../../src/report/html.ts";
import { renderPage } from "../support/chromium.ts";
import { driftReport, evaluationReport, hostileReport } from "../unit/render-fixtures.ts";

const limit = { timeout: 60_000 };

test("a browser shows the report without a request, an error or sideways scrolling", limit, async () => {
  for (const width of [1280, 390]) {
    const page = await renderPage(renderHtml(driftReport), { width });
    expect(page).toMatchObject({ consoleErrors: [], requests: [], overflow: 0 });
    expect(page.title).toBe("fail: drift-report of flights – Titleholder");
    for (const text of ["2 of 12 columns drifted", "hour drifted", "hour: share of rows", "Columns by effect"]) {
      expect(page.text).toContain(text);
    }
  }
});

test("a reader without scripts, in the dark scheme, sees the same text", limit, async () => {
  const html = renderHtml(evaluationReport);
  const light = await renderPage(html);
  const dark = await renderPage(html, { javaScript: false, colorScheme: "dark" });
  expect(dark).toMatchObject({ consoleErrors: [], requests: [] });
  expect(dark.text).toBe(light.text);
  expect(dark.text).toContain("[-0.0121, 0.0081]");
});

test("text that attacks is shown as text", limit, async () => {
  const attack = `"><img src=http://example.invalid/x onerror=console.error(1)><script>console.error(2)</script>`;
  const page = await renderPage(renderHtml(hostileReport(attack)));
  expect(page).toMatchObject({ consoleErrors: [], requests: [] });
  expect(page.text).toContain(attack);
});
