import type { Predicate } from "./dataset.ts";

/** Every expression that the predicate would run. */
export function patternsOf(where: Predicate): readonly string[] {
  if (where.op === "matches") return [where.pattern];
  if ("term" in where) return patternsOf(where.term);
  return where.op === "and" || where.op === "or" ? where.terms.flatMap(patternsOf) : [];
}
