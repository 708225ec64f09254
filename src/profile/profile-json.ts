import { z } from "zod";
import type { ColumnKind } from "../dataset/dataset.ts";
import { digestSchema } from "../kernel/digest-schema.ts";
import { configurationError } from "../kernel/error.ts";
import type { Json } from "../kernel/json.ts";
import { schemaFault } from "../kernel/schema-fault.ts";
import type { ColumnProfile, Profile } from "./profile.ts";

/** The format version that is written, and the newest that is read: all earlier ones lack some of its keys. */
const newest = 2;
const profileSchema = `titleholder/profile/v${newest}`;

const count = z.number().nonnegative();
const counts = z.array(count);

const numeric = z
  .strictObject({
    name: z.string(),
    kind: z.literal("numeric"),
    n: count,
    missing: count,
    edges: z.array(z.number()),
    counts,
    atEdge: counts.optional(),
    sums: z.array(z.number()).optional(),
    range: z.tuple([z.number(), z.number()]).optional(),
  })
  .refine(({ edges, counts: bins }) => bins.length === edges.length + 1, "needs one count more than edges")
  .refine(({ edges, atEdge }) => atEdge === undefined || atEdge.length === edges.length, "needs one atEdge an edge")
  .refine(({ counts: bins, sums }) => sums === undefined || sums.length === bins.length, "needs one sum a count")
  .refine(
    ({ edges }) => edges.every((edge, at) => at === 0 || edge > (edges[at - 1] ?? edge)),
    "needs ascending edges",
  );
const categorical = z.strictObject({
  name: z.string(),
  kind: z.literal("categorical"),
  n: count,
  missing: count,
  levels: z.array(z.tuple([z.string(), count])),
  others: count,
  hashed: z.literal(true).optional(),
});
const kinds = [
  "integer",
  "number",
  "boolean",
  "string",
  "date",
  "timestamp",
  "nested",
] as const satisfies readonly ColumnKind[];
const profile = z.strictObject({
  schema: z.string(),
  rows: count,
  data: digestSchema.optional(),
  fields: z.array(z.strictObject({ name: z.string(), kind: z.enum(kinds), nullable: z.boolean() })).optional(),
  columns: z.array(z.discriminatedUnion("kind", [numeric, categorical])),
});

/** The profile as JSON; numbers read back bit by bit. A sum too large for a double is left out with its column's sums. */
export function profileToJson({ rows, data, fields, columns }: Profile): Json {
  return {
    schema: profileSchema,
    rows,
    ...(data === undefined ? {} : { data }),
    ...(fields === undefined
      ? {}
      : { fields: fields.map(({ name, kind, nullable }) => ({ name: name.toWellFormed(), kind, nullable })) }),
    columns: [...columns].map(([name, column]) => ({ name: name.toWellFormed(), ...columnToJson(column) })),
  };
}

/** @throws TH_PROFILE_FORMAT (configuration) for another format, a newer version, and numbers that do not fit together. */
export function profileFromJson(json: Json, file: string): Profile {
  const schema = typeof json === "object" && json !== null && "schema" in json ? json.schema : undefined;
  const version = typeof schema === "string" ? /^titleholder\/profile\/v(\d+)$/.exec(schema)?.[1] : undefined;
  if (version !== undefined && Number(version) > newest)
    throw refused(
      file,
      `the profile has format version ${version}; this release reads versions up to ${newest}`,
      "upgrade Titleholder to the release that wrote it, or write the profile again with this one",
    );
  const parsed = profile.safeParse(json);
  if (version === undefined || !parsed.success) {
    throw refused(
      file,
      version === undefined || parsed.success
        ? "the file is no profile"
        : `the profile is damaged: ${schemaFault(parsed.error)}`,
      "name a profile.json that validate-data wrote",
    );
  }
  const { rows, data, fields, columns } = parsed.data;
  return {
    rows,
    ...(data === undefined ? {} : { data }),
    ...(fields === undefined ? {} : { fields }),
    columns: new Map(columns.map((column) => [column.name, columnFromJson(column)])),
  };
}

function columnToJson(column: ColumnProfile): { readonly [key: string]: Json } {
  const { kind, n, missing } = column;
  if (column.kind === "categorical")
    return {
      kind,
      n,
      missing,
      levels: [...column.levels].map(([level, times]) => [level.toWellFormed(), times] as const),
      others: column.others,
      ...(column.hashed === true ? { hashed: true } : {}),
    };
  const { edges, counts: bins, atEdge, sums, range } = column;
  return {
    kind,
    n,
    missing,
    edges: [...edges],
    counts: [...bins],
    ...(atEdge === undefined ? {} : { atEdge: [...atEdge] }),
    ...(sums?.every(Number.isFinite) === true ? { sums: [...sums] } : {}),
    ...(range === undefined ? {} : { range }),
  };
}

function columnFromJson(column: z.output<typeof numeric> | z.output<typeof categorical>): ColumnProfile {
  const { kind, n, missing } = column;
  if (kind === "categorical") {
    const { levels, others, hashed } = column;
    return { kind, n, missing, levels: new Map(levels), others, ...(hashed === true ? { hashed } : {}) };
  }
  return {
    kind,
    n,
    missing,
    edges: Float64Array.from(column.edges),
    counts: Float64Array.from(column.counts),
    ...(column.atEdge === undefined ? {} : { atEdge: Float64Array.from(column.atEdge) }),
    ...(column.sums === undefined ? {} : { sums: Float64Array.from(column.sums) }),
    ...(column.range === undefined ? {} : { range: column.range }),
  };
}

function refused(file: string, message: string, fix: string): Error {
  return configurationError("TH_PROFILE_FORMAT", message, fix, { file });
}
