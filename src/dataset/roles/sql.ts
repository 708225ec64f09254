import type { HelperRole } from "../../kernel/helper.ts";
import type { Logger } from "../../kernel/logger.ts";
import { openSources } from "../engines/duckdb/opening.ts";
import type { OpenedSource, SourceInSession } from "../engines/duckdb/source.ts";
import { UserQueries } from "../engines/duckdb/user-query.ts";
import { defineViews, type ViewPart } from "../engines/duckdb/views.ts";
import { queryArgs, queryRequest } from "../query.ts";

function sourceAt(opened: readonly SourceInSession[], at: number): OpenedSource {
  const found = opened[at];
  if (found === undefined) throw new Error("a source was not opened");
  return found.source;
}

/** Nobody waits for this helper's own progress. */
const log: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  progress: () => undefined,
  group: (_title, body) => body(),
};

/** Opens data of its own accord, in this process alone, and answers the queries of a contract over it. */
export const role: HelperRole = {
  name: "sql",
  async start(args, context) {
    const { tables, absent, memoryBytes, spill } = queryArgs.parse(args);
    const native = await context.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
    const limits = { memoryBytes, spill, threads: 2, signal: context.signal };
    const besides = tables.flatMap(({ beside }) => beside ?? []);
    const sources = [...tables, ...besides];
    const { session, opened } = await openSources(native, sources, limits, { files: context.files, log });
    const paths: (readonly string[])[] = [];
    const unseen = [...absent];
    for (const [at, { names, without = [], beside }] of tables.entries()) {
      const parts: ViewPart[] = [{ source: sourceAt(opened, at), without }];
      if (beside !== undefined) {
        const place = tables.length + besides.indexOf(beside);
        parts.push({ source: sourceAt(opened, place), only: beside.columns });
      }
      const defined = await defineViews(session, parts, names);
      paths.push(...defined);
      if (defined.length === 0) unseen.push(...names);
    }
    const queries = await UserQueries.over(native, session, { tables: paths, absent: unseen });
    return {
      request: async (message) => {
        const { answer, bytes } = await queries.answer(queryRequest.parse(message));
        return { message: { ...answer }, ...(bytes === undefined ? {} : { bytes }) };
      },
      close: () => session[Symbol.asyncDispose](),
    };
  },
};
