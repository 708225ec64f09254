import { configurationError, type Place } from "./error.ts";

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3 };
const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Milliseconds. A timer of Node that is set for longer goes off at once. */
export const longestTimerMs = 2 ** 31 - 1;

/** Ten years: a moment that lies further off than calendars go cannot be written down. */
const longestMs = 3650 * 86400e3;

/** Milliseconds of `250ms`, `90s`, `30m`, `1h`, `7d`, up to ten years. @throws TH_DURATION (configuration). */
export function parseDuration(text: string, place: Place): number {
  const ms = parseQuantity(text, durationUnits, () =>
    configurationError(
      "TH_DURATION",
      `"${text}" is not a duration`,
      'write a number and a unit: "90s", "30m", "1h", "7d"',
      place,
    ),
  );
  if (ms <= longestMs) return ms;
  throw configurationError("TH_DURATION", `"${text}" is longer than ten years`, 'write at most "3650d"', place);
}

/** Bytes of `512MiB`, `16GB`, `100kB`, at least one. @throws TH_SIZE (configuration). */
export function parseSize(text: string, place: Place): number {
  const bytes = Math.round(
    parseQuantity(text, sizeUnits, () =>
      configurationError("TH_SIZE", `"${text}" is not a size`, 'write a number and a unit: "512MiB", "16GB"', place),
    ),
  );
  if (bytes >= 1 && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  const what = bytes < 1 ? "no room at all" : "more than any machine has";
  throw configurationError("TH_SIZE", `"${text}" is ${what}`, 'write a size such as "512MiB" or "16GB"', place);
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>, refuse: () => Error): number {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim());
  const unit = match?.[2] === undefined ? undefined : units[match[2]];
  const value = match?.[1] === undefined || unit === undefined ? Number.NaN : Number(match[1]) * unit;
  if (!Number.isFinite(value)) throw refuse();
  return value;
}

/** `1.5 s`, `2 min 3 s`, `1 h 5 min`, `3 d 4 h`: for a person. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1e3).toFixed(1)} s`;
  // Rounded once, so that no 60 stands beside a larger unit.
  const inParts = (unitMs: number, per: number) => {
    const total = Math.round(ms / unitMs);
    return [Math.floor(total / per), total % per] as const;
  };
  const [minutes, seconds] = inParts(1e3, 60);
  if (minutes < 60) return `${minutes} min ${seconds} s`;
  const [hours, restMinutes] = inParts(60e3, 60);
  if (hours < 48) return `${hours} h ${restMinutes} min`;
  const [days, restHours] = inParts(3600e3, 24);
  return restHours === 0 ? `${days} d` : `${days} d ${restHours} h`;
}

/** `3.4 MB`: for a person; decimal units. */
export function formatSize(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
