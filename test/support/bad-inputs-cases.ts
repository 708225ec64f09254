import type { z } from "zod";
import { baseInputs } from "../../src/commands/shared.ts";
import { innerSchema, inputMeta } from "../../src/hosts/decode.ts";
import type { AnyCommand, InputMeta } from "../../src/kernel/command.ts";
import { kebabCase } from "../../src/kernel/naming.ts";
import { type Attempt, complaints, type Texts } from "./bad-inputs.ts";
import { commonUses, type Invocation, type PathUse } from "./bad-inputs-invocations.ts";

/** One way to write an input wrongly. */
export interface Mutation {
  readonly what: string;
  /** What the step or command line says; undefined leaves the input out. */
  readonly text?: string | undefined;
  /** What titleholder.yaml says after `name: `, in place of the text. */
  readonly yaml?: string;
  /** False where some meaning may be found in it: then a verdict is as good as an error. */
  readonly mustRefuse: boolean;
  /** What a person reads has to hold this. */
  readonly shows?: string;
}

export interface InputFacts {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly meta: InputMeta;
  readonly isRequired: boolean;
  readonly use: PathUse | undefined;
  /** The run that it is written wrongly in. */
  readonly given: Texts;
  /** Every command has it, and the hosts alone look at it. */
  readonly isCommon: boolean;
  /** Whatever is not refused at once takes long. */
  readonly isSlow: boolean;
  /** Any text will do, and would be carried out. */
  readonly isFree: boolean;
}

export function inputsOf(command: AnyCommand, invocation: Invocation): readonly InputFacts[] {
  return Object.entries(command.inputs.shape as Readonly<Record<string, z.ZodType>>).map(([key, schema]) => {
    const name = kebabCase(key);
    const meta = inputMeta(schema);
    const isPath = meta.kind !== undefined;
    const use = invocation.uses[name] ?? commonUses[name] ?? (isPath ? "read" : undefined);
    return {
      name,
      schema,
      meta,
      isRequired: !schema.safeParse(undefined).success,
      use,
      given: {
        ...(invocation.slow?.includes(name) === false ? (invocation.quick ?? invocation.given) : invocation.given),
        ...invocation.beside?.[name],
      },
      isSlow: invocation.slow?.includes(name) === true,
      isFree: invocation.free?.includes(name) === true,
      isCommon: Object.hasOwn(baseInputs, key),
    };
  });
}

/** Every way to write this input wrongly on the step or the command line. */
export function textMutations(input: InputFacts): readonly Mutation[] {
  const absent = input.isRequired ? ["missing", "empty", "blank"] : [];
  const blank: Readonly<Record<string, string | undefined>> = { missing: undefined, empty: "", blank: " \n " };
  return [
    ...absent.map((what) => ({ what, text: blank[what], mustRefuse: true, shows: input.name })),
    ...typeMutations(input),
    ...(input.use === undefined ? [] : pathMutations(input, input.use)),
    ...anyTexts
      // As paths most are no more than odd names, and a slash would have everything on the disk read.
      .filter(([what]) => (input.use === undefined && !input.isSlow) || oddTexts.includes(what))
      .map(([what, text]) => ({ what, text, mustRefuse: false })),
  ].filter(({ mustRefuse }) => mustRefuse || !input.isFree);
}

const oddTexts = ["very long", "a control character", "another scheme", "a registry without a name"];
/** Like an empty text, of which one try will do where the input may be absent: a whole run comes of it. */
const absentValues = ["nothing", "null", "a blank text"];
const oddValues = ["a text", "a list of texts", "a mapping", "an escape sequence", "a very long text"];

const anyTexts: readonly (readonly [string, string])[] = [
  ["very long", "x".repeat(100_000)],
  ["many lines", "line\n".repeat(500)],
  ["a control character", "a\u001b[31mred\u0007"],
  ["a line break and a workflow command", "a\n::error::b"],
  ["text that runs from right to left", "a\u202egpj.exe"],
  ["an emoji cut in half", "a\ud83d"],
  ["another scheme", "nosuch:thing"],
  ["a registry without a name", "registry:"],
  ["a template", `$\{{ github.token }}`],
  ["a prototype's name", "__proto__"],
  ["a constructor", "constructor"],
  ["a quantity without a number", "s"],
  ["a negative quantity", "-5m"],
  ["a huge quantity", "999999999999d"],
  ["a quantity of nothing", "0s"],
  ["a dot", "."],
  ["two dots", ".."],
  ["a slash", "/"],
  ["a null", "null"],
  ["a tag", "!!js/function x"],
  ["an alias of YAML", "*nothing"],
  ["deep nesting", `${"[".repeat(20_000)}${"]".repeat(20_000)}`],
];

