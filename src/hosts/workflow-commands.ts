/** Where an annotation points, by the names of the runner's protocol. */
export interface AnnotationProperties {
  readonly title?: string;
  readonly file?: string;
  readonly line?: number;
  readonly col?: number;
}

/** A command to the runner, as a line of output without its end: `::error file=a.csv,line=3::message`. */
export function workflowCommand(name: string, message: string, properties: AnnotationProperties = {}): string {
  const list = Object.entries(properties)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => `${key}=${escapeData(String(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")}`);
  return `::${name}${list.length === 0 ? "" : ` ${list.join(",")}`}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/**
 * Text that a runner prints and never obeys. It takes a line for a command when the line begins with `::` after white space, or holds `##[`
 * anywhere (actions/runner, ActionCommand.cs); the code whose log this is could else set the step's outputs, mask its findings or add
 * problem matchers. What was written stays readable.
 */
export function inert(text: string): string {
  return text.replace(/(^|[\r\n])(?=[\s\u0085]*::)/g, "$1| ").replaceAll("##[", "## [");
}
