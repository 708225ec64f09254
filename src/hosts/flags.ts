import { parseArgs } from "node:util";
import type { z } from "zod";
import type { AnyCommand } from "../kernel/command.ts";
import { configurationError } from "../kernel/error.ts";
import { kebabCase, suggest } from "../kernel/naming.ts";
import { innerSchema, inputMeta } from "./decode.ts";
import type { GivenTexts } from "./resolve.ts";

type Offered = ReadonlyMap<string, string>;

/**
 * Flags → texts. A flag whose input is a list may be repeated, and takes the words that follow it, as a shell expands `--data data/*.csv`.
 * @throws TitleholderError TH_INPUT_UNKNOWN, TH_INPUT_SYNTAX, TH_INPUT_REPEATED (configuration)
 */
export function readFlags(command: AnyCommand, args: readonly string[]): GivenTexts {
  const offered = offeredFlags(command);
  const options = Object.fromEntries(
    [...offered].map(([name, type]) => [
      name,
      { type: type === "boolean" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const given = new Map<string, string>();
  const append = (name: string, text: string) => {
    const before = given.get(name);
    given.set(name, before === undefined ? text : `${before}\n${text}`);
  };
  let openList: string | undefined;
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (openList === undefined) throw standsAlone(token.value);
      append(openList, token.value);
    } else if (token.kind === "option" && token.name !== "json") {
      const { name, text } = readFlag(token, offered);
      const isList = offered.get(name) === "array";
      if (given.has(name) && !isList) {
        throw configurationError("TH_INPUT_REPEATED", `--${name} is written twice`, "write it once", { input: name });
      }
      append(name, text);
      openList = isList ? name : undefined;
    }
  }
  return given;
}

/** Flag name → the type of its input. */
function offeredFlags(command: AnyCommand): Offered {
  const shape = command.inputs.shape as Readonly<Record<string, z.ZodType>>;
  return new Map(
    Object.entries(shape)
      .filter(([, schema]) => inputMeta(schema).host !== "action")
      .map(([key, schema]) => [kebabCase(key), innerSchema(schema).def.type] as const),
  );
}

interface FlagToken {
  readonly name: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function readFlag(token: FlagToken, offered: Offered): { readonly name: string; readonly text: string } {
  const negated = token.name.startsWith("no-") && !offered.has(token.name);
  const name = negated ? token.name.slice(3) : token.name;
  const type = offered.get(name);
  if (type === undefined || (negated && type !== "boolean")) {
    const fix = suggest(token.name, [...offered.keys(), "json"]);
    throw configurationError("TH_INPUT_UNKNOWN", `there is no flag --${token.name}`, fix, { input: token.name });
  }
  const text = type === "boolean" ? (token.value ?? String(!negated)) : token.value;
  // What begins like a flag is the next one; a value like that is written after an equals sign.
  const isNextFlag = token.inlineValue === false && /^--[a-z]/.test(text ?? "");
  if (text === undefined || isNextFlag) {
    throw configurationError("TH_INPUT_SYNTAX", `--${name} has no value`, `write --${name} VALUE`, { input: name });
  }
  if (negated && token.value !== undefined) {
    const fix = `write --${name}=${token.value}`;
    throw configurationError("TH_INPUT_SYNTAX", `--no-${name} takes no value`, fix, { input: name });
  }
  return { name, text };
}

function standsAlone(word: string) {
  return configurationError("TH_INPUT_SYNTAX", `"${word}" stands alone`, "write values as --name value; see --help");
}
