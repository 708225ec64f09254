import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Licences of every package in the closure of the dependencies: the bundler's own list leaves out what only lazy chunks use.
 * @param external packages that are loaded at run time and so are not in the bundle; neither is what only they need
 */
export async function licenceText(root: string, external: readonly string[]): Promise<string> {
  const own = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Manifest;
  const found = new Map<string, { readonly manifest: Manifest; readonly folder: string }>();
  const queue = Object.keys(own.dependencies ?? {})
    .filter((name) => !external.includes(name))
    .map((name) => ({ name, from: root }));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const folder = await locate(next.name, next.from);
    if (folder === undefined) continue;
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
    const key = `${manifest.name}@${manifest.version}`;
    if (found.has(key)) continue;
    found.set(key, { manifest, folder });
    queue.push(...Object.keys(manifest.dependencies ?? {}).map((name) => ({ name, from: folder })));
  }
  const byText = new Map<string, string[]>();
  for (const [key, { manifest, folder }] of [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = await licenceOf(manifest, folder);
    byText.set(text, [...(byText.get(text) ?? []), key]);
  }
  return [...byText].map(([text, keys]) => `${keys.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`);
}

/** Node's own search: the nearest node_modules upwards; undefined for an optional package that is not installed. */
async function locate(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = join(folder, "..")) {
    const candidate = join(folder, "node_modules", name);
    if ((await readFile(join(candidate, "package.json")).catch(() => undefined)) !== undefined) return candidate;
    if (folder === "/" || folder === join(folder, "..")) return undefined;
  }
}

/** The licence's name and the texts that come with the package; many packages share them to the letter. */
async function licenceOf(manifest: Manifest, folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8").catch(() => "")));
  const licence = typeof manifest.license === "string" ? manifest.license : (manifest.license?.type ?? "see text");
  const bodies = texts.map((text) => text.replaceAll("\r\n", "\n").trim()).filter((text) => text !== "");
  return [licence, ...bodies].join("\n\n");
}
