import { isAbsolute, join, relative, sep } from "node:path";
import type { Project } from "../kernel/command.ts";
import { digestOf } from "../kernel/digest.ts";
import type { Host } from "../kernel/host.ts";

/** A path as people read it and as reports keep it: relative to the working directory, with `/`. One outside of it stays as it is. */
export function shownPath(host: Pick<Host, "cwd">, path: string): string {
  const shown = relative(host.cwd, path);
  if (shown === "") return ".";
  const outside = isAbsolute(shown) || shown === ".." || shown.startsWith(`..${sep}`);
  return (outside ? path : shown).replaceAll(sep, "/");
}

/** Where a command's report goes when no input says otherwise; what a command writes for later ones stands beside it. */
export function defaultReportPath(project: Project, command: string): string {
  const plain = project.model.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
  // Two names that look alike as a folder must not share one.
  const folder =
    plain === project.model ? plain : `${plain}-${digestOf(project.model).slice("sha256:".length).slice(0, 8)}`;
  return join(project.reports, folder, command, "report.json");
}
