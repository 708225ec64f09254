import type { z } from "zod";
import { baseInputs } from "../commands/shared.ts";
import { commands } from "../generated/commands.ts";
import type { AnyCommand } from "../kernel/command.ts";
import { kebabCase } from "../kernel/naming.ts";
import { innerSchema, inputMeta } from "./decode.ts";

const defaultColumns = 100;

/** `titleholder --help`. */
export function overviewHelp(columns = defaultColumns): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) =>
    hanging(`  ${name.padEnd(width)}  `, summary, columns),
  );
  return [
    "titleholder - decides whether data, code or a model may go on, and carries it out.",
    "",
    "Usage: titleholder COMMAND [--flag value]...",
    "       titleholder COMMAND --help",
    "",
    "Commands, in the order of a pipeline:",
    ...lines,
    "",
    "Everything that a flag says may stand in titleholder.yaml instead; a flag wins.",
    "Exit codes: 0 goes on (pass, warn), 1 does not (fail, inconclusive), 2 something for you to mend,",
    "            3 a service did not answer, 70 a bug. TITLEHOLDER_DEBUG=1 prints more.",
    "",
  ].join("\n");
}

/** `titleholder COMMAND --help`, from the command's schema alone. */
export function commandHelp(command: AnyCommand, columns = defaultColumns): string {
  const shape = command.inputs.shape as Readonly<Record<string, z.ZodType>>;
  const flags = Object.entries(shape).filter(([, schema]) => inputMeta(schema).host !== "action");
  const required = flags.filter(([, schema]) => isRequired(schema)).map(([key, schema]) => `${flagText(key, schema)} `);
  const outputs = Object.entries(command.outputs.shape as Readonly<Record<string, z.ZodType>>);
  return [
    `titleholder ${command.name} - ${command.summary}`,
    "",
    ...command.description.split("\n").map((line) => hanging("", line, columns)),
    "",
    `Usage: titleholder ${command.name} ${required.join("")}[--flag value]... [--json]`,
    "",
    "Flags:",
    ...flags.filter(([key]) => !(key in baseInputs)).flatMap(([key, schema]) => flagLines(key, schema, columns)),
    "",
    "Flags that every command has:",
    ...flags.filter(([key]) => key in baseInputs).flatMap(([key, schema]) => flagLines(key, schema, columns)),
    "  --json",
    hanging("      ", "Print the outcome and the whole report as one line of JSON.", columns),
    "",
    "Outputs (in --json; in a workflow as steps.ID.outputs.NAME):",
    ...outputs.map(([key, schema]) => hanging(`  ${kebabCase(key)}: `, inputMeta(schema).description ?? "", columns)),
    "",
  ].join("\n");
}

function flagLines(key: string, schema: z.ZodType, columns: number): readonly string[] {
  const text = `${inputMeta(schema).description ?? ""}${noteText(schema)}`;
  return [`  ${flagText(key, schema)}`, hanging("      ", text, columns)];
}

/** Whether the input must be written somewhere: neither optional nor with a default. */
export function isRequired(schema: z.ZodType): boolean {
  return !["optional", "default"].includes(schema.def.type);
}

function flagText(key: string, schema: z.ZodType): string {
  const inner = innerSchema(schema);
  const name = `--${kebabCase(key)}`;
  switch (inner.def.type) {
    case "boolean":
      return (schema.def as { defaultValue?: unknown }).defaultValue === true ? `--no-${kebabCase(key)}` : name;
    case "enum":
      return `${name} ${(inner as z.ZodEnum).options.join("|")}`;
    case "number":
      return `${name} NUMBER`;
    case "array":
      return isPlainList(inner) ? `${name} VALUE...` : `${name} YAML`;
    case "record":
    case "object":
      return `${name} YAML`;
    default:
      return `${name} ${inputMeta(schema).kind === "path" ? "PATH" : "TEXT"}`;
  }
}

/** A list of texts may be written word by word; one of mappings is YAML. */
function isPlainList(list: z.ZodType): boolean {
  const element = innerSchema((list.def as unknown as { element: z.ZodType }).element);
  return element.def.type === "string" || element.def.type === "enum";
}

function noteText(schema: z.ZodType): string {
  const meta = inputMeta(schema);
  const fallback = (schema.def as { defaultValue?: unknown }).defaultValue;
  const notes: string[] = [];
  if (isRequired(schema)) notes.push("Required.");
  if (fallback !== undefined && fallback !== false && plain(fallback) !== "" && plain(fallback) !== "{}")
    notes.push(`Default: ${plain(fallback)}.`);
  if (meta.example !== undefined) notes.push(`Example: ${meta.example}.`);
  return notes.length === 0 ? "" : ` ${notes.join(" ")}`;
}

function plain(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Text wrapped to the width, its further lines indented below the first. */
function hanging(lead: string, text: string, columns: number): string {
  const width = Math.max(40, Math.min(columns, 120));
  const lines: string[] = [];
  let line = lead;
  let isEmpty = true;
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ".repeat(lead.length);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}
