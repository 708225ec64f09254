import type { Table } from "../kernel/command.ts";
import type { Digest } from "../kernel/digest.ts";
import type { Chain, LinkId } from "./chain.ts";
import { featuresOf } from "./facts.ts";

const titles: Readonly<Record<LinkId, string>> = {
  evaluation: "evaluated",
  "evaluation-data": "on data",
  training: "trained",
  "training-data": "on data",
  "raw-data": "raw files",
  "named-reports": "named reports",
};

/** Enough of a digest to tell two apart by eye. */
export function shortDigest(digest: Digest): string {
  return digest.slice(0, "sha256:".length + 12);
}

/** The chain as a tree, the model first. */
export function chainTable(model: { readonly title: string; readonly digest: Digest }, chain: Chain): Table {
  return {
    title: "Evidence chain",
    columns: ["link", "status", "what it says", "report"],
    rows: [
      [model.title, "", shortDigest(model.digest), null],
      ...chain.links.map((link) => [
        `${"└──".slice(0, link.depth)} ${titles[link.id]}`,
        link.status,
        link.message,
        link.report === undefined ? null : shortDigest(link.report),
      ]),
    ],
  };
}

/** The features derived from the validated data, each version of each once; no table where there are none. */
export function featureTable(chain: Chain): readonly Table[] {
  const rows = chain.validations
    .flatMap(featuresOf)
    .map(({ name, version, sources, code }) => [
      name,
      version,
      sources.join(", "),
      code?.path ?? null,
      code === null ? null : shortDigest(code.digest),
    ]);
  const unique = [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
  if (unique.length === 0) return [];
  return [{ title: "Derived features", columns: ["feature", "version", "made from", "code", "digest"], rows: unique }];
}

const mostFiles = 100;

/** The training data's files. */
export function rawTable(chain: Chain): Table {
  const shown = chain.raw.slice(0, mostFiles);
  return {
    title: "Raw data",
    columns: ["file", "digest", "state"],
    rows: shown.map((file) => [file.path, shortDigest(file.digest), file.state]),
    ...(shown.length < chain.raw.length ? { more: chain.raw.length - shown.length } : {}),
  };
}
