/** An ISO 8601 date or time; of the zone's clocks where it names no offset, in UTC without a zone. */
export function parseTime(value: string, zone?: string): Date | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(value);
  if (match === null) return undefined;
  const date = new Date(`${match[1]}T${match[2] ?? "00:00"}${match[3] ?? "Z"}`);
  const sameDay = new Date(`${match[1]}T00:00Z`);
  if (Number.isNaN(date.getTime()) || sameDay.toISOString().slice(0, 10) !== match[1]) return undefined;
  return zone === undefined || match[3] !== undefined ? date : ofClocks(date, zone);
}

/** Whether a text is the name of a time zone. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether a zone's clocks always show UTC. */
export function isUtc(zone: string): boolean {
  return /^((Etc\/)?(UTC|GMT|UCT|Universal|Zulu)|Etc\/GMT[+-]?0)$/i.test(zone);
}

/** The instant at which the zone's clocks show what the date shows in UTC; of two, the one by the offset that goes before. */
function ofClocks(shown: Date, zone: string): Date {
  const first = shown.getTime() - offsetAt(shown.getTime(), zone);
  return new Date(shown.getTime() - offsetAt(first, zone));
}

/** Milliseconds by which the zone's clocks are ahead of UTC at an instant. */
function offsetAt(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(new Date(instant));
  const part = (type: string) => Number(parts.find((item) => item.type === type)?.value);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - Math.floor(instant / 1000) * 1000;
}
