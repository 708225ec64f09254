import type { DataSource } from "../../dataset/dataset.ts";
import type { Fingerprint } from "../../dataset/fingerprint.ts";
import type { Check } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import { locateData } from "../data.ts";

export const purposes = ["screen", "promote"] as const;
export type Purpose = (typeof purposes)[number];

export interface RowsQuestion {
  readonly data: readonly string[];
  readonly screenData?: readonly string[] | undefined;
  readonly purpose?: Purpose | undefined;
}

/** The rows that the models are compared on, and for what. */
export interface Rows {
  readonly purpose: Purpose;
  /** The input that named them. */
  readonly input: "data" | "screen-data";
  readonly source: DataSource;
  readonly fingerprint: Fingerprint;
  readonly checks: readonly Check[];
}

/**
 * A screen reads the screening rows; the promotion's holdout only when there are no others, and then says what that costs: whoever sees
 * results on a holdout before the promotion tunes on it, knowingly or not (Dwork et al., "The reusable holdout", Science 2015).
 */
export async function locateRows(question: RowsQuestion, host: Host): Promise<Rows> {
  const purpose = question.purpose ?? (host.ci?.event.startsWith("pull_request") === true ? "screen" : "promote");
  const screening = purpose === "screen" && question.screenData !== undefined;
  const patterns = screening ? (question.screenData ?? []) : question.data;
  const input = screening ? "screen-data" : "data";
  const { source, fingerprint } = await locateData(patterns, host, input);
  const common = screening ? await sharedFiles(question.data, fingerprint, host) : [];
  return { purpose, input, source, fingerprint, checks: holdoutChecks(purpose, screening, common) };
}

function holdoutChecks(purpose: Purpose, screening: boolean, common: readonly string[]): readonly Check[] {
  if (purpose === "promote") return [];
  const undone = "a later promotion on these rows claims more than it can show";
  if (!screening) {
    const message = `this screen reads the promotion's own holdout: ${undone}. Name other rows with screen-data`;
    return [{ id: "holdout", verdict: "warn", message, place: { input: "screen-data" } }];
  }
  if (common.length > 0) {
    const message = `${common.join(", ")} is part of the promotion's holdout too: ${undone}`;
    return [{ id: "holdout", verdict: "warn", message, place: { input: "screen-data" } }];
  }
  return [
    { id: "holdout", verdict: "pass", message: "screened on rows of their own; the promotion's holdout was not read" },
  ];
}

/** Screening files with the content of a holdout file. The holdout need not be at hand for a screen. */
async function sharedFiles(holdout: readonly string[], screening: Fingerprint, host: Host): Promise<readonly string[]> {
  for (const pattern of holdout) {
    const isThere =
      (await host.files.facts(pattern)) !== undefined || (await host.files.glob(pattern, host.cwd)).length > 0;
    if (!isThere) return [];
  }
  const { fingerprint } = await locateData(holdout, host, "data");
  const digests = new Set(fingerprint.files.map(({ digest }) => digest));
  return screening.files.filter(({ digest }) => digests.has(digest)).map(({ path }) => path);
}
