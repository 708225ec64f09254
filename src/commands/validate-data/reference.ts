import { z } from "zod";
import { compareColumns } from "../../drift/comparison.ts";
import { methods } from "../../generated/methods.ts";
import type { Artifact, Check, Table } from "../../kernel/command.ts";
import { digestSchema } from "../../kernel/digest-schema.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import type { Verdict } from "../../kernel/verdict.ts";
import { compareWithReference, expectedRows, type Finding, type Unanswered } from "../../profile/expectations.ts";
import { type Reference, referenceOf, valuesIn } from "../../profile/periods.ts";
import type { Profile } from "../../profile/profile.ts";
import { formatCount, formatNumber, formatShare } from "../../report/format.ts";
import { leastPeriods } from "../../stats/predictive.ts";
import { type ReadReference, type ReferenceOptions, readReference } from "../reference.ts";
import type { Masking } from "./masking.ts";
import { movingColumns } from "./moving.ts";
import type { Part, Situation } from "./part.ts";
import { schemaChecks } from "./reference/schema.ts";
import { boundCheck, unansweredCheck } from "./reference/words.ts";

/** The population stability index up to which a change of a distribution does not matter, and the error over all columns. */
const skewRule = { minimumEffect: 0.05, alpha: 0.05 };

const number = z.number().nullable();
/** What the report's details say of the comparison; a mean that may not be shown is null. */
export const referenceSchema = z.strictObject({
  digests: z.array(digestSchema),
  rows: z.array(z.number()),
  bounds: z.array(
    z.strictObject({
      column: z.string(),
      topic: z.enum(["missing", "range", "levels", "mean", "shares"]),
      observed: number,
      low: number,
      high: number,
      rows: z.number(),
      holds: z.boolean(),
    }),
  ),
});

/** The reference that data is held against, as it was read. */
export interface ReadPeriods {
  readonly reference: Reference;
  readonly materials: readonly Artifact[];
  readonly digests: readonly string[];
}

/** Reads one or several references; undefined when none is named. Each entry is a period, the oldest first. */
export async function readPeriods(
  patterns: readonly string[] | undefined,
  { hidden, ...parsing }: ReferenceOptions & { readonly hidden: readonly string[] },
  host: Host,
): Promise<ReadPeriods | undefined> {
  const read: ReadReference[] = [];
  for (const pattern of patterns ?? []) read.push(await readReference(pattern, host, parsing));
  const [first, ...others] = read.map(({ profile }) => profile);
  if (first === undefined) return undefined;
  return {
    reference: referenceOf([first, ...others], hidden),
    materials: read.flatMap(({ materials }) => materials),
    digests: read.map(({ digest }) => digest),
  };
}

/** Holds the data's profile, which was counted at the reference's edges, against the reference. `broken`: the verdict of a bound that does not hold. */
export async function referenceParts(
  read: ReadPeriods | undefined,
  broken: Verdict,
  { profile: current, masking, host }: Pick<Situation, "profile" | "masking" | "host">,
): Promise<readonly Part[]> {
  if (read === undefined) return [];
  if (current === undefined) return [{ checks: [unreadable], materials: read.materials }];
  const { reference, materials, digests } = read;
  const moving = movingColumns(reference.periods.at(-1) ?? reference.whole, current);
  const comparable = withoutChangedKinds(reference, current);
  const findings = compareWithReference(comparable, current, new Set(moving.keys()));
  const several = reference.periods.length >= leastPeriods;
  const checks = [
    ...schemaChecks(reference.whole, current),
    rowsCheck(reference, current.rows, broken),
    ...findings.map((finding) =>
      "reason" in finding ? unansweredCheck(finding) : boundCheck(finding, broken, several, masking),
    ),
    ...(await skewChecks(comparable, current, new Set(moving.keys()), broken, host)),
  ];
  const tables = [boundsTable(findings, reference, masking), ...movingTable(moving)];
  const bounds = findings.flatMap((finding) => ("reason" in finding ? [] : [boundDetails(finding, masking)]));
  const rows = reference.periods.map((period) => period.rows);
  return [{ checks, materials, tables, details: { reference: { digests: [...digests], rows, bounds } } }];
}

const unreadable: Check = {
  id: "reference",
  verdict: "unchecked",
  message: "nothing was compared with the reference: nothing of the data can be read",
};

/** A column of another kind than before has failed already. */
function withoutChangedKinds({ periods, whole }: Reference, current: Profile): Reference {
  const columns = new Map(
    [...whole.columns].filter(([name, column]) => {
      const now = current.columns.get(name);
      return now === undefined || now.kind === column.kind || valuesIn(now) === 0;
    }),
  );
  return { periods, whole: { ...whole, columns } };
}

