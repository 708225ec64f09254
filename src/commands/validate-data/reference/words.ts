import type { Check } from "../../../kernel/command.ts";
import type { Verdict } from "../../../kernel/verdict.ts";
import type { Finding, Topic, Unanswered } from "../../../profile/expectations.ts";
import { formatCount, formatNumber, formatShare } from "../../../report/format.ts";
import type { Masking } from "../masking.ts";

/** Levels named in a message. */
const mostNamed = 5;

const methods: Readonly<Record<Topic, string>> = {
  missing: "beta-binomial prediction of the number of missing values",
  range: "beta-binomial prediction of values outside the reference's range",
  levels: "Good-Turing, beta-binomial prediction of values of unseen levels",
  mean: "Student's prediction interval of the mean",
  shares: "beta-binomial prediction of the share below a quantile of the reference",
};

/** One bound as a check. Values of the data are masked where a report may not show them. */
export function boundCheck(finding: Finding, broken: Verdict, severalPeriods: boolean, masking: Masking): Check {
  const { column, topic, observed, high, low, rows, holds, detectable } = finding;
  const spread =
    severalPeriods && topic !== "range" && topic !== "levels" ? ", widened by the spread between periods" : "";
  return {
    id: `${column}.reference.${topic}`,
    verdict: holds ? "pass" : broken,
    message: sentenceOf(finding, masking),
    observed: topic === "mean" && !masking.shows(column) ? "(masked)" : observed,
    expected:
      topic === "mean" && !masking.shows(column)
        ? "(masked)"
        : low === undefined
          ? `at most ${formatNumber(high)}`
          : `from ${formatNumber(low)} to ${formatNumber(high)}`,
    n: rows,
    ...(detectable === undefined || topic === "mean" ? {} : { effect: detectable }),
    method: `${methods[topic]}${spread}`,
  };
}

export function unansweredCheck({ column, topic, reason }: Unanswered): Check {
  return {
    id: `${column}.reference.${topic}`,
    verdict: "unchecked",
    message: `${column}: ${topic} not compared: ${reason}`,
  };
}

/** What a reader needs to weigh the bound: both sides' counts, the bound, and what could not have been seen. */
function sentenceOf(finding: Finding, masking: Masking): string {
  const { column, topic, observed, high, low = 0, rows, reference, limits = [], levels = [], detectable } = finding;
  const shows = masking.shows(column);
  const number = (value: number | undefined) => (shows && value !== undefined ? formatNumber(value) : "(masked)");
  const expected = `at most ${formatNumber(high)} expected`;
  const before = `${formatNumber(reference.value)} of ${formatNumber(reference.rows)} in the reference`;
  const power = detectable === undefined ? "" : `; a share of ${formatShare(detectable)} is found four times in five`;
  switch (topic) {
    case "missing":
      return `${column}: ${formatNumber(observed)} of ${formatCount(rows, "row")} missing, ${before}, ${expected}${power}`;
    case "range": {
      const range = shows ? `${number(limits[0])} to ${number(limits[1])}` : "the reference's range";
      return `${column}: ${formatNumber(observed)} of ${formatCount(rows, "value")} outside ${range}, ${expected}${power}`;
    }
    case "levels": {
      const named = levels.slice(0, mostNamed).map((level) => masking.cell(column, level));
      const more = levels.length > mostNamed ? ` and ${levels.length - mostNamed} more` : "";
      const which = levels.length === 0 ? "" : ` (${named.join(", ")}${more})`;
      return `${column}: ${formatNumber(observed)} of ${formatCount(rows, "value")} of levels that the reference lacks${which}, ${expected}${power}`;
    }
    case "mean":
      return `${column}: mean ${number(observed)}, from ${number(low)} to ${number(high)} expected`;
    case "shares": {
      const share = (count: number, of: number) => formatShare(of === 0 ? 0 : count / of);
      const at = `${share(observed, rows)} of the values are at most ${number(limits[0])}`;
      return `${column}: ${at}, ${share(reference.value, reference.rows)} in the reference, from ${share(low, rows)} to ${share(high, rows)} expected`;
    }
  }
}
