import { z } from "zod";
import type { ColumnBatch } from "../../dataset/dataset.ts";
import {
  type Bounded,
  disturbance,
  type LatencyState,
  latencyState,
  medianRatio,
  quantileBounds,
  type Requests,
} from "../../evaluation/latency.ts";
import type { Check, Series, Table } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import { parseDuration } from "../../kernel/quantity.ts";
import type { Contestant } from "./columns.ts";
import { percent } from "./findings.ts";
import type { Part, Topic } from "./part.ts";
import { type Sample, sampleRows } from "./sampling.ts";
import { timeRequests } from "./timing.ts";

export const latencyInput = z.strictObject({
  p50: z.string().optional(),
  p99: z.string().optional(),
  ratio: z.number().positive().optional(),
  batch: z.int().min(2).max(16_384).default(256),
  requests: z.int().min(40).max(100_000).default(500),
});

export interface LatencyLimits {
  /** Milliseconds of a request of one row. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** Times the champion's median. */
  readonly ratio: number | undefined;
  readonly batch: number;
  readonly requests: number;
}

/** @throws TitleholderError TH_DURATION (configuration) for a limit that is no duration. */
export function latencyLimits({ p50, p99, ratio, ...others }: z.output<typeof latencyInput>): LatencyLimits {
  const limit = (text: string | undefined) =>
    text === undefined ? undefined : parseDuration(text, { input: "latency" });
  return { p50: limit(p50), p99: limit(p99), ratio, ...others };
}

const bound = z.number().nullable();
const bounded = z.strictObject({ value: z.number(), lower: bound, upper: bound });
const quantiles = z.strictObject({ p50: bounded, p99: bounded });
export const latencyDetails = z.array(
  z.strictObject({
    /** In each request. */
    rows: z.int(),
    requests: z.int(),
    /** Milliseconds. */
    challenger: quantiles,
    champion: quantiles.nullable(),
    /** Of the medians. */
    ratio: bounded.nullable(),
    /** Why the machine was too busy to call a model slow. */
    disturbed: z.string().nullable(),
  }),
);
type Measured = z.output<typeof latencyDetails>[number];

/** How long the models take for one row and for a batch, side by side. */
export const latency: Topic = async (scene, host) => {
  const limits = scene.contest.gates.latency;
  if (limits === undefined) return {};
  const untimed = scene.contestants.find(({ session }) => session.time === undefined);
  if (untimed !== undefined) {
    const message = `the time of ${untimed.shown} cannot be told from the way to it and back`;
    return { checks: [{ id: "latency", verdict: "unchecked", message, place: { input: "latency" } }] };
  }
  const { alpha } = scene.contest.given;
  const sample = await sampleRows(scene, limits.batch, "latency", host);
  const single = await measure(singleRows(sample), "timing single rows");
  const batch = await measure([sample.batch], "timing batches");
  return report([single, batch], limits, alpha);

  async function measure(batches: readonly ColumnBatch[], task: string) {
    const timed = await timeRequests(scene.contestants, batches, { requests: limits?.requests ?? 0, task }, host);
    return measured(batches, timed, alpha);
  }
};

function singleRows({ batch, rows }: Sample): readonly ColumnBatch[] {
  return Array.from(
    { length: rows },
    (_, row) => new Map([...batch].map(([name, values]) => [name, values.slice(row, row + 1)])),
  );
}

interface Timed {
  readonly facts: Measured;
  readonly requests: readonly Requests[];
}

function measured([first]: readonly ColumnBatch[], requests: readonly Requests[], alpha: number): Timed {
  const [one, other] = requests;
  const quantilesOf = ({ ms }: Requests) => ({
    p50: quantileBounds(ms, 0.5, alpha),
    p99: quantileBounds(ms, 0.99, alpha),
  });
  const [values] = first?.values() ?? [];
  return {
    requests,
    facts: {
      rows: values?.length ?? 0,
      requests: one?.ms.length ?? 0,
      challenger: quantilesOf(one ?? { ms: [], referenceMs: [] }),
      champion: other === undefined ? null : quantilesOf(other),
      ratio: one === undefined || other === undefined ? null : medianRatio(one.ms, other.ms, alpha),
      disturbed: disturbance(requests) ?? null,
    },
  };
}

