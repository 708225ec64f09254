import { describe, expect, test } from "vitest";
import { z } from "zod";
import { input } from "../../src/commands/shared.ts";
import { readFlags } from "../../src/hosts/flags.ts";
import type { AnyCommand } from "../../src/kernel/command.ts";
import { TitleholderError } from "../../src/kernel/error.ts";

const command = {
  name: "weigh",
  summary: "Weighs.",
  description: "Weighs.",
  inputs: z.strictObject({
    data: input(z.array(z.string()).default([]), { description: "Data." }),
    modelPath: input(z.string(), { description: "Path." }),
    margin: input(z.number().optional(), { description: "Margin." }),
    dryRun: input(z.boolean().default(false), { description: "Dry run." }),
    uploadReport: input(z.boolean().default(true), { description: "Upload.", host: "action" }),
  }),
  outputs: z.strictObject({}),
  details: z.null(),
  run: () => Promise.reject(new Error("not run here")),
} satisfies AnyCommand;

const flags = (...args: string[]) => Object.fromEntries(readFlags(command, args));

function refusal(...args: string[]): TitleholderError {
  try {
    readFlags(command, args);
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
  throw new Error("accepted");
}

describe("flags", () => {
  test("carry a value after a space or an equals sign", () => {
    expect(flags("--model-path", "m.onnx", "--margin=0.5")).toEqual({ "model-path": "m.onnx", margin: "0.5" });
    expect(flags("--margin", "-0.5")).toEqual({ margin: "-0.5" });
    expect(flags("--model-path=--odd", "--margin=")).toEqual({ "model-path": "--odd", margin: "" });
  });

  test("of a boolean stand alone, negated, or say true or false", () => {
    expect(flags("--dry-run")).toEqual({ "dry-run": "true" });
    expect(flags("--no-dry-run")).toEqual({ "dry-run": "false" });
    expect(flags("--dry-run=false")).toEqual({ "dry-run": "false" });
    expect(flags("--dry-run=maybe")).toEqual({ "dry-run": "maybe" });
  });

  test("of a list may be repeated", () => {
    expect(flags("--data", "a", "--data", "b c")).toEqual({ data: "a\nb c" });
  });

  test("--json belongs to the program", () => {
    expect(flags("--json", "--margin", "1")).toEqual({ margin: "1" });
  });
});

describe("what is refused", () => {
  test.each([
    [["--modle-path", "x"], "TH_INPUT_UNKNOWN", 'did you mean "model-path"?'],
    [["--modelPath", "x"], "TH_INPUT_UNKNOWN", 'did you mean "model-path"?'],
    [["-x"], "TH_INPUT_UNKNOWN", "write one of"],
    [["--upload-report"], "TH_INPUT_UNKNOWN", "write one of"],
    [["--no-margin"], "TH_INPUT_UNKNOWN", ""],
    [["--constructor"], "TH_INPUT_UNKNOWN", ""],
    [["--margin"], "TH_INPUT_SYNTAX", "write --margin VALUE"],
    [["--model-path", "--dry-run"], "TH_INPUT_SYNTAX", "write --model-path VALUE"],
    [["--no-dry-run=true"], "TH_INPUT_SYNTAX", "write --dry-run=true"],
    [["--dry-run", "false"], "TH_INPUT_SYNTAX", "--name value"],
    [["m.onnx"], "TH_INPUT_SYNTAX", "--name value"],
    [["--", "--margin"], "TH_INPUT_SYNTAX", "--name value"],
    [["--margin", "1", "--margin", "2"], "TH_INPUT_REPEATED", "write it once"],
    [["--dry-run", "--no-dry-run"], "TH_INPUT_REPEATED", "write it once"],
  ])("%j", (args, code, fix) => {
    const error = refusal(...args);
    expect(error.code).toBe(code);
    expect(error.kind).toBe("configuration");
    expect(error.fix).toContain(fix);
  });
});