function typeMutations({ schema, name }: InputFacts): readonly Mutation[] {
  const inner = innerSchema(schema);
  const refused = (texts: readonly string[]) =>
    texts.map((text) => ({ what: `"${text}"`, text, mustRefuse: true }) satisfies Mutation);
  switch (inner.def.type) {
    case "boolean":
      return refused(["yes", "TRUE", "True", "1", "on", "[true]", "tru"]);
    case "number": {
      const outside = ["1e300", "-1e300", "0.5000001", "-1"].filter((text) => !schema.safeParse(Number(text)).success);
      return refused(["abc", "1e999", "0x10", "NaN", "Infinity", "1,5", "1_000", "5%", "[1]", ...outside]);
    }
    case "enum": {
      const [first = ""] = (inner as z.ZodEnum).options.map(String);
      const near: Mutation = { what: "misspelt", text: swapped(first), mustRefuse: true, shows: first };
      return [near, ...refused([first.toUpperCase(), "no-such-choice", `${first},${first}`, "{a: b}"])];
    }
    case "array":
      return refused(isOfTexts(inner) ? ["[a, [b]]", "- a: b", "[a, {b: c}]"] : ["{a: b}", "5", "[", "- a\n b: - c"]);
    case "record":
    case "object":
      return refused(["text", "[1]", "{a: [", "a: b: c", "\u0000"]);
    default:
      return name === "config" ? refused(["bad/malformed.yaml"]) : [];
  }
}

function isOfTexts(inner: z.ZodType): boolean {
  const element = innerSchema((inner.def as unknown as { element: z.ZodType }).element);
  return element.def.type === "string" || element.def.type === "enum";
}

/** The last two different letters side by side, in the wrong order. */
export function swapped(text: string): string {
  let at = text.length - 1;
  while (at > 1 && text[at] === text[at - 1]) at -= 1;
  return `${text.slice(0, at - 1)}${text[at]}${text[at - 1]}${text.slice(at + 1)}`;
}

const everyUse: readonly PathUse[] = [
  "read",
  "data",
  "files",
  "opaque",
  "opaque-or-folder",
  "made",
  "made-or-folder",
  "registry",
];
const notMade: readonly PathUse[] = ["read", "data", "files", "opaque", "opaque-or-folder"];

/** What stands at a path, and for which uses that is wrong whatever the command. */
const badPaths: readonly (readonly [
  what: string,
  path: string,
  wrongFor: readonly PathUse[],
  triedFor?: readonly PathUse[],
])[] = [
  ["a file that is missing", "bad/nothing", notMade],
  ["a link to nothing", "bad/dangling", notMade],
  ["a link to itself", "bad/circle", everyUse],
  ["a path through a file", "uv.lock/inner", everyUse],
  ["a named pipe", "bad/pipe", everyUse],
  // Never where something is written: an account that may would take the device away from the machine.
  ["a device", "/dev/null", notMade, notMade],
  ["a name that is too long", `bad/${"n".repeat(300)}`, everyUse],
  ["a path that is too long", `bad/${"n/".repeat(3000)}n`, everyUse],
  ["an empty folder", "bad/empty-folder", ["read", "data", "files", "opaque", "opaque-or-folder", "made"]],
  // Where data is meant, JSON is some: it ends with a verdict.
  ["a folder of other things", "bad", ["read", "opaque", "made", "registry"]],
  ["the folder above", "..", ["read", "opaque", "made", "registry"]],
  ["an empty file", "bad/empty", ["read", "data", "opaque-or-folder", "registry"]],
  ["binary garbage", "bad/garbage", ["read", "data", "registry"]],
  ["malformed YAML", "bad/malformed.yaml", ["read", "data", "registry"]],
  ["text that is not UTF-8", "bad/latin1", ["read", "data", "registry"]],
  ["nested without end", "bad/nested.json", ["read", "registry"]],
  ["a number as JSON", "bad/number.json", ["read", "registry"]],
  ["a list as JSON", "bad/list.json", ["read", "registry"]],
  ["a glob that matches nothing", "bad/*.nothing", ["data", "files", "opaque", "opaque-or-folder"]],
  ["a broken glob", "bad/[", notMade.filter((use) => use !== "read")],
  ["a pin that is none", "out/model.onnx@sha256:12", notMade],
];

