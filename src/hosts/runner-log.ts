import type { Logger } from "../kernel/logger.ts";
import { textLogger } from "./loggers.ts";
import { type AnnotationProperties, inert, workflowCommand } from "./workflow-commands.ts";

/** The log of a workflow's step: plain lines that the runner never obeys, and our own commands to it. */
export interface RunnerLog extends Logger {
  error(text: string, properties?: AnnotationProperties): void;
  warning(text: string, properties?: AnnotationProperties): void;
  /** From here on the runner prints `***` instead. */
  mask(secret: string): void;
}

export function runnerLog(write: (text: string) => void, now: () => Date): RunnerLog {
  const issue = (name: string, text: string, properties: AnnotationProperties = {}) =>
    write(`${workflowCommand(name, text, properties)}\n`);
  const { info, progress } = textLogger({
    write: (text) => write(inert(text)),
    isTerminal: false,
    columns: 120,
    now,
    debug: false,
  });
  return {
    info,
    progress,
    debug: (text) => issue("debug", text),
    error: (text, properties) => issue("error", text, properties),
    warning: (text, properties) => issue("warning", text, properties),
    warn: (text, place = {}) =>
      issue("warning", text, {
        ...(place.file === undefined ? {} : { file: place.file }),
        ...(place.line === undefined ? {} : { line: place.line }),
        ...(place.column === undefined ? {} : { col: place.column }),
      }),
    mask: (secret) => issue("add-mask", secret),
    group: async (title, body) => {
      issue("group", title);
      try {
        return await body();
      } finally {
        issue("endgroup", "");
      }
    },
  };
}
