import { describePlace } from "../kernel/error.ts";
import type { Logger } from "../kernel/logger.ts";
import { formatDuration } from "../kernel/quantity.ts";

export interface Terminal {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly now: () => Date;
  readonly debug: boolean;
}

const lineEveryMs = 10_000;
const redrawEveryMs = 100;

/** Plain lines; on a terminal, the running task's bar stays on the last line. */
export function textLogger(terminal: Terminal): Logger & { done(): void } {
  let bar = "";
  let drawn = 0;
  const begun = new Map<string, number>();
  const clear = () => {
    if (bar !== "") terminal.write("\r\x1b[2K");
  };
  const line = (text: string) => {
    clear();
    terminal.write(`${text}\n`);
    if (bar !== "") terminal.write(bar);
  };
  const progress: Logger["progress"] = (task, done, total) => {
    const now = terminal.now().getTime();
    const start = begun.get(task) ?? now;
    const isFirst = !begun.has(task);
    begun.set(task, start);
    const isLast = total !== undefined && done >= total;
    const every = terminal.isTerminal ? redrawEveryMs : lineEveryMs;
    if (isLast) begun.delete(task);
    if (!terminal.isTerminal && isFirst) {
      drawn = now;
      return;
    }
    if (now - drawn < every && !isLast) return;
    // A short task leaves no line in a log, and no bar on a terminal.
    if (!terminal.isTerminal && isLast && now - start < lineEveryMs) return;
    drawn = now;
    if (!terminal.isTerminal) return line(progressText(task, done, total, now - start));
    clear();
    bar = isLast ? "" : progressBar(task, done, total, now - start, terminal.columns);
    if (bar !== "") terminal.write(bar);
  };
  return {
    debug: (text) => (terminal.debug ? line(`debug: ${text}`) : undefined),
    info: line,
    warn: (text, place) => line(`warning: ${text}${place === undefined ? "" : ` (${describePlace(place)})`}`),
    progress,
    group: async (title, body) => {
      line(title);
      return body();
    },
    done: () => {
      clear();
      bar = "";
    },
  };
}

function progressText(task: string, done: number, total: number | undefined, elapsed: number): string {
  const share =
    total === undefined || total <= 0
      ? ""
      : ` of ${total.toLocaleString("en-US")} (${Math.floor((100 * done) / total)}%)`;
  return `${task}: ${done.toLocaleString("en-US")}${share} after ${formatDuration(elapsed)}`;
}

function progressBar(task: string, done: number, total: number | undefined, elapsed: number, columns: number): string {
  const text = progressText(task, done, total, elapsed);
  if (total === undefined || total <= 0) return text.slice(0, columns - 1);
  const width = Math.max(0, Math.min(30, columns - text.length - 4));
  const filled = Math.round((width * Math.min(done, total)) / total);
  return `[${"#".repeat(filled)}${".".repeat(width - filled)}] ${text}`.slice(0, columns - 1);
}
