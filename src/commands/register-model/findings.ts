import type { Artifact, Check, Findings, Table } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import { overallVerdict } from "../../kernel/verdict.ts";
import type { Chain } from "../../lineage/chain.ts";
import { chainTable, shortDigest } from "../../lineage/chain-table.ts";
import type { AliasMove } from "../../registry/registry.ts";
import { placeName, type Survey } from "./survey.ts";

/** What became of a survey; in a dry run, what would. */
export interface Registration {
  readonly survey: Survey;
  /** Undefined in a dry run of a model that is not registered yet. */
  readonly version: number | undefined;
  readonly before: number | null;
  /** In a dry run of a new model that may move: undefined, as the version has no number yet. */
  readonly after: number | null | undefined;
  readonly checks: readonly Check[];
  readonly history: readonly AliasMove[];
  readonly tags: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
}

export function registrationFindings(registration: Registration): Findings {
  const { version, checks, history } = registration;
  const { name, digest, chain, alias } = registration.survey;
  const used = chain.reports.map(
    ({ report, digest: file }): Artifact => ({ kind: "report", name: report.command, digest: file }),
  );
  const title = version === undefined ? name : `${name} version ${version}`;
  return {
    verdict: overallVerdict(checks.map((check) => check.verdict)),
    summary: summaryOf(title, registration),
    checks,
    subjects: [{ kind: "model", name, digest }],
    materials: used.sort((a, b) => (a.name + a.digest < b.name + b.digest ? -1 : 1)),
    details: detailsOf(registration),
    tables: [
      chainTable({ title, digest }, chain),
      ...(chain.reports.length === 0 ? [] : [evidenceTable(chain)]),
      ...(history.length === 0 ? [] : [historyTable(alias, history)]),
    ],
    series: [],
  };
}

function summaryOf(title: string, { survey, before, after, dryRun }: Registration): string {
  const { alias, status } = survey;
  const registered = `${title} ${dryRun ? "would be registered" : "is registered"} as ${status}`;
  if (before === after)
    return `${registered}; ${alias} ${before === null ? "is not set" : `stays at ${placeName(before)}`}`;
  const from = before === null ? "" : ` from ${placeName(before)}`;
  return `${registered}; ${alias} ${dryRun ? "would move" : "moved"}${from} to ${after == null ? "it" : placeName(after)}`;
}

function detailsOf({ survey, version, before, after, tags, dryRun }: Registration): Json {
  const { name, digest, alias, status, chain } = survey;
  return {
    name,
    digest,
    version: version ?? null,
    alias,
    aliasBefore: before,
    aliasAfter: after ?? null,
    status,
    tags,
    dryRun,
    evidence: chain.reports.map(({ report, digest: file }) => ({
      command: report.command,
      verdict: report.verdict,
      digest: file,
      result: report.result,
    })),
  };
}

function evidenceTable(chain: Chain): Table {
  return {
    title: "Evidence kept with the version",
    columns: ["gate", "verdict", "summary", "report"],
    rows: chain.reports.map(({ report, digest }) => [
      report.command,
      report.verdict,
      report.summary,
      shortDigest(digest),
    ]),
  };
}

const mostMoves = 20;

/** The newest moves first. */
function historyTable(alias: string, history: readonly AliasMove[]): Table {
  const shown = history.slice(-mostMoves).reverse();
  return {
    title: `History of ${alias}`,
    columns: ["move", "from", "to", "at", "by", "why"],
    rows: shown.map((move) => [move.seq, move.from, move.to, move.at, move.actor, move.reason]),
    ...(shown.length < history.length ? { more: history.length - shown.length } : {}),
  };
}
