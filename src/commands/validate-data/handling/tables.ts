import type { WrittenRows } from "../../../dataset/writing.ts";
import type { Table } from "../../../kernel/command.ts";

interface HandledColumn {
  readonly column: string;
  readonly strategy: string;
  /** Masked where the column is. */
  readonly value: string | null;
  readonly indicator: string | null;
  readonly cells: number;
}

/** Where the rows went, why, and what stands in the place of missing values. */
export function handlingTables(
  { read, unreadable, kept, aside, dropped }: WrittenRows,
  reasons: readonly { readonly id: string; readonly rows: number }[],
  missing: readonly HandledColumn[],
  files: { readonly quarantine?: string | undefined; readonly clean?: string | undefined },
): readonly Table[] {
  const where = (path: string | undefined) => (path === undefined ? "not written" : "written");
  return [
    {
      title: "Where the rows went",
      columns: ["rows", "number", "file"],
      rows: [
        ["read", read, null],
        ["cannot be read", unreadable, null],
        ["clean", kept, where(files.clean)],
        ["in quarantine", aside, where(files.quarantine)],
        ["dropped for a missing value", dropped, null],
      ],
    },
    ...listed(
      "Rows in quarantine by reason",
      ["reason", "rows"],
      reasons.map(({ id, rows }) => [id, rows]),
    ),
    ...listed(
      "Missing values in the clean rows",
      ["column", "strategy", "value from the contract or the reference", "indicator", "cells"],
      missing.map(({ column, strategy, value, indicator, cells }) => [column, strategy, value, indicator, cells]),
    ),
  ];
}

function listed(title: string, columns: readonly string[], rows: Table["rows"]): readonly Table[] {
  return rows.length === 0 ? [] : [{ title, columns, rows }];
}
