// A copy of a month as a careless CSV export would write it. Every fault is one that real exports have shown.
import { writeFileSync } from "node:fs";

/** Each fault: what it is, which rows it takes (`index` counts from 0), and what it does to one. */
const faults = [
  {
    name: "negative distance",
    takes: (_row, index) => index % 1013 === 7,
    apply: (row) => ({ ...row, distance: -row.distance }),
  },
  {
    name: "unknown airport",
    takes: (_row, index) => index % 2003 === 11,
    apply: (row) => ({ ...row, origin: "ZZZ" }),
  },
  {
    name: "airport in small letters",
    takes: (_row, index) => index % 3001 === 13,
    apply: (row) => ({ ...row, destination: row.destination.toLowerCase() }),
  },
  { name: "midnight as hour 24", takes: (row) => row.hour === 0, apply: (row) => ({ ...row, hour: 24 }) },
  {
    name: "missing value",
    takes: (_row, index) => index % 1511 === 3,
    apply: (row) => ({ ...row, origin_departures_1h: "" }),
  },
  {
    name: "text for a number",
    takes: (_row, index) => index % 5003 === 17,
    apply: (row) => ({ ...row, distance: "N/A" }),
  },
];
// Faults of the file itself, at a share of its length.
const pageTwice = { at: 0.12, rows: 25 }; // a page that was exported twice
const cutOff = [0.23, 0.54]; // rows that end in the middle
const extraField = 0.36; // a row with a comma too many

function linesOf(rows) {
  const counts = Object.fromEntries(faults.map(({ name }) => [name, 0]));
  const lines = rows.map((original, index) => {
    let row = original;
    for (const fault of faults) {
      if (!fault.takes(original, index)) continue;
      row = fault.apply(row);
      counts[fault.name] += 1;
    }
    return Object.values(row).join(",");
  });
  return { lines, counts };
}

/** Reads a month's Parquet file, writes the corrupted CSV, and returns how many rows each fault took. */
export async function corrupt(database, parquetFile, csvFile) {
  const reader = await database.runAndReadAll(
    `SELECT * REPLACE (CAST(departed_at AS VARCHAR) AS departed_at) FROM read_parquet('${parquetFile.replaceAll("'", "''")}')`,
  );
  const { lines, counts } = linesOf(reader.getRowObjects());
  const at = (share) => Math.floor(share * lines.length);
  for (const index of cutOff.map(at)) lines[index] = lines[index].slice(0, lines[index].length / 2);
  lines[at(extraField)] = lines[at(extraField)].replace(",", ",,");
  const page = lines.slice(at(pageTwice.at), at(pageTwice.at) + pageTwice.rows);
  lines.splice(at(pageTwice.at) + page.length, 0, ...page);
  writeFileSync(csvFile, `${reader.columnNames().join(",")}\n${lines.join("\n")}\n`);
  return { ...counts, "row exported twice": page.length, "broken row": cutOff.length + 1 };
}
