import type { Series } from "../kernel/command.ts";
import { absent, formatNumber, formatValue, shortened } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import { niceScale, type Scale } from "./scale.ts";

const width = 440;
const right = 10;
const top = 8;
const plotHeight = 168;
const characterWidth = 6.2;
/** Between slanted labels. */
const labelSpacing = 16;
/** Rows of the table below a chart. */
const numberLimit = 500;
/** Lines of more points than this are drawn without dots. */
const dotLimit = 40;
/** Colours besides the quiet one; more lines than that share them and are told apart by their dashes. */
const hues = 5;
/** What others are compared with is drawn in the quiet colour. */
const background = new Set([
  "reference",
  "champion",
  "baseline",
  "stable",
  "as predicted",
  "share of positives",
  "at least",
  "at most",
]);

interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly hue: string;
}

interface Frame {
  readonly left: number;
  readonly y: Scale;
}

/** A figure with legend, an SVG chart that names its parts, and the numbers as a table. `id` is unique on the page. */
export function renderChart(series: Series, id: string): Markup {
  const lines = colour(series);
  const values = lines.flatMap((line) => line.values.filter(finite));
  return html`<figure>
<figcaption>${series.title}</figcaption>
${legend(lines)}
${values.length === 0 ? html`<p class="quiet">No values to draw.</p>` : draw(series, lines, values, id)}
${numbers(series, lines)}
</figure>
`;
}

