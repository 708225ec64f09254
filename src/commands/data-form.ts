import { z } from "zod";
import { encodings, type TextForm } from "../dataset/dataset.ts";
import { configurationError } from "../kernel/error.ts";
import { input } from "./shared.ts";

/** Inputs of the commands that read text files: what such files cannot tell themselves. */
export const dataFormInputs = {
  encoding: input(z.enum(encodings).default("auto"), {
    description:
      "Encoding of CSV and JSON files. `auto` knows byte order marks and UTF-16, and else takes UTF-8: bytes that are not UTF-8 are a fault, never a guess.",
  }),
  delimiter: input(
    z
      .string()
      .regex(/^(auto|tab|[\t !#-/:-@[-`{-~])$/)
      .default("auto"),
    {
      description:
        "What parts the cells of CSV files: one ASCII character that is no letter, digit or double quote, or `tab`. `auto` tells comma, tab, semicolon and bar from the first row and the contract's names.",
    },
  ),
  quote: input(
    z
      .string()
      .regex(/^[!-/:-@[-`{-~]$/)
      .default('"'),
    {
      description: "What encloses cells of CSV files that hold delimiters or line ends.",
    },
  ),
  escape: input(
    z
      .string()
      .regex(/^[!-/:-@[-`{-~]$/)
      .optional(),
    {
      description:
        "What goes before a quote inside quotes of CSV files, such as a backslash. The quote itself when absent.",
    },
  ),
  header: input(z.boolean().default(true), {
    description: "Whether the first row of CSV files names the columns. If not, they are the contract's, in its order.",
  }),
  skipLines: input(z.number().int().min(0).max(1000).default(0), {
    description: "How many lines before the header of CSV files are no data.",
  }),
} as const;

type Given = z.output<z.ZodObject<typeof dataFormInputs>>;

/**
 * What the inputs say of text files.
 * @param names of the contract's columns, in its order
 * @throws TH_INPUT_INVALID (configuration) for marks that cannot be told apart.
 */
export function textForm(given: Given, names: readonly string[]): TextForm {
  const { encoding, quote, escape: mark, skipLines } = given;
  const delimiter = given.delimiter === "tab" ? "\t" : given.delimiter;
  if (delimiter === quote || delimiter === mark)
    throw configurationError(
      "TH_INPUT_INVALID",
      `"${delimiter}" cannot both part cells and stand inside them`,
      "choose another",
      {
        input: delimiter === quote ? "quote" : "escape",
      },
    );
  return {
    encoding,
    ...(delimiter === "auto" ? {} : { delimiter }),
    quote,
    ...(mark === undefined ? {} : { escape: mark }),
    skipLines,
    ...(given.header ? {} : { names }),
  };
}