function report(timed: readonly Timed[], limits: LatencyLimits, alpha: number): Part {
  const facts = timed.map((one) => one.facts);
  return {
    checks: checksOf(facts, limits, alpha),
    tables: [table(facts, alpha)],
    series: timed.map(series),
    details: { latency: facts },
  };
}

function checksOf([single, batch]: readonly Measured[], limits: LatencyLimits, alpha: number): readonly Check[] {
  const { p50, p99, ratio } = limits;
  const absolute = (name: "p50" | "p99", limit: number | undefined) =>
    limit === undefined || single === undefined
      ? []
      : [limitCheck(`latency-${name}`, `${name} of one row`, single.challenger[name], limit, "ms", single, alpha)];
  const relative = (id: string, facts: Measured | undefined) => {
    if (ratio === undefined || facts === undefined) return [];
    const what = `the median of ${facts.rows === 1 ? "one row" : `${facts.rows} rows`}, times the champion's`;
    if (facts.ratio !== null) return [limitCheck(id, what, facts.ratio, ratio, "", facts, alpha)];
    const message = "there is no champion to be timed beside";
    return [{ id, verdict: "unchecked" as const, message, place: { input: "latency" } }];
  };
  return [
    ...absolute("p50", p50),
    ...absolute("p99", p99),
    ...relative("latency-ratio", single),
    ...relative("latency-batch-ratio", batch),
  ];
}

function limitCheck(
  id: string,
  what: string,
  measured: Bounded,
  limit: number,
  unit: string,
  { requests, disturbed }: Measured,
  alpha: number,
): Check {
  const { value, lower, upper } = measured;
  const verdict = latencyState(measured, limit, disturbed !== null);
  const show = (one: number | null) => (one === null ? "none" : `${brief(one)}${unit === "" ? "" : ` ${unit}`}`);
  const ends: Readonly<Record<LatencyState, string>> = {
    pass: `within the limit of ${show(limit)}`,
    fail: `over the limit of ${show(limit)}`,
    inconclusive: `not surely within the limit of ${show(limit)}`,
  };
  const why = verdict === "inconclusive" ? reasonOf(measured, disturbed) : "";
  return {
    id,
    verdict,
    message: `${what}: ${show(value)}, with one-sided bounds ${show(lower)} and ${show(upper)}, ${ends[verdict]}${why}`,
    observed: value,
    expected: limit,
    n: requests,
    interval: [lower, upper],
    method: `${unit === "" ? "Student's t of the logarithm in 20 successive blocks of requests" : "order statistics"}; one-sided bounds at ${percent(1 - alpha)}; time in the model's own process, both models in random turns`,
  };
}

function reasonOf({ upper }: Bounded, disturbed: string | null): string {
  if (disturbed !== null) return `; the machine was busy: ${disturbed}`;
  return upper === null ? "; more requests would give a bound" : "";
}

function table(facts: readonly Measured[], alpha: number): Table {
  const row = (who: string, quantile: "p50" | "p99", { rows, requests, ...models }: Measured): readonly Json[] => {
    const { value, lower, upper } = models[who === "champion" ? "champion" : "challenger"]?.[quantile] ?? nothing;
    return [rows, who, quantile, ...[value, lower, upper].map((one) => (one === null ? null : brief(one))), requests];
  };
  return {
    title: `Latency in milliseconds (each bound is one-sided at ${percent(1 - alpha)})`,
    columns: ["rows of a request", "model", "quantile", "value", "lower bound", "upper bound", "requests"],
    rows: facts.flatMap((one) =>
      ["challenger", ...(one.champion === null ? [] : ["champion"])].flatMap((who) => [
        row(who, "p50", one),
        row(who, "p99", one),
      ]),
    ),
  };
}

const nothing: Bounded = { value: Number.NaN, lower: null, upper: null };
const levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const;

function series({ facts, requests }: Timed): Series {
  const names: readonly Contestant["name"][] = ["challenger", "champion"];
  const at = ({ ms }: Requests) => levels.map((level) => brief(quantileBounds(ms, level, 0.5).value));
  return {
    title: `Latency of ${facts.rows === 1 ? "one row" : `${facts.rows} rows`} by quantile, in milliseconds`,
    x: levels.map((level) => `p${Math.round(level * 100)}`),
    lines: Object.fromEntries(requests.map((one, place) => [names[place] ?? "", at(one)])),
  };
}

function brief(value: number): number {
  return Number(value.toPrecision(3));
}
