import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

const gates = ["train", "evaluate-vs-champion", "register-model", "canary-deploy"];
const acts: readonly (readonly [name: string, title: string, commands: readonly string[]])[] = [
  ["january", "January's data", ["validate-data"]],
  ["holdout", "The holdout's data", ["validate-data"]],
  ["corrupted", "January's data, corrupted", ["validate-data"]],
  ["champion", "The first champion", gates],
  ["challenger", "The better challenger", gates],
  ["harmful", "The harmful one", gates],
  ["february", "February against January", ["drift-report"]],
  ["march", "March against January", ["drift-report"]],
  ["may", "May against January", ["drift-report"]],
  ["proof", "The champion's chain of evidence", ["verify"]],
];

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1.5rem; }
dt { font-weight: 600; } dd { margin: 0; } a { margin-right: 1rem; white-space: nowrap; }`;

/** The page that links every report, in the story's order. */
export async function writeIndex(folder: string): Promise<string> {
  const rows = acts.map(([name, title, commands]) => {
    const links = commands.map((command) => `<a href="${name}/${command}/report.html">${command}</a>`);
    return `<dt>${title}</dt><dd>${links.join(" ")}</dd>`;
  });
  const page = join(folder, "reports", "index.html");
  const title = "Titleholder: the demo's reports";
  await writeFile(
    page,
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style><h1>${title}</h1><dl>${rows.join("\n")}</dl></html>\n`,
  );
  return page;
}

/** Where things lie now, and what to try next. */
export function lastWords(told: {
  readonly root: string;
  readonly folder: string;
  readonly page: string;
  readonly seconds: number;
}): string {
  const shown = (path: string) => relative(process.cwd(), path) || ".";
  const cli = `node ${relative(told.folder, join(told.root, "dist/cli.js"))}`;
  return [
    "",
    `Done in ${told.seconds.toFixed(0)} s.`,
    "",
    `Reports:  ${shown(told.page)}, to be opened in a browser`,
    `Project:  ${shown(told.folder)}, with titleholder.yaml, contract, data and registry`,
    "",
    `Try next (cd ${shown(told.folder)}):`,
    `  ${cli} --help`,
    `  ${cli} validate-data --data data/2001-04.parquet`,
    `  ${cli} drift-report --current data/2001-06.parquet`,
    `  ${cli} train --params '{ recipe: challenger, trees: 200, seed: 8 }'`,
    "",
    "Then copy a workflow from workflows-examples into a repository of yours.",
  ].join("\n");
}