function rowsCheck({ periods }: Reference, rows: number, broken: Verdict): Check {
  const counts = periods.map((period) => period.rows);
  const { low, high, estimated } = expectedRows(counts);
  const holds = rows >= low && rows <= high;
  const bounds = `${formatNumber(low)} to ${formatNumber(high)}`;
  const why = estimated
    ? `expected by ${counts.length} periods`
    : `half to twice the reference's ${formatNumber(counts.at(-1) ?? 0)}, which is stated: fewer than ${leastPeriods} periods do not tell how the number varies`;
  return {
    id: "reference.rows",
    verdict: holds ? "pass" : broken,
    message: `${formatCount(rows, "row")}; ${bounds} ${why}`,
    observed: rows,
    expected: `from ${bounds} rows`,
    n: counts.length,
    method: estimated ? "Student's prediction interval of the logarithm" : "stated factors",
  };
}

/** A change of the whole distribution, by the rule of drift-report. */
async function skewChecks(
  { whole }: Reference,
  current: Profile,
  moving: ReadonlySet<string>,
  broken: Verdict,
  host: Host,
): Promise<readonly Check[]> {
  const psi = (await methods.psi?.load())?.create({}, host);
  if (psi === undefined) throw new Error("the method psi is not in the generated map");
  const pairs = [...whole.columns].flatMap(([column, reference]) => {
    const now = current.columns.get(column);
    const isComparable = now?.kind === reference.kind && !moving.has(column);
    return now !== undefined && isComparable ? [{ column, reference, current: now }] : [];
  });
  return compareColumns(pairs, [], psi, skewRule).map(({ column, decision, evidence, current: now }): Check => {
    const head = { id: `${column}.reference.skew`, n: now.n, method: "PSI minimum-effect test, Benjamini-Hochberg" };
    if (evidence.kind === "inconclusive" || decision.verdict === "inconclusive")
      return {
        ...head,
        verdict: "unchecked",
        message: `${column}: skew not compared: ${decision.reason ?? "no score"}`,
      };
    const least = formatNumber(skewRule.minimumEffect);
    const detectable = evidence.minimumDetectable;
    const power = detectable === undefined ? "" : `; a PSI of ${formatNumber(detectable)} is found four times in five`;
    return {
      ...head,
      verdict: decision.verdict === "fail" ? broken : decision.verdict,
      message: `${column}: PSI ${formatNumber(evidence.score)} against the reference, at most ${least} expected${power}`,
      observed: evidence.score,
      expected: `PSI of at most ${least}`,
      ...(evidence.corrected === undefined ? {} : { effect: evidence.corrected }),
      ...(decision.p === undefined ? {} : { p: decision.p }),
    };
  });
}

/** The bounds side by side; what they rest on stands in the title. */
function boundsTable(findings: readonly (Finding | Unanswered)[], { periods }: Reference, masking: Masking): Table {
  const basis =
    periods.length >= leastPeriods
      ? `${periods.length} periods, whose spread widens the bounds`
      : "these bounds assume that a column's rates are stable: name three periods or more to measure how they vary";
  const rows = findings
    .filter((finding): finding is Finding => !("reason" in finding))
    .sort((a, b) => Number(a.holds) - Number(b.holds))
    .map((finding) => {
      const { column, topic, observed, low, high, rows: n, reference, holds, detectable } = finding;
      const isHidden = topic === "mean" && !masking.shows(column);
      const shown = (value: number) => (isHidden ? "(masked)" : formatNumber(value));
      return [
        column,
        topic,
        topic === "mean"
          ? shown(reference.value)
          : `${formatNumber(reference.value)} of ${formatNumber(reference.rows)}`,
        topic === "mean" ? shown(observed) : `${formatNumber(observed)} of ${formatNumber(n)}`,
        low === undefined ? `≤ ${shown(high)}` : `${shown(low)} to ${shown(high)}`,
        detectable === undefined || isHidden ? null : topic === "mean" ? shown(detectable) : formatShare(detectable),
        holds ? "holds" : "broken",
      ];
    });
  return {
    title: `Against the reference: ${basis}`,
    columns: ["column", "question", "reference", "data", "bound", "found four times in five", "outcome"],
    rows,
  };
}

function movingTable(moving: ReadonlyMap<string, string>): readonly Table[] {
  if (moving.size === 0) return [];
  return [
    {
      title: "Columns compared with the reference by their missing values alone",
      columns: ["column", "because it is"],
      rows: [...moving],
    },
  ];
}

function boundDetails({ column, topic, observed, low, high, rows, holds }: Finding, masking: Masking): Json {
  const isHidden = topic === "mean" && !masking.shows(column);
  return {
    column,
    topic,
    observed: isHidden ? null : observed,
    low: isHidden ? null : (low ?? null),
    high: isHidden ? null : high,
    rows,
    holds,
  };
}
