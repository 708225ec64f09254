import type { Check } from "../kernel/command.ts";
import type { Report } from "../report/report.ts";
import type { Failure } from "./failure.ts";

type Core = typeof import("@actions/core");

/** GitHub keeps ten annotations of a level in a step; the last says how many more there are. */
const perLevel = 10;

/** Failing checks as errors, the rest of what a person should read as warnings, on the lines they speak of. */
export function annotate(core: Core, report: Report): void {
  const level = (check: Check) =>
    check.verdict === "fail"
      ? "error"
      : check.verdict === "pass" || check.verdict === "unchecked"
        ? undefined
        : "warning";
  for (const name of ["error", "warning"] as const) {
    const checks = report.checks.filter((check) => level(check) === name);
    const room = checks.length > perLevel ? perLevel - 1 : checks.length;
    for (const check of checks.slice(0, room)) core[name](check.message, properties(check.id, check.place ?? {}));
    if (checks.length > room)
      core[name](`and ${checks.length - room} more: see the job summary`, { title: report.command });
  }
}

/** An error of ours, where the user should look. */
export function annotateFailure(core: Core, failure: Failure): void {
  core.error(failure.text, properties(failure.title, failure.place));
}

function properties(
  title: string,
  place: Check["place"] & {},
): { title: string; file?: string; startLine?: number; startColumn?: number } {
  return {
    title,
    ...(place.file === undefined ? {} : { file: place.file }),
    ...(place.line === undefined ? {} : { startLine: place.line }),
    ...(place.column === undefined ? {} : { startColumn: place.column }),
  };
}