function pathMutations({ meta }: InputFacts, use: PathUse): readonly Mutation[] {
  const scheme = meta.kind === "address" ? "file:" : "";
  // What is only hashed or written has no wrong content, and what a run makes of it is not looked at here.
  const isRead = use === "read" || use === "data" || use === "registry";
  return badPaths
    .filter(([, , wrongFor, triedFor]) => triedFor?.includes(use) !== false && (isRead || wrongFor.includes(use)))
    .map(([what, path, wrongFor]) => ({ what, text: `${scheme}${path}`, mustRefuse: wrongFor.includes(use) }));
}

/** Every way to write this input wrongly in titleholder.yaml. */
export function yamlMutations(input: InputFacts): readonly Mutation[] {
  const isLeftOut = (what: string) =>
    input.isFree || (input.isSlow && !oddValues.includes(what)) || absentValues.includes(what);
  return yamlValues
    .map(([what, yaml, value]) => ({ what, yaml, ...refusal(input, value) }))
    .filter(({ what, mustRefuse }) => mustRefuse || !isLeftOut(what));
}

function refusal({ name, schema }: InputFacts, value: unknown): Pick<Mutation, "mustRefuse" | "shows"> {
  if (value === unknownValue || fits(schema, value)) return { mustRefuse: false };
  return { mustRefuse: true, shows: isNothing(value) ? name : "titleholder.yaml:5:" };
}

const unknownValue = Symbol("a value that cannot be written here");

/** `listOf`: a single text stands for a list of one. */
function fits(schema: z.ZodType, value: unknown): boolean {
  if (isNothing(value)) return schema.safeParse(undefined).success;
  const listed = innerSchema(schema).def.type === "array" && typeof value === "string" ? [value] : value;
  return schema.safeParse(listed).success;
}

function isNothing(value: unknown): boolean {
  return value === null || (typeof value === "string" && value.trim() === "");
}

const yamlValues: readonly (readonly [what: string, yaml: string, value: unknown])[] = [
  ["true", "true", true],
  ["a whole number", "12", 12],
  ["a negative fraction", "-0.5", -0.5],
  ["a huge number", "1e300", 1e300],
  ["not a number", ".nan", Number.NaN],
  ["infinity", "-.inf", Number.NEGATIVE_INFINITY],
  ["a text", '"no such thing"', "no such thing"],
  ["an empty text", '""', ""],
  ["a blank text", '"  "', "  "],
  ["nothing", "", null],
  ["null", "null", null],
  ["an empty list", "[]", []],
  ["a list of texts", "[no, such]", ["no", "such"]],
  ["a list with nothing in it", "[null]", [null]],
  ["a list of an empty text", '[""]', unknownValue],
  ["a list of lists", "[[a]]", [["a"]]],
  ["a list of mappings", "[{ a: b }]", [{ a: "b" }]],
  ["an empty mapping", "{}", {}],
  ["a mapping", "{ no: such }", { no: "such" }],
  ["a mapping with a key that is none", "{ [a, b]: c }", unknownValue],
  ["a mapping of a prototype", "{ __proto__: { polluted: true } }", unknownValue],
  ["a zero byte", '"a\\0b"', "a\0b"],
  ["half a character", '"a\\ud800b"', "a\ud800b"],
  ["a list of half a character", '["a\\ud800b"]', unknownValue],
  ["a mapping of half a character", '{ "a\\ud800": "\\ud800" }', unknownValue],
  ["a mapping of not a number", "{ a: .nan }", unknownValue],
  ["an escape sequence", '"\\e[31m"', "\u001b[31m"],
  ["a date", "2026-01-31", "2026-01-31"],
  ["binary data", "!!binary aGVsbG8=", unknownValue],
  ["a tag that nobody knows", "!secret x", unknownValue],
  ["deep nesting", `${"[".repeat(200)}${"]".repeat(200)}`, unknownValue],
  ["a mapping nested deeply", `${"{ a: ".repeat(200)}1${" }".repeat(200)}`, unknownValue],
  ["a very long text", `"${"x".repeat(100_000)}"`, unknownValue],
];

/** What is wrong with how this case ended; empty when nothing is. */
export function judge(mutation: Mutation, attempt: Attempt): readonly string[] {
  const found = [...complaints(attempt)];
  if (mutation.mustRefuse && attempt.report !== undefined) {
    found.push(`was not refused: ${attempt.report.verdict}, ${attempt.report.summary}`);
  }
  if (mutation.shows !== undefined && attempt.failure?.text.includes(mutation.shows) === false) {
    found.push(`does not show "${mutation.shows}": ${attempt.failure.text}`);
  }
  return found.map((text) => `${mutation.what}: ${text}`);
}

/** The valid run's texts with one input written otherwise. */
export function withText(given: Texts, name: string, text: string | undefined): Texts {
  const { [name]: _left, ...others } = given;
  return text === undefined ? others : { ...others, [name]: text };
}
