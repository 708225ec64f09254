import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commands } from "../../src/generated/commands.ts";
import type { AnyCommand } from "../../src/kernel/command.ts";
import { Bench, complaints } from "./bad-inputs.ts";
import { type Invocation, invocations, prepareFiles } from "./bad-inputs-invocations.ts";

/** One thing that a person gets wrong, and what is said about it. */
export interface Wrong {
  readonly what: string;
  /** Written over the run that ends with a verdict; undefined leaves an input out. */
  readonly given?: Readonly<Record<string, string | undefined>>;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Must be in what is said: the code and place first. */
  readonly says: readonly (string | RegExp)[];
}

export async function known(name: string): Promise<{ readonly command: AnyCommand; readonly invocation: Invocation }> {
  const [entry, invocation] = [commands[name], invocations[name]];
  if (entry === undefined || invocation === undefined) throw new Error(`no command ${name}`);
  return { command: await entry.load(), invocation };
}

/** A test for each: refused with exit code 2 and in these words, and nothing written. */
export function refuses(name: string, wrongs: readonly Wrong[]): void {
  describe(name, () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await Bench.open(prepareFiles);
    });
    beforeEach(() => bench.restore());
    afterAll(() => bench[Symbol.asyncDispose]());

    test.each(wrongs)("$what", async ({ given = {}, files = {}, says }) => {
      const { command, invocation } = await known(name);
      for (const [path, content] of Object.entries(files)) await bench.write(path, content);
      const texts = Object.entries({ ...invocation.given, ...given });
      const attempt = await bench.attempt(
        command,
        Object.fromEntries(texts.filter((text): text is [string, string] => text[1] !== undefined)),
      );
      expect(attempt.report?.summary).toBeUndefined();
      expect(complaints(attempt)).toEqual([]);
      expect(attempt.exitCode).toBe(2);
      for (const part of says) expect(attempt.failure?.text).toMatch(part);
    });
  });
}
