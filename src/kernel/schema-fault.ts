import type { z } from "zod";

/** The first thing in which a value differs from its schema, with its place in the value: `checks.0.id is missing`, `rows: expected number, received string`. */
export function schemaFault(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) throw new Error("a schema refused a value without an issue");
  const path = issue.path.map(String).join(".");
  const message = issue.message.replace(/^Invalid input: /, "");
  if (/received undefined$/.test(message)) return `${path === "" ? "it" : path} is missing`;
  return path === "" ? message : `${path}: ${message}`;
}
