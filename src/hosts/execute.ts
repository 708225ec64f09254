import { dirname, resolve } from "node:path";
import { defaultReportPath } from "../commands/paths.ts";
import { checkWritable } from "../commands/written-file.ts";
import type { AnyCommand, Findings } from "../kernel/command.ts";
import type { Digest } from "../kernel/digest.ts";
import { TitleholderError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { kebabCase } from "../kernel/naming.ts";
import { makeReport, type Report, serializeReport } from "../report/report.ts";
import { redactor } from "./masks.ts";
import type { Resolved } from "./resolve.ts";
import { version } from "./version.ts";

export interface Outcome {
  readonly report: Report;
  readonly digest: Digest;
  /** Absolute path of report.json; the HTML page, JUnit and SARIF stand beside it. */
  readonly path: string;
  /** Absolute paths of all that belongs to the report: its views, and a profile that was left beside it. */
  readonly files: readonly string[];
  /** Every output by kebab-case name, as text. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly exitCode: number;
}

/**
 * Runs a command with inputs that are resolved, makes its report and writes it; a command that throws writes none.
 * @param secrets what must not be in the report or the outputs, whoever printed it: an artifact is masked by nobody
 */
export async function execute(
  command: AnyCommand,
  resolved: Resolved,
  host: Host,
  secrets: readonly string[] = [],
): Promise<Outcome> {
  const redact = redactor(secrets);
  const { inputs, project } = resolved;
  const path = (inputs.report as string | undefined) ?? defaultReportPath(project, command.name);
  await checkWritable(path, host, { ...resolved.place("report"), input: "report" }, { schema: "titleholder/report/" });
  for (const view of viewsOf(path)) await checkWritable(view, host, { ...resolved.place("report"), input: "report" });
  const started = host.now().toISOString();
  const { findings, outputs, policy } = redact(await runPlaced(command, resolved, host));
  const report = sealReport(command.name, { ...resolved, config: redact(resolved.config) }, findings, host, started);
  const { bytes, digest } = serializeReport(report);
  await writeViews(report, bytes, path, host);
  return {
    report,
    digest,
    path,
    files: [path, ...viewsOf(path), ...profilesBeside(path, report, host.cwd)],
    outputs: {
      verdict: report.verdict,
      summary: report.summary,
      report: path,
      "report-digest": digest,
      ...outputTexts(outputs),
    },
    exitCode: exitCode(report, { ...inputs, ...policy }),
  };
}

/** Runs the command. An error that names an input and no file gets the place in titleholder.yaml where that input's value stands. */
async function runPlaced(command: AnyCommand, resolved: Resolved, host: Host) {
  try {
    return await command.run(resolved.inputs, host, resolved.project);
  } catch (error) {
    if (!(error instanceof TitleholderError)) throw error;
    const { kind, code, message, fix, place, cause } = error;
    if (place.input === undefined || place.file !== undefined) throw error;
    throw new TitleholderError(kind, code, message, fix, { ...resolved.place(place.input), ...place }, cause);
  }
}

function sealReport(command: string, resolved: Resolved, findings: Findings, host: Host, started: string): Report {
  return makeReport(
    {
      command,
      model: resolved.project.model,
      config: resolved.config,
      run: {
        version,
        started,
        finished: host.now().toISOString(),
        timings: findings.timings ?? {},
        ...(host.ci === undefined ? {} : { ci: host.ci }),
      },
    },
    findings,
  );
}

/** Paths of the HTML page, JUnit and SARIF beside a report. */
function viewsOf(path: string): readonly [html: string, junit: string, sarif: string] {
  const base = path.replace(/\.json$/, "");
  return [`${base}.html`, `${base}.junit.xml`, `${base}.sarif`];
}

function profilesBeside(path: string, { subjects }: Report, cwd: string): readonly string[] {
  const profiles = subjects.filter(({ kind }) => kind === "profile").map(({ name }) => resolve(cwd, name));
  return profiles.filter((profile) => dirname(profile) === dirname(path));
}

async function writeViews(report: Report, bytes: Uint8Array, path: string, host: Host): Promise<void> {
  const [{ renderHtml }, { renderJunit }, { renderSarif }] = await Promise.all([
    import("../report/html.ts"),
    import("../report/junit.ts"),
    import("../report/sarif.ts"),
  ]);
  const [html, junit, sarif] = viewsOf(path);
  const encoder = new TextEncoder();
  await host.files.makeDirectory(dirname(path));
  await host.files.replace(html, encoder.encode(renderHtml(report)));
  await host.files.replace(junit, encoder.encode(renderJunit(report)));
  await host.files.replace(sarif, encoder.encode(renderSarif(report)));
  // Last, so that a report that can be found has all its views.
  await host.files.replace(path, bytes);
}

function outputTexts(outputs: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(outputs)) {
    if (value === undefined || value === null) continue;
    texts[kebabCase(key)] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return texts;
}

/** Exit codes of a verdict: 0 goes on, 1 does not. Errors have their own (see `exitCodeOf`). */
function exitCode(report: Report, inputs: Readonly<Record<string, unknown>>): number {
  if (inputs.mode === "report-only") return 0;
  if (report.verdict === "fail") return 1;
  return report.verdict === "inconclusive" && inputs.onInconclusive !== "pass" ? 1 : 0;
}
