import type { Place } from "./error.ts";

export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  /** Something a person should read; an annotation where the host has them. */
  warn(text: string, place?: Place): void;
  /** One task's progress; the host draws a bar, or a line at most every 10 s where there is no terminal. */
  progress(task: string, done: number, total?: number): void;
  group<T>(title: string, body: () => Promise<T>): Promise<T>;
}
