import { emptyQueries } from "../../evaluation/metrics/queries.ts";
import type { Topic } from "./part.ts";

/** How many queries a ranking has, and how many of them no order can serve. */
export const queriesTopic: Topic = ({ scored: { truth } }) => {
  if (truth.kind !== "queries") return {};
  const empty = emptyQueries(truth);
  const message =
    empty === 0
      ? `${truth.queries} queries, each with a relevant document`
      : `${truth.queries} queries; ${empty} of them have no relevant document and count 0 for any model`;
  return { checks: [{ id: "queries", verdict: "pass", message, observed: empty, n: truth.queries }] };
};
