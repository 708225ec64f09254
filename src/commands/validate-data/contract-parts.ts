import { z } from "zod";
import { columnTable } from "./column-table.ts";
import { fieldsMatch } from "./fields-match.ts";
import { under } from "./further-tables.ts";
import type { Part, Situation } from "./part.ts";
import { serviceLevels } from "./service-levels.ts";

/** What a contract asks and says of the data besides its rules: service levels, what columns are to people, which fields there may be. */
export async function contractParts(situation: Situation): Promise<readonly Part[]> {
  const { contract, tables } = situation;
  const others = [...tables].filter(([name]) => name !== contract.value.table);
  return [
    await serviceLevels(situation),
    columnTable(situation),
    fieldsMatch(situation),
    ...others.map(([name, table]) => ({ checks: fieldsMatch(table).checks.map((check) => under(name, check)) })),
  ];
}

export const contractPartDetails = {
  serviceLevels: z
    .array(
      z.strictObject({
        id: z.string(),
        kind: z.enum(["freshness", "retention"]),
        column: z.string(),
        limit: z.string(),
        holds: z.boolean(),
      }),
    )
    .optional(),
} as const;
