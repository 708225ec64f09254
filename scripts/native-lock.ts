/**
 * Writes src/hosts/native-lock.json from package-lock.json: which tarballs make up each native package, with their published SHA-512 and
 * the files that are kept.
 */
import { readFile } from "node:fs/promises";

interface Locked {
  readonly version: string;
  readonly integrity: string;
}

const duckdbPlatforms = [
  "linux-x64",
  "linux-arm64",
  "linux-x64-musl",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64",
  "win32-arm64",
];

const closure = {
  "@duckdb/node-api": [
    { name: "@duckdb/node-api", files: ["package.json", "LICENSE", "lib/"] },
    { name: "@duckdb/node-bindings", files: ["package.json", "LICENSE", "duckdb.js"] },
    { name: "detect-libc", files: ["package.json", "LICENSE", "lib/"] },
    ...duckdbPlatforms.map((platform) => ({
      name: `@duckdb/node-bindings-${platform}`,
      platform,
      files: ["package.json", "LICENSE", "duckdb.node", "libduckdb.so", "libduckdb.dylib", "duckdb.dll"],
    })),
  ],
  "onnxruntime-node": [
    { name: "onnxruntime-node", files: ["package.json", "LICENSE", "dist/", "bin/napi-v6/{platform}/{arch}/"] },
    { name: "onnxruntime-common", files: ["package.json", "LICENSE", "dist/cjs/"] },
  ],
};

/** The lock's text. @throws Error when package-lock.json lacks one of the packages. */
export async function nativeLockText(root: string): Promise<string> {
  const text = await readFile(`${root}/package-lock.json`, "utf8");
  const packages = (JSON.parse(text) as { packages: Record<string, Locked> }).packages;
  const locked = Object.entries(closure).map(([name, entries]) => [
    name,
    entries.map((entry) => {
      const found = packages[`node_modules/${entry.name}`];
      if (found?.integrity === undefined)
        throw new Error(`package-lock.json lacks ${entry.name}; run npm install again`);
      const { name: packageName, ...rest } = entry;
      return { name: packageName, version: found.version, integrity: found.integrity, ...rest };
    }),
  ]);
  const value = { packages: Object.fromEntries(locked) as unknown };
  return `${JSON.stringify(value, null, 2)}\n`;
}
