import { z } from "zod";
import { fingerprintSchema } from "../../../dataset/fingerprint.ts";
import { digestSchema } from "../../../kernel/digest-schema.ts";
import { verdicts } from "../../../kernel/verdict.ts";

/** A file that was written, as it is at its place. */
const written = z.strictObject({ path: z.string(), rows: z.number(), fingerprint: fingerprintSchema });

/** Keys of the command's details: what became of the rows, and the feature dictionary. */
export const handlingDetails = {
  handling: z
    .strictObject({
      rows: z.strictObject({
        read: z.number(),
        unreadable: z.number(),
        clean: z.number(),
        quarantined: z.number(),
        dropped: z.number(),
      }),
      /** Null where it was not asked for, or nothing was to be written. */
      quarantine: written.nullable(),
      /** With the verdict on its rows, by which later gates accept it. */
      clean: written.extend({ verdict: z.enum(verdicts), failed: z.array(z.string()) }).nullable(),
      reasons: z.array(z.strictObject({ id: z.string(), rows: z.number() })),
      missing: z.array(
        z.strictObject({
          column: z.string(),
          strategy: z.string(),
          value: z.string().nullable(),
          indicator: z.string().nullable(),
          cells: z.number(),
        }),
      ),
    })
    .optional(),
  features: z
    .array(
      z.strictObject({
        name: z.string(),
        version: z.string(),
        sources: z.array(z.string()),
        code: z.strictObject({ path: z.string(), digest: digestSchema }).nullable(),
      }),
    )
    .optional(),
} as const;
