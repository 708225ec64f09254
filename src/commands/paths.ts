import { isAbsolute, relative, sep } from "node:path";
import type { Host } from "../kernel/host.ts";

/** A path as people read it and as reports keep it: relative to the working directory, with `/`. One outside of it stays as it is. */
export function shownPath(host: Pick<Host, "cwd">, path: string): string {
  const shown = relative(host.cwd, path);
  if (shown === "") return ".";
  const outside = isAbsolute(shown) || shown === ".." || shown.startsWith(`..${sep}`);
  return (outside ? path : shown).replaceAll(sep, "/");
}
