import { z } from "zod";
import type { LocatedModel } from "../../model-reference.ts";
import type { DeclaredSlices } from "./declared.ts";
import type { SlicePlan } from "./inputs.ts";

const evaluated = z.object({ slices: z.object({ byValue: z.record(z.string(), z.array(z.string())) }) });

/**
 * Slices by a column's values that the champion's own evaluation had, as the registry keeps it, and that no row belongs to any more. Of
 * columns alone whose values are all slices: where `values` lists them, the list says what must be there.
 * @throws TH_EVIDENCE_ALTERED, TH_EVIDENCE_SYNTAX (configuration) for a kept report that is not what was attached
 */
export async function goneSinceChampion(
  champion: LocatedModel | undefined,
  plans: readonly SlicePlan[],
  { byValue, present }: DeclaredSlices,
): Promise<readonly string[]> {
  if (champion?.evidence === undefined || plans.length === 0) return [];
  const reports = (await champion.evidence()).map(({ report }) => report);
  const own = reports
    .filter(
      ({ command, subjects }) =>
        command === "evaluate-vs-champion" && subjects.some(({ digest }) => digest === champion.digest),
    )
    .sort((a, b) => (a.run.finished < b.run.finished ? -1 : 1))
    .at(-1);
  const before = evaluated.safeParse(own?.details).data?.slices.byValue ?? {};
  const listed = plans.flatMap((plan) =>
    plan.kind === "columns" && plan.values !== undefined ? [plan.parts[0]?.column] : [],
  );
  return Object.entries(before)
    .filter(([column]) => byValue[column] !== undefined && !listed.includes(column))
    .flatMap(([, names]) => names.filter((name) => !present.has(name)));
}
