import { configurationError } from "../kernel/error.ts";
import type { Design } from "./design.ts";
import type { QueryTruth, Truth } from "./evaluation.ts";

/** What a metric's units are called. */
export function unitOf({ kind }: Truth): string {
  return kind === "queries" ? "queries" : "rows";
}

/** The design of a metric's units. */
export function designOfUnits(truth: Truth, design: Design): Design {
  return truth.kind === "queries" ? designOfQueries(truth, design) : design;
}

/**
 * The design of queries from that of their rows: a query has the weight, the group, the moment and the fold of its documents.
 * @throws TitleholderError TH_EVALUATION_QUERY (configuration) where documents of one query differ in these.
 */
function designOfQueries({ query, queries }: QueryTruth, { alpha, weights, cluster, moment, folds }: Design): Design {
  const ofQueries = <T extends Float64Array | Int32Array>(values: T, into: T, input: string): T => {
    const seen = new Uint8Array(queries);
    for (const [row, place] of query.entries()) {
      const own = values[row] ?? 0;
      if (seen[place] === 1 && into[place] !== own) throw different(row, input);
      [seen[place], into[place]] = [1, own];
    }
    return into;
  };
  return {
    alpha,
    ...(weights === undefined ? {} : { weights: ofQueries(weights, new Float64Array(queries), "weight") }),
    ...(cluster === undefined ? {} : { cluster: ofQueries(cluster, new Int32Array(queries), "group") }),
    ...(moment === undefined ? {} : { moment: ofQueries(moment, new Int32Array(queries), "time") }),
    ...(folds === undefined
      ? {}
      : { folds: { ...folds, fold: ofQueries(folds.fold, new Int32Array(queries), "fold") } }),
  };
}

function different(row: number, input: string) {
  return configurationError(
    "TH_EVALUATION_QUERY",
    `the \`${input}\` of row ${row + 1} is another than that of an earlier row of its query`,
    "give all documents of a query the same value there, as queries are what is compared",
    { input },
  );
}
