import { z } from "zod";

/** A `Digest` in a schema. */
export const digestSchema = z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]);
