import { z } from "zod";
import {
  authoritativeDefinitions,
  customProperties,
  described,
  keysOfElements,
  reportAt,
  tags,
  text,
  whole,
} from "./odcs-elements.ts";

/** Sections of the Open Data Contract Standard that bind nothing in the data: they are held to their form, and not used. */

const role = z.strictObject({
  ...described,
  role: z.string(),
  access: text,
  firstLevelApprovers: text,
  secondLevelApprovers: text,
});
export const roles = z.array(role).optional();

const channel = z.strictObject({
  ...described,
  channel: z.string(),
  url: text,
  tool: text,
  scope: text,
  invitationUrl: text,
});
export const support = z.array(channel).optional();

const pricing = z.strictObject({
  id: described.id,
  priceAmount: z.number().optional(),
  priceCurrency: text,
  priceUnit: text,
});
export const price = pricing.optional();

const member = z.strictObject({
  ...described,
  username: z.string(),
  name: text,
  role: text,
  dateIn: text,
  dateOut: text,
  replacedByUsername: text,
  tags,
  authoritativeDefinitions,
});
const members = z.array(member);
const named = z.strictObject({
  ...described,
  name: text,
  members: members.optional(),
  tags,
  authoritativeDefinitions,
});
/** A list of members in version 3.0, a team with members since 3.1. */
export const team = z
  .unknown()
  .superRefine((value, context) => {
    if (value !== undefined) reportAt(context, [], Array.isArray(value) ? members : named, value);
  })
  .optional();

export const contractDescription = z
  .looseObject({ usage: text, purpose: text, limitations: text, authoritativeDefinitions, customProperties })
  .optional();

/** What a server of each type needs, and what it may have besides. `port` is a whole number, all else text. */
const serverKeys: Readonly<Record<string, readonly [required: string, optional?: string]>> = {
  api: ["location"],
  athena: ["stagingDir schema", "catalog regionName"],
  azure: ["location format", "delimiter"],
  bigquery: ["project dataset"],
  clickhouse: ["host port database"],
  databricks: ["catalog schema", "host"],
  denodo: ["host port", "database"],
  dremio: ["host port", "schema"],
  duckdb: ["database", "schema"],
  glue: ["account database", "location format"],
  cloudsql: ["host port database schema"],
  db2: ["host port database", "schema"],
  hive: ["host database", "port"],
  impala: ["host database", "port"],
  informix: ["host database", "port"],
  kafka: ["host", "format"],
  kinesis: ["", "region format"],
  local: ["path format"],
  mysql: ["host port database"],
  oracle: ["host port serviceName"],
  postgresql: ["host port database schema"],
  postgres: ["host port database schema"],
  presto: ["host", "catalog schema"],
  pubsub: ["project"],
  redshift: ["database schema", "host region account"],
  s3: ["location", "endpointUrl format delimiter"],
  sftp: ["location", "format delimiter"],
  snowflake: ["account database schema", "host port warehouse"],
  sqlserver: ["host database schema", "port"],
  synapse: ["host port database"],
  trino: ["host port catalog schema"],
  vertica: ["host port database schema"],
  zen: ["host database", "port"],
  custom: [
    "",
    "account catalog database dataset delimiter endpointUrl format host location path port project region regionName schema serviceName stagingDir warehouse stream",
  ],
};

const anyServer = {
  ...described,
  server: z.string(),
  type: z.enum(Object.keys(serverKeys)),
  environment: text,
  roles,
};

function serverOf(type: string): z.ZodType {
  const [required = "", optional = ""] = serverKeys[type] ?? [];
  const words = (list: string) => list.split(" ").filter((word) => word !== "");
  const kindOf = (key: string) =>
    key === "port"
      ? whole
      : type === "sftp" && key === "location"
        ? z.string().regex(/^sftp:\/\/.*/u, "expected an address that begins with sftp://")
        : z.string();
  return z.strictObject({
    ...anyServer,
    ...Object.fromEntries(words(required).map((key) => [key, kindOf(key)])),
    ...Object.fromEntries(words(optional).map((key) => [key, kindOf(key).optional()])),
  });
}

const server = z.looseObject(anyServer).superRefine((value, context) => {
  reportAt(context, [], serverOf(value.type), value);
});
export const servers = z.array(server).optional();

/** The keys that may stand in a section, by the name of the list or key that holds it. */
export const keysOfSections: Readonly<Record<string, readonly string[]>> = {
  ...keysOfElements,
  roles: Object.keys(role.shape),
  support: Object.keys(channel.shape),
  price: Object.keys(pricing.shape),
  members: Object.keys(member.shape),
  team: [...new Set([...Object.keys(named.shape), ...Object.keys(member.shape)])],
  servers: [
    ...new Set([...Object.keys(anyServer), ...Object.values(serverKeys).flatMap((keys) => keys.join(" ").split(" "))]),
  ],
};
