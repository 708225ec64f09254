import type { Check } from "../kernel/command.ts";
import { formatInterval, formatSigned } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import { niceScale, type Scale } from "./scale.ts";

const width = 168;
const middle = 9;
const inset = 6;

/**
 * One axis for each method among the checks that have an effect with an interval, so that bars below each other compare.
 * Zero is always on it. `from` and `to`: the coordinates of its ends.
 */
export function forestScales(checks: readonly Check[], from = inset, to = width - inset): ReadonlyMap<string, Scale> {
  const ends = new Map<string, number[]>();
  for (const check of checks) {
    if (check.interval === undefined) continue;
    const values = [...check.interval, check.effect, check.limit, 0].filter(
      (value): value is number => typeof value === "number" && Number.isFinite(value),
    );
    ends.set(axisOf(check), [...(ends.get(axisOf(check)) ?? []), ...values]);
  }
  return new Map(
    [...ends].map(([axis, values]) => [axis, niceScale(Math.min(...values), Math.max(...values), from, to, 3)]),
  );
}

function axisOf(check: Check): string {
  return check.method ?? "";
}

/**
 * The effect as a point on its interval, with a line at zero; an arrow where an end is open. Nothing when there is no
 * interval.
 */
export function renderForestBar(check: Check, scales: ReadonlyMap<string, Scale>): Markup {
  const scale = scales.get(axisOf(check));
  if (check.interval === undefined || scale === undefined) return html``;
  const [low, high] = check.interval;
  const from = low === null ? 0 : scale.at(low);
  const to = high === null ? width : scale.at(high);
  const point = check.effect === undefined ? undefined : scale.at(check.effect);
  const effect = check.effect === undefined ? "" : `${formatSigned(check.effect)} `;
  const limit = check.limit === undefined ? "" : `, to lie beyond ${formatSigned(check.limit)}`;
  const said = `${effect}${formatInterval(check.interval)}${limit}, axis from ${formatSigned(scale.low)} to ${formatSigned(scale.high)}`;
  const zero = coordinate(scale.at(0));
  return html`
<svg class="forest ${check.verdict}" viewBox="0 0 ${width} 18" role="img" aria-label="${said}"><title>${said}</title>
<line class="zero" x1="${zero}" x2="${zero}" y1="0" y2="18"/>
${limitLine(check, scale)}<line class="interval" x1="${coordinate(from)}" x2="${coordinate(to)}" y1="${middle}" y2="${middle}"/>
${low === null ? arrow(0, 5) : cap(from)}${high === null ? arrow(width, width - 5) : cap(to)}
${point === undefined ? undefined : html`<rect class="point" x="${coordinate(point - 4)}" y="${middle - 4}" width="8" height="8"/>`}</svg>`;
}

function limitLine({ limit }: Check, scale: Scale): Markup {
  if (limit === undefined) return html``;
  const x = coordinate(scale.at(limit));
  return html`<line class="limit" x1="${x}" x2="${x}" y1="1" y2="17"/>
`;
}

/** Places of a bar of characters. */
const places = 25;

export function forestTextScales(checks: readonly Check[]): ReadonlyMap<string, Scale> {
  return forestScales(checks, 1, places - 2);
}

/** The same bar as characters of equal width: `  ├───┊●──┤  `. */
export function forestText(check: Check, scales: ReadonlyMap<string, Scale>): string {
  const scale = scales.get(axisOf(check));
  if (check.interval === undefined || scale === undefined) return "";
  const [low, high] = check.interval;
  const from = low === null ? 0 : Math.round(scale.at(low));
  const to = high === null ? places - 1 : Math.round(scale.at(high));
  const bar: string[] = Array.from({ length: places }, (_, place) => (place >= from && place <= to ? "─" : " "));
  bar[from] = low === null ? "◄" : "├";
  bar[to] = high === null ? "►" : "┤";
  bar[Math.round(scale.at(0))] = "┊";
  if (check.limit !== undefined) bar[Math.round(scale.at(check.limit))] = "┃";
  if (check.effect !== undefined) bar[Math.round(scale.at(check.effect))] = "●";
  return bar.join("");
}

function cap(x: number): Markup {
  return html`<line class="interval" x1="${coordinate(x)}" x2="${coordinate(x)}" y1="${middle - 4}" y2="${middle + 4}"/>`;
}

function arrow(tip: number, back: number): Markup {
  return html`<path class="interval" d="M${back} ${middle - 4}L${tip} ${middle}L${back} ${middle + 4}"/>`;
}

function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}
