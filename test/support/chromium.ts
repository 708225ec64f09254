import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumPath } from "./tools.ts";

/** How a page is shown. */
export interface RenderOptions {
  /** Width of the window in CSS pixels; 1280 unless given. */
  readonly width?: number;
  /** Height of the window in CSS pixels; 800 unless given. */
  readonly height?: number;
  /** Where to write a PNG of the whole page. */
  readonly screenshotPath?: string;
  /** False shows the page as a reader without scripts sees it; true unless given. */
  readonly javaScript?: boolean;
  /** What the reader prefers; "light" unless given. */
  readonly colorScheme?: "light" | "dark";
}

/** What a real browser made of a page. */
export interface RenderedPage {
  readonly title: string;
  /** The visible text of the body. */
  readonly text: string;
  /** Console errors, uncaught exceptions, and resources that failed to load. */
  readonly consoleErrors: readonly string[];
  /** Every address the page asked for besides itself; a self-contained page asks for none. None is let through. */
  readonly requests: readonly string[];
  /** Width in CSS pixels by which the page is wider than the window: more than 0 means it scrolls sideways. */
  readonly overflow: number;
}

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Opens a page in headless Chromium with a fresh profile and says what a reader sees.
 *
 * @param page HTML text, or a `file:` address
 * @throws Error when the page cannot be opened
 */
export async function renderPage(page: string | URL, options: RenderOptions = {}): Promise<RenderedPage> {
  const folder = await mkdtemp(join(tmpdir(), "titleholder-page-"));
  try {
    const address = await addressOf(page, folder);
    const context = await chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath: chromiumPath(),
      headless: true,
      args: FLAGS,
      viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
      javaScriptEnabled: options.javaScript ?? true,
      colorScheme: options.colorScheme ?? "light",
      serviceWorkers: "block",
    });
    try {
      return await show(context, address, options.screenshotPath);
    } finally {
      await context.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function addressOf(page: string | URL, folder: string): Promise<string> {
  if (page instanceof URL) return page.href;
  if (page.startsWith("file:")) return page;
  const file = join(folder, "page.html");
  await writeFile(file, page);
  return pathToFileURL(file).href;
}

async function show(
  context: BrowserContext,
  address: string,
  screenshotPath: string | undefined,
): Promise<RenderedPage> {
  const page = await context.newPage();
  const requests = await refuseRequests(page, address);
  const consoleErrors = collectErrors(page);
  await page.goto(address, { waitUntil: "load" });
  if (screenshotPath !== undefined) await page.screenshot({ path: screenshotPath, fullPage: true });
  const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  return {
    title: await page.title(),
    text: String(await page.evaluate("document.body.innerText")),
    consoleErrors,
    requests,
    overflow: Number(overflow),
  };
}

async function refuseRequests(page: Page, address: string): Promise<string[]> {
  const requests: string[] = [];
  await page.route("**/*", async (route) => {
    const asked = route.request().url();
    if (asked === address || asked.startsWith("data:")) return route.continue();
    requests.push(asked);
    return route.abort();
  });
  return requests;
}

function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  return errors;
}
