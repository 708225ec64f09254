import { z } from "zod";
import { encodings, type TextForm } from "../dataset/dataset.ts";
import { input } from "./shared.ts";

/** Inputs of the commands that read text files: what such files cannot tell themselves. */
export const dataFormInputs = {
  encoding: input(z.enum(encodings).default("auto"), {
    description:
      "Encoding of CSV and JSON files. `auto` knows byte order marks and UTF-16, and else takes UTF-8: bytes that are not UTF-8 are a fault, never a guess.",
  }),
} as const;

/** What the inputs say of text files. */
export function textForm(given: Required<TextForm>): TextForm {
  return { encoding: given.encoding };
}
