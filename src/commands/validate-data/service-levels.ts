import type { ServiceLevel } from "../../contract/contract.ts";
import { describeAge } from "../../contract/durations.ts";
import type { Scored } from "../../contract/quality-score.ts";
import { judgeLevels, type LevelOutcome, planLevels } from "../../contract/service-levels.ts";
import type { Check } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import { plural } from "./checks.ts";
import { under } from "./further-tables.ts";
import type { Part, Situation, TableData } from "./part.ts";

/** What was found of one table's service levels. */
interface Answered {
  readonly checks: readonly Check[];
  readonly scored: readonly Scored[];
  readonly facts: readonly Readonly<Record<string, Json>>[];
}

/** How old the newest and the oldest value of each table with data may be, at the time of the run. */
export async function serviceLevels({ contract, tables, host }: Situation): Promise<Part> {
  const answered: Answered[] = [];
  for (const { table, serviceLevels: levels } of [contract.value, ...contract.value.further]) {
    const data = tables.get(table);
    if (data === undefined || levels.length === 0 || data.found.unreadable) continue;
    const answer = await answerLevels(levels, data, host.now());
    answered.push(table === contract.value.table ? answer : ofFurther(table, answer));
  }
  if (answered.length === 0) return {};
  return {
    checks: answered.flatMap(({ checks }) => checks),
    scored: answered.flatMap(({ scored }) => scored),
    details: { serviceLevels: answered.flatMap(({ facts }) => facts) },
  };
}

function ofFurther(table: string, { checks, scored, facts }: Answered): Answered {
  return {
    checks: checks.map((check) => under(table, check)),
    scored,
    facts: facts.map((fact) => ({ ...fact, id: `${table}/${fact.id}` })),
  };
}

async function answerLevels(
  levels: readonly ServiceLevel[],
  { dataset, found }: TableData,
  now: Date,
): Promise<Answered> {
  const plan = planLevels(levels, dataset.columns, now);
  const { outcomes, future } = judgeLevels(
    plan,
    plan.levels.length === 0 ? {} : await dataset.aggregate(plan.aggregates),
  );
  return {
    checks: [
      ...outcomes.map((outcome) => levelCheck(outcome, found.rows)),
      ...[...future].map(([column, count]) => futureCheck(column, count, found.rows, levels)),
      ...plan.idle.map(({ level, why }) => idleCheck(level, why)),
    ],
    scored: outcomes.map((outcome) => ({ dimension: "timeliness", quality: qualityOf(outcome, found.rows) })),
    facts: outcomes.map(({ level, holds }) => ({
      id: level.id,
      kind: level.kind,
      column: level.column,
      limit: level.limit.words,
      holds,
    })),
  };
}

function qualityOf({ holds, level, tooOld }: LevelOutcome, rows: number): number {
  if (holds) return 1;
  return level.kind === "retention" && rows > 0 ? 1 - tooOld / rows : 0;
}

function levelCheck({ level, age, holds, tooOld }: LevelOutcome, rows: number): Check {
  const { id, kind, column, limit, place } = level;
  const which = kind === "freshness" ? "newest" : "oldest";
  const observed =
    age === undefined ? `${column} has no value` : `the ${which} value of ${column} is ${describeAge(age)} old`;
  const beyond = tooOld === 0 ? "" : `, and ${plural(tooOld, "row")} of ${plural(rows, "row")} older than that`;
  return {
    id,
    verdict: holds ? "pass" : "fail",
    message: `${observed}; it may be ${limit.words} old${beyond}`,
    place,
    observed: age === undefined ? null : describeAge(age),
    expected: `at most ${limit.words}`,
    n: rows,
  };
}

function futureCheck(column: string, count: number, rows: number, levels: readonly ServiceLevel[]): Check {
  const place = levels.find((level) => level.column === column)?.place;
  return {
    id: `sla.${column}.future`,
    verdict: "warn",
    message: `${plural(count, "row")} of ${plural(rows, "row")} have a time in ${column} that is yet to come; they do not count as fresh`,
    ...(place === undefined ? {} : { place }),
    observed: count,
    expected: "no rows",
    n: rows,
  };
}

function idleCheck({ id, column, place }: ServiceLevel, why: string): Check {
  return { id, verdict: "unchecked", message: `the age of ${column} was not checked: ${why}`, place };
}
