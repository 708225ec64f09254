import type { Check } from "../kernel/command.ts";
import type { Place } from "../kernel/error.ts";
import type { Report } from "../report/report.ts";
import type { Failure } from "./failure.ts";
import type { RunnerLog } from "./runner-log.ts";
import type { AnnotationProperties } from "./workflow-commands.ts";

/** GitHub keeps ten annotations of a level in a step; one is left for the step's own verdict, and the last says how many more there are. */
const perLevel = 9;

/**
 * Failing checks as errors, the rest of what a person should read as warnings, on the lines they speak of.
 * @param folder the working directory as seen from the workspace: GitHub shows an annotation on a file of the repository
 */
export function annotate(log: RunnerLog, report: Report, folder: string): void {
  const level = (check: Check) =>
    check.verdict === "fail"
      ? "error"
      : check.verdict === "pass" || check.verdict === "unchecked"
        ? undefined
        : "warning";
  for (const name of ["error", "warning"] as const) {
    const checks = report.checks.filter((check) => level(check) === name);
    const room = checks.length > perLevel ? perLevel - 1 : checks.length;
    for (const check of checks.slice(0, room))
      log[name](check.message, properties(check.id, check.place ?? {}, folder));
    for (const [check, place] of relatedPlaces(checks).slice(0, Math.max(0, perLevel - checks.length)))
      log[name](check.message, properties(check.id, place, folder));
    if (checks.length > room)
      log[name](`and ${checks.length - room} more: see the job summary`, { title: report.command });
  }
}

/** The first further place of every check, then the second of each: no check takes the room of another. */
function relatedPlaces(checks: readonly Check[]): readonly (readonly [Check, Place])[] {
  const most = Math.max(0, ...checks.map((check) => check.related?.length ?? 0));
  return Array.from({ length: most }, (_, at) => at).flatMap((at) =>
    checks.flatMap((check) => {
      const place = check.related?.[at];
      return place === undefined ? [] : [[check, place] as const];
    }),
  );
}

/** An error of ours, where the user should look. */
export function annotateFailure(log: RunnerLog, failure: Failure, folder: string): void {
  log.error(failure.text, properties(failure.title, failure.place, folder));
}

function properties(title: string, place: Place, folder: string): AnnotationProperties {
  const isInside = folder !== "" && place.file !== undefined && !place.file.startsWith("/");
  return {
    title,
    ...(place.file === undefined ? {} : { file: isInside ? `${folder}/${place.file}` : place.file }),
    ...(place.line === undefined ? {} : { line: place.line }),
    ...(place.column === undefined ? {} : { col: place.column }),
  };
}
