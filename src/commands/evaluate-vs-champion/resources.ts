import { join } from "node:path";
import { z } from "zod";
import type { Check, Table } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import { formatSize, parseSize } from "../../kernel/quantity.ts";
import type { LocatedModel } from "../model-reference.ts";
import type { Contestant } from "./columns.ts";
import type { Part, Scene, Topic } from "./part.ts";

/** What a model may take of a machine: `max` a size, `growth` how many times the champion's. */
export const resourceInput = z.strictObject({ max: z.string().optional(), growth: z.number().positive().optional() });

export interface ResourceLimits {
  readonly maxBytes: number | undefined;
  readonly growth: number | undefined;
}

/** @throws TitleholderError TH_SIZE (configuration) for a `max` that is no size. */
export function resourceLimits({ max, growth }: z.output<typeof resourceInput>, input: string): ResourceLimits {
  return { maxBytes: max === undefined ? undefined : parseSize(max, { input }), growth };
}

const bytes = z.int().min(0).nullable();
export const resourceDetails = z.strictObject({ challenger: bytes, champion: bytes });
type Measured = z.output<typeof resourceDetails>;

/** The models' size on disk, and the peak memory of their processes while all rows were scored. First of all topics: later ones need more. */
export const resources: Topic = async (scene, host) => {
  const { size, memory } = scene.contest.gates;
  const parts = [
    ...(size === undefined ? [] : [sizePart(size, await sizesOf(scene, host))]),
    ...(memory === undefined ? [] : [memoryPart(memory, await memoriesOf(scene.contestants))]),
  ];
  return {
    checks: parts.flatMap(({ checks = [] }) => checks),
    tables: parts.flatMap(({ tables = [] }) => tables),
    details: Object.assign({}, ...parts.map(({ details = {} }) => details)),
  };
};

function sizePart(limits: ResourceLimits, measured: Measured): Part {
  return {
    checks: limitChecks("size", "the challenger's size", limits, measured, "the bytes of the model's files"),
    tables: [table("Size of the models", measured)],
    details: { size: measured },
  };
}

const memoryMethod =
  "the most memory that the model's process held while it scored all rows in large batches, less what it held before the model was read";

function memoryPart(limits: ResourceLimits, measured: Measured): Part {
  return {
    checks: limitChecks("memory", "the challenger's peak memory", limits, measured, memoryMethod),
    tables: [table("Peak memory of the models, over an empty process", measured)],
    details: { memory: measured },
  };
}

function limitChecks(
  name: "size" | "memory",
  what: string,
  { maxBytes, growth }: ResourceLimits,
  { challenger, champion }: Measured,
  method: string,
): readonly Check[] {
  if (challenger === null) return [unmeasured(name, `${what} cannot be measured for this kind of model`)];
  const shown = `${what} is ${formatSize(challenger)}`;
  const common = { observed: challenger, method };
  const absolute: readonly Check[] =
    maxBytes === undefined
      ? []
      : [
          {
            id: name,
            verdict: challenger <= maxBytes ? "pass" : "fail",
            message: `${shown}, ${challenger <= maxBytes ? "within" : "more than"} the limit of ${formatSize(maxBytes)}`,
            expected: maxBytes,
            ...common,
          },
        ];
  const relative = growth === undefined ? [] : [growthCheck(name, shown, growth, challenger, champion, method)];
  return [...absolute, ...relative];
}

function growthCheck(
  name: string,
  shown: string,
  growth: number,
  challenger: number,
  champion: number | null,
  method: string,
): Check {
  const id = `${name}-growth`;
  if (champion === null) return unmeasured(id, `${shown}, and there is no champion to hold it against`);
  const within = challenger <= growth * champion;
  const times = champion === 0 ? "more" : `${Number((challenger / champion).toPrecision(3))} times`;
  return {
    id,
    verdict: within ? "pass" : "fail",
    message: `${shown}, ${times} the champion's ${formatSize(champion)}: ${within ? "within" : "over"} the ${growth} times that are allowed`,
    observed: challenger,
    expected: Math.floor(growth * champion),
    method,
  };
}

function unmeasured(id: string, message: string): Check {
  return { id, verdict: "unchecked", message };
}

function table(title: string, { challenger, champion }: Measured): Table {
  const shown = (value: number | null) => (value === null ? null : formatSize(value));
  const ratio = challenger === null || champion === null || champion === 0 ? null : challenger / champion;
  return {
    title,
    columns: ["challenger", "champion", "ratio"],
    rows: [[shown(challenger), shown(champion), ratio === null ? null : Number(ratio.toPrecision(3))]],
  };
}

async function sizesOf({ contest: { challenger, champion } }: Scene, host: Host): Promise<Measured> {
  return {
    challenger: await sizeOf(challenger, host),
    champion: champion === undefined ? null : await sizeOf(champion, host),
  };
}

async function sizeOf(model: LocatedModel, host: Host): Promise<number> {
  const below = async (path: string): Promise<number> => {
    const facts = await host.files.facts(path);
    if (facts?.kind !== "directory") return facts?.size ?? 0;
    let sum = 0;
    for (const name of await host.files.list(path)) sum += await below(join(path, name));
    return sum;
  };
  return below(model.path);
}

async function memoriesOf(contestants: readonly Contestant[]): Promise<Measured> {
  const [challenger = null, champion = null] = await Promise.all(
    contestants.map(async ({ session }) => {
      const use = await session.memory?.();
      return use === undefined ? null : Math.max(0, use.peakBytes - use.emptyBytes);
    }),
  );
  return { challenger, champion };
}
