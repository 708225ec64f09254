import type { Series, Table } from "../kernel/command.ts";
import { escapeMarkdown, fenced, visible } from "./escape.ts";
import { formatCount, formatValue, isNumeric, shortened } from "./format.ts";

/** The parts that a report's markdown is put together from: they know how many bytes they take, and may lose rows. */

/** A cell holds no more characters than this. */
export const cellLength = 240;
/** A longer statement stands in the HTML page only. */
const longestQuery = 4_000;
const sparks = "▁▂▃▄▅▆▇█";

/** Text that stays or goes as a whole, or a table that may lose rows. */
export interface Block {
  readonly name: string;
  readonly before: string;
  readonly rows: readonly string[];
  readonly after: string;
}

/** Of UTF-8: what limits of a host are counted in. */
export function bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** The block with as many rows as there is room for, in bytes; nothing of it where not one fits. */
export function trim(block: Block, room: number): { readonly text: string; readonly missing: number } {
  let space = room - bytes(block.before) - bytes(block.after);
  const rows: string[] = [];
  for (const row of block.rows) {
    space -= bytes(row);
    if (space < 0) break;
    rows.push(row);
  }
  const missing = block.rows.length - rows.length;
  return rows.length === 0 ? { text: "", missing } : { text: `${block.before}${rows.join("")}${block.after}`, missing };
}

/** The same block in a part that a reader opens. */
export function folded(title: string, block: Block): Block {
  return {
    ...block,
    before: `\n<details><summary>${title}</summary>\n${block.before}`,
    after: `${block.after}\n</details>\n`,
  };
}

/** `heading`: how the table's title stands above it. */
export function tableBlock(table: Table, heading = (title: string) => `### ${title}`): Block {
  const rows = table.rows.map((cells) => row(table.columns.map((_, column) => text(formatValue(cells[column])))));
  const more =
    table.more === undefined || table.more === 0 ? "" : `\n${formatCount(table.more, "more row")} not shown.\n`;
  const numeric = table.columns.map((_, column) => isNumeric(table.rows.map((cells) => cells[column])));
  return {
    name: text(table.title, 60),
    before: `\n${heading(text(table.title))}\n\n${tableHead(
      table.columns.map((name) => text(name)),
      numeric,
    )}`,
    rows: rows.length === 0 ? [row([text("no rows")])] : rows,
    after: `${more}${queryBlock(table)}${diffBlock(table)}`,
  };
}

function queryBlock({ query }: Table): string {
  if (query === undefined || query.length > longestQuery) return "";
  const title = "Query for all of these rows";
  return `\n<details><summary>${title}</summary>\n\n${fenced("sql", visible(query))}\n\n</details>\n`;
}

function diffBlock({ diff }: Table): string {
  const text = diff?.map(visible).join("\n") ?? "";
  return text === "" || text.length > longestQuery ? "" : `\n${fenced("diff", text)}\n`;
}

/** Each line of a chart as a row of blocks, scaled by the chart's largest value; the HTML report draws it whole. */
export function seriesBlock(series: readonly Series[]): Block {
  const rows = series.flatMap(({ title, lines }) => {
    const most = Math.max(
      ...Object.values(lines)
        .flat()
        .map((value) => value ?? 0),
      0,
    );
    return Object.entries(lines).map(([name, values], at) =>
      row([at === 0 ? text(title, 80) : "", text(name, 60), sparkline(values, most)]),
    );
  });
  return {
    name: "charts",
    before: `\n${tableHead(["chart", "line", "shape"], [])}`,
    rows,
    after: "\nThe HTML report draws them in full.\n",
  };
}

function sparkline(values: readonly (number | null)[], most: number): string {
  return values
    .slice(0, 60)
    .map((value) =>
      value === null || most === 0 ? " " : (sparks[Math.min(7, Math.max(0, Math.round((value / most) * 7)))] ?? " "),
    )
    .join("");
}

/** `right`: which columns stand flush right. */
export function tableHead(titles: readonly string[], right: readonly boolean[]): string {
  return `${row(titles)}${row(titles.map((_, column) => (right[column] === true ? "---:" : "---")))}`;
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

/** Others' text, escaped and not too long. */
export function text(value: string, length = cellLength): string {
  return escapeMarkdown(shortened(value, length));
}
