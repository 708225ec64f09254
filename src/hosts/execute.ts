import { dirname, join } from "node:path";
import type { AnyCommand, Findings } from "../kernel/command.ts";
import type { Digest } from "../kernel/digest.ts";
import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { kebabCase } from "../kernel/naming.ts";
import { makeReport, type Report, serializeReport } from "../report/report.ts";
import type { Resolved } from "./resolve.ts";
import { version } from "./version.ts";

export interface Outcome {
  readonly report: Report;
  readonly digest: Digest;
  /** Absolute path of report.json; the HTML page, JUnit and SARIF stand beside it. */
  readonly path: string;
  /** Every output by kebab-case name, as text. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly exitCode: number;
}

/** Runs a command with inputs that are resolved, makes its report and writes it; a command that throws writes none. */
export async function execute(command: AnyCommand, resolved: Resolved, host: Host): Promise<Outcome> {
  const { inputs, project } = resolved;
  const path =
    (inputs.report as string | undefined) ??
    join(project.reports, safeName(project.model), command.name, "report.json");
  if ((await host.files.facts(path))?.kind === "directory") {
    throw configurationError(
      "TH_REPORT_PATH",
      "the report's path is a folder",
      "name a file, such as out/report.json",
      resolved.place("report"),
    );
  }
  const started = host.now().toISOString();
  const { findings, outputs } = await command.run(inputs, host, project);
  const report = sealReport(command.name, resolved, findings, host, started);
  const { bytes, digest } = serializeReport(report);
  await writeViews(report, bytes, path, host);
  return {
    report,
    digest,
    path,
    outputs: {
      verdict: report.verdict,
      summary: report.summary,
      report: path,
      "report-digest": digest,
      ...outputTexts(outputs),
    },
    exitCode: exitCode(report, inputs),
  };
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

async function writeViews(report: Report, bytes: Uint8Array, path: string, host: Host): Promise<void> {
  const [{ renderHtml }, { renderJunit }, { renderSarif }] = await Promise.all([
    import("../report/html.ts"),
    import("../report/junit.ts"),
    import("../report/sarif.ts"),
  ]);
  const base = path.replace(/\.json$/, "");
  const encoder = new TextEncoder();
  await host.files.makeDirectory(dirname(path));
  await host.files.replace(`${base}.html`, encoder.encode(renderHtml(report)));
  await host.files.replace(`${base}.junit.xml`, encoder.encode(renderJunit(report)));
  await host.files.replace(`${base}.sarif`, encoder.encode(renderSarif(report)));
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

/** A model's name as one folder. */
function safeName(model: string): string {
  return model.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
}
