import type { HelperRole } from "../../kernel/helper.ts";
import type { Logger } from "../../kernel/logger.ts";
import { openSources } from "../engines/duckdb/opening.ts";
import { UserQueries } from "../engines/duckdb/user-query.ts";
import { defineViews } from "../engines/duckdb/views.ts";
import { queryArgs, queryRequest } from "../query.ts";

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
    const { session, opened } = await openSources(native, tables, limits, { files: context.files, log });
    const paths: (readonly string[])[] = [];
    const unseen = [...absent];
    for (const [at, { source }] of opened.entries()) {
      const names = tables[at]?.names ?? [];
      const defined = await defineViews(session, source, names);
      paths.push(...defined);
      if (defined.length === 0) unseen.push(...names);
    }
    const queries = await UserQueries.over(native, session, { tables: paths, absent: unseen });
    return {
      request: async (message) => {
        const { answer, marks } = await queries.answer(queryRequest.parse(message));
        return { message: { ...answer }, ...(marks === undefined ? {} : { bytes: [marks] }) };
      },
      close: () => session[Symbol.asyncDispose](),
    };
  },
};
