// Loads a native package as a host does and prints what it got: `node native-worker.ts JSON`, in the folder and environment of a user.

import { loadNative, type NativeOptions } from "../../src/hosts/native.ts";
import { userNpmSettings } from "../../src/hosts/npm-settings.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { NativePackage } from "../../src/kernel/host.ts";

interface Order {
  readonly name: NativePackage;
  readonly cache: string;
  readonly installed: readonly string[];
  readonly lock?: NonNullable<NativeOptions["lock"]>;
  /** Ask DuckDB this. */
  readonly query?: string;
}

interface Duck {
  DuckDBInstance: {
    create(path: string): Promise<{
      connect(): Promise<{ runAndReadAll(sql: string): Promise<{ getRowsJson(): unknown }> }>;
    }>;
  };
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
try {
  const { name, cache, installed, lock, query } = order;
  const search = { installed, cache, npm: userNpmSettings(process.env) };
  const loaded = await loadNative<Duck>(name, search, lock === undefined ? {} : { lock });
  const answer =
    query === undefined
      ? loaded
      : await (async () => {
          const connection = await (await loaded.DuckDBInstance.create(":memory:")).connect();
          return (await connection.runAndReadAll(query)).getRowsJson();
        })();
  process.stdout.write(JSON.stringify({ answer }));
} catch (error) {
  if (!(error instanceof TitleholderError)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message }));
}
