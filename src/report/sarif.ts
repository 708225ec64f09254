import type { Check } from "../kernel/command.ts";
import { digestOfJson } from "../kernel/digest.ts";
import type { Json } from "../kernel/json.ts";
import type { CheckVerdict } from "../kernel/verdict.ts";
import { escapePlain, visible } from "./escape.ts";
import { inReadingOrder, meaning } from "./order.ts";
import type { Report } from "./report.ts";

/** Code scanning takes no more than this many results of a run; the first ones in reading order are kept. */
const resultLimit = 5000;

const levels: Readonly<Record<Exclude<CheckVerdict, "pass">, "error" | "warning" | "note">> = {
  fail: "error",
  inconclusive: "warning",
  warn: "warning",
  unchecked: "note",
};

type Finding = Check & { readonly verdict: Exclude<CheckVerdict, "pass"> };

/**
 * The report as a SARIF 2.1.0 log (OASIS): one result for each check that did not pass. A check without a file is placed
 * in `titleholder.yaml`, or in the file that `config` names, since code scanning shows no result without one. What is
 * left out over the limit is told by a notification.
 */
export function renderSarif(report: Report): string {
  const findings = inReadingOrder(report.checks).filter((check): check is Finding => check.verdict !== "pass");
  const shown = findings.slice(0, resultLimit);
  const rules = [...new Set(shown.map((check) => visible(check.id)))];
  const named = report.config.config?.value;
  const log: Json = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Titleholder",
            version: report.run.version,
            rules: rules.map((id) => rule(id, report)),
          },
        },
        automationDetails: { id: `titleholder/${report.model}/${report.command}/` },
        invocations: [invocation(report, findings.length - shown.length)],
        results: shown.map((check) =>
          result(
            check,
            rules.indexOf(visible(check.id)),
            report,
            typeof named === "string" && named !== "" ? named : "titleholder.yaml",
          ),
        ),
        properties: { verdict: report.verdict, summary: report.summary, result: report.result },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function rule(id: string, report: Report): Json {
  return {
    id,
    shortDescription: { text: message(`${report.command}: ${id}`) },
    properties: { tags: ["titleholder", report.command] },
  };
}

function invocation({ run }: Report, left: number): Json {
  const times = { startTimeUtc: run.started, endTimeUtc: run.finished };
  if (left === 0) return { executionSuccessful: true, ...times };
  const told = { level: "warning", message: { text: `${left} more results did not fit and are in the report only.` } };
  return { executionSuccessful: true, ...times, toolExecutionNotifications: [told] };
}

function result(check: Finding, ruleIndex: number, report: Report, fallback: string): Json {
  const { file, line, column } = check.place ?? {};
  return {
    ruleId: visible(check.id),
    ruleIndex,
    kind: "fail",
    level: levels[check.verdict],
    message: { text: message(`${check.verdict} (${meaning[check.verdict]}): ${check.message}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: relativeUri(file ?? fallback) },
          region: {
            startLine: Math.max(1, line ?? 1),
            ...(column === undefined ? {} : { startColumn: Math.max(1, column) }),
          },
        },
        logicalLocations: [{ fullyQualifiedName: `${report.model}/${report.command}/${check.id}` }],
      },
    ],
    partialFingerprints: {
      "titleholderCheck/v1": digestOfJson([report.model, report.command, visible(check.id), visible(file ?? "")]).slice(
        "sha256:".length,
      ),
    },
    properties: properties(check),
  };
}

function properties({ verdict, observed, expected, effect, interval, p, n, method }: Finding): Json {
  const all = { verdict, observed, expected, effect, interval, p, n, method };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** Plain text of a message: brackets would be links and braces placeholders (SARIF 2.1.0, 3.11.5 and 3.11.6). */
function message(text: string): string {
  return escapePlain(text)
    .replace(/[\\[\]]/g, "\\$&")
    .replace(/[{}]/g, "$&$&");
}

/** A path as a relative URI reference; each segment is encoded, so that no scheme, query or fragment comes of it. */
function relativeUri(path: string): string {
  return path
    .toWellFormed()
    .split(/[\\/]/)
    .filter((segment) => segment !== "")
    .map((segment) => encodeURIComponent(segment))
    .join("/");
}