function finite(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function colour(series: Series): readonly Line[] {
  let next = 0;
  return Object.entries(series.lines).map(([name, values]) => ({
    name,
    values,
    hue: background.has(name) ? "hue0" : `hue${1 + (next++ % hues)}`,
  }));
}

function legend(lines: readonly Line[]): Markup {
  const items = lines.map(
    ({ name, hue }) => html`<li><svg class="key ${hue}" viewBox="0 0 12 12" aria-hidden="true">
<rect width="12" height="12" rx="2"/></svg>${name}</li>
`,
  );
  return html`<ul class="legend">${items}</ul>`;
}

function draw(series: Series, lines: readonly Line[], values: readonly number[], id: string): Markup {
  const bars = series.form === "bars";
  const low = Math.min(...values);
  const high = Math.max(...values);
  const close = bars || (low >= 0 && low < (high - low) / 2);
  const y = niceScale(close ? Math.min(0, low) : low, close ? Math.max(0, high) : high, top + plotHeight, top, 4);
  const left = 14 + Math.max(...y.ticks.map((tick) => formatNumber(tick).length)) * characterWidth;
  const frame: Frame = { left, y };
  const x =
    bars || series.x.some((value) => typeof value === "string") ? bandAxis(series, frame) : valueAxis(series, frame);
  const marks = bars ? drawBars(series, lines, frame, x) : drawLines(series, lines, frame, x);
  const height = top + plotHeight + x.depth;
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${series.title}</title><desc id="${id}-d">${describe(series, lines)}</desc>
${gridLines(frame)}${marks}${x.axis}
</svg>`;
}

function describe(series: Series, lines: readonly Line[]): string {
  const kind = series.form === "bars" ? "Bar chart" : "Line chart";
  const names = lines.map(({ name }) => name).join(", ");
  return `${kind} of ${names} over ${series.x.length} values; the numbers are in the table below it.`;
}

function gridLines({ left, y }: Frame): Markup {
  const [from, to] = [coordinate(left), width - right];
  const lines = y.ticks.map((tick) => {
    const at = coordinate(y.at(tick));
    return html`<line class="${tick === 0 ? "zero" : "rule"}" x1="${from}" x2="${to}" y1="${at}" y2="${at}"/>
<text x="${coordinate(left - 6)}" y="${at}" dy="0.32em" text-anchor="end">${formatNumber(tick)}</text>
`;
  });
  return html`<g class="grid">${lines}</g>`;
}

/** Where the n-th value of x stands, how wide its place is, and the axis with its labels below the plot. */
interface Axis {
  readonly at: (index: number) => number;
  readonly band: number;
  readonly axis: Markup;
  readonly depth: number;
}

function valueAxis(series: Series, { left }: Frame): Axis {
  const numbers = series.x.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  const scale = niceScale(Math.min(...numbers), Math.max(...numbers), left + 4, width - right - 4);
  const bottom = top + plotHeight;
  const labels = scale.ticks.map((tick) => {
    const at = coordinate(scale.at(tick));
    return html`<line class="tick" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 4}"/>
<text x="${at}" y="${bottom + 16}" text-anchor="middle">${formatNumber(tick)}</text>
`;
  });
  return {
    at: (index) => scale.at(Number(series.x[index])),
    band: 0,
    axis: html`<g class="axis">${labels}</g>`,
    depth: 24,
  };
}

function bandAxis(series: Series, { left }: Frame): Axis {
  const band = (width - right - left) / Math.max(1, series.x.length);
  const at = (index: number) => left + band * (index + 0.5);
  const texts = series.x.map((value) => shortened(formatValue(value), 16));
  const longest = Math.max(...texts.map((text) => text.length)) * characterWidth;
  const level = longest + 4 <= band;
  const every = level ? 1 : Math.max(1, Math.ceil(labelSpacing / band));
  const bottom = top + plotHeight;
  const labels = texts.map((text, index) => {
    if (index % every !== 0) return html``;
    const x = coordinate(at(index));
    if (level) return html`<text x="${x}" y="${bottom + 16}" text-anchor="middle">${text}</text>`;
    return html`<text x="${x}" y="${bottom + 10}" text-anchor="end" transform="rotate(-40 ${x} ${bottom + 10})">${text}</text>`;
  });
  const depth = level ? 24 : 16 + longest * Math.sin((40 * Math.PI) / 180);
  return { at, band, axis: html`<g class="axis">${labels}</g>`, depth: Math.ceil(depth) };
}

function drawBars(series: Series, lines: readonly Line[], { y }: Frame, x: Axis): readonly Markup[] {
  const group = Math.max(1, x.band * 0.82);
  const bar = group / lines.length;
  const thickness = coordinate(Math.max(0.6, bar - (bar > 4 ? 1 : 0)));
  return lines.map(({ name, values, hue }, line) => {
    const rects = values.map((value, index) => {
      if (!finite(value)) return html``;
      const from = coordinate(x.at(index) - group / 2 + bar * line);
      const [zero, end] = [y.at(0), y.at(value)];
      const [top, height] = [coordinate(Math.min(zero, end)), coordinate(Math.abs(zero - end))];
      return html`<rect x="${from}" y="${top}" width="${thickness}" height="${height}">${pointTitle(name, series.x[index], value)}</rect>
`;
    });
    return html`<g class="${hue}">${rects}</g>`;
  });
}

function drawLines(series: Series, lines: readonly Line[], { y }: Frame, x: Axis): readonly Markup[] {
  const dotted = series.x.length <= dotLimit;
  return lines.map(({ name, values, hue }, line) => {
    const dots = values.map((value, index) => {
      if (!dotted || !finite(value)) return html``;
      const [cx, cy] = [coordinate(x.at(index)), coordinate(y.at(value))];
      return html`<circle cx="${cx}" cy="${cy}" r="2.6">${pointTitle(name, series.x[index], value)}</circle>
`;
    });
    return html`<g class="${hue}"><path class="line dash${line % 4}" d="${path(values, x, y)}"/>${dots}</g>`;
  });
}

/** A gap in the values is a gap in the line. */
function path(values: readonly (number | null)[], x: Axis, y: Scale): string {
  let drawing = false;
  const steps: string[] = [];
  for (const [index, value] of values.entries()) {
    if (finite(value) && Number.isFinite(x.at(index))) {
      steps.push(`${drawing ? "L" : "M"}${coordinate(x.at(index))} ${coordinate(y.at(value))}`);
      drawing = true;
    } else drawing = false;
  }
  return steps.join("");
}

/** What a pointer that rests on a bar or dot is told. */
function pointTitle(name: string, x: number | string | undefined, value: number): Markup {
  return html`<title>${name}, ${formatValue(x)}: ${formatNumber(value)}</title>`;
}

function numbers(series: Series, lines: readonly Line[]): Markup {
  const titles = lines.map(({ name }) => html`<th scope="col" class="number">${name}</th>`);
  const left = Math.max(0, series.x.length - numberLimit);
  const rows = series.x.slice(0, numberLimit).map((value, index) => {
    const cells = lines.map(({ values }) => {
      const number = values[index];
      return html`<td class="number">${finite(number) ? formatNumber(number) : absent}</td>`;
    });
    return html`<tr><th scope="row">${formatValue(value)}</th>${cells}</tr>
`;
  });
  return html`<details><summary>Numbers</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Numbers of ${series.title}"><table>
<thead><tr><td></td>${titles}</tr></thead>
<tbody>
${rows}</tbody></table></div>${left === 0 ? undefined : html`<p class="quiet small">${formatNumber(left)} more are in report.json.</p>`}</details>`;
}

function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}
