import { describe, expect, test } from "vitest";
import { connectGitHub } from "../../src/hosts/github.ts";
import { patchLines, pullRequestReview } from "../../src/hosts/review-comments.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { Suggestion } from "../../src/kernel/review.ts";
import { FakeGitHub, type GitHubFault } from "../support/github-server.ts";

const patch = "@@ -8,3 +8,3 @@ schema:\n properties:\n-  maximum: 120\n+  maximum: 130\n   minimum: 0";
const suggestion = (key: string, given: Partial<Suggestion> = {}): Suggestion => ({
  key,
  file: "/work/c.yaml",
  line: 9,
  old: "  maximum: 130",
  body: `about ${key}`,
  ...given,
});

async function connected(
  given: { readonly token?: string; readonly abort?: AbortSignal; readonly answerMs?: number } = {},
) {
  const fake = await FakeGitHub.start();
  fake.files = [{ filename: "other.txt" }, { filename: "c.yaml", patch }];
  const slept: number[] = [];
  const sleep = (ms: number) => {
    slept.push(ms);
    return Promise.resolve();
  };
  const github = await connectGitHub(fake.repository, {
    env: { GITHUB_API_URL: fake.url },
    token: given.token ?? fake.token,
    signal: given.abort ?? new AbortController().signal,
    sleep,
    answerMs: given.answerMs ?? 20_000,
  });
  const pull = { number: fake.number, headSha: "a".repeat(40), baseSha: "b".repeat(40), baseRef: "main" };
  const review = pullRequestReview(github, pull, "/work", sleep);
  const bodies = () => fake.comments.map(({ body }) => body.split("\n").at(-1));
  return { fake, review, slept, bodies, [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose]() };
}

const failure = async (promise: Promise<unknown>): Promise<TitleholderError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TitleholderError) return error;
  throw new Error(`expected a TitleholderError, got ${String(error)}`);
};

test("a patch tells the lines of the new file that it shows", () => {
  expect([...patchLines(`${patch}\n@@ -20 +20,2 @@\n+a\r\n b\n\\ No newline at end of file`)]).toEqual([
    [8, "properties:"],
    [9, "  maximum: 130"],
    [10, "  minimum: 0"],
    [20, "a"],
    [21, "b"],
  ]);
});

describe("suggestions on a pull request", () => {
  test("are posted once, updated when they change, and removed when nothing calls for them", async () => {
    await using at = await connected();
    expect(await at.review.publish("s", [suggestion("one"), suggestion("two")])).toMatchObject({
      posted: 2,
      updated: 0,
    });
    expect(await at.review.publish("s", [suggestion("one"), suggestion("two")])).toEqual({
      posted: 0,
      updated: 0,
      removed: 0,
      outside: [],
    });
    expect(at.bodies()).toEqual(["about one", "about two"]);
    const changed = await at.review.publish("s", [suggestion("one", { body: "other" })]);
    expect(changed).toEqual({ posted: 0, updated: 1, removed: 1, outside: [] });
    expect(at.bodies()).toEqual(["other"]);
    expect(await at.review.publish("s", [])).toMatchObject({ removed: 1 });
    expect(at.fake.comments).toEqual([]);
    expect(at.fake.misfits).toEqual([]);
  });

  test("leave other people's comments and other contracts' suggestions alone", async () => {
    await using at = await connected();
    at.fake.say("> <!-- titleholder:suggestion");
    await at.review.publish("one contract", [suggestion("a")]);
    await at.review.publish("another", [suggestion("a")]);
    expect(await at.review.publish("another", [])).toMatchObject({ removed: 1 });
    expect(at.fake.comments).toHaveLength(2);
  });

  test("move with their line", async () => {
    await using at = await connected();
    await at.review.publish("s", [suggestion("a")]);
    const moved = await at.review.publish("s", [suggestion("a", { line: 10, old: "  minimum: 0" })]);
    expect(moved).toMatchObject({ posted: 1, removed: 1 });
    expect(at.fake.comments.map(({ line }) => line)).toEqual([10]);
  });

  test("are posted where the pull request shows that very line, and nowhere else", async () => {
    await using at = await connected();
    const { outside, posted } = await at.review.publish("s", [
      suggestion("a line that is not shown", { line: 30 }),
      suggestion("a line that reads otherwise", { old: "maximum: 7" }),
      suggestion("a file that is not in it", { file: "/work/d.yaml" }),
      suggestion("a file outside", { file: "/etc/c.yaml" }),
    ]);
    expect([posted, outside.length, at.fake.comments.length]).toEqual([0, 4, 0]);
  });

  test("of more than a page are read whole", async () => {
    await using at = await connected();
    for (let count = 0; count < 150; count += 1) at.fake.say("hello");
    at.fake.files = [...Array.from({ length: 120 }, (_, n) => ({ filename: `f${n}` })), { filename: "c.yaml", patch }];
    await at.review.publish("s", [suggestion("a")]);
    expect(await at.review.publish("s", [suggestion("a")])).toMatchObject({ posted: 0 });
    expect(at.fake.comments).toHaveLength(151);
  });
});

const operations = [
  "pulls/list-review-comments",
  "pulls/list-files",
  "pulls/create-review-comment",
  "pulls/update-review-comment",
  "pulls/delete-review-comment",
];
const passing: readonly GitHubFault[] = [
  "502 before",
  "502 after",
  "503",
  "403 retry-after",
  "reset before",
  "reset after",
  "hang before",
  "hang after",
  "truncated",
  "empty",
  "html",
];
const severe: readonly GitHubFault[] = ["502 after", "reset before", "reset after", "hang after", "truncated"];
const lasting: readonly GitHubFault[] = ["403", "401", "404", "422"];

/** How long an answer may take: only a fault that gives none should have to wait for it. */
const patience = (fault: GitHubFault) => (fault.startsWith("hang") ? { answerMs: 500 } : {});

describe.each(operations)("a fault of %s", (operation) => {
  /** One is posted, one changed, one removed: every operation is used. */
  const rounds = async (at: Awaited<ReturnType<typeof connected>>, fault?: GitHubFault, times = 1) => {
    await at.review.publish("s", [suggestion("kept"), suggestion("changed"), suggestion("gone")]);
    if (fault !== undefined) at.fake.fail(operation, fault, times);
    return at.review.publish("s", [suggestion("kept"), suggestion("changed", { body: "now" }), suggestion("new")]);
  };

  test.each(passing)("%s, once: everything stands there once in the end", async (fault) => {
    await using at = await connected(patience(fault));
    await rounds(at, fault);
    expect(at.bodies().sort()).toEqual(["about kept", "about new", "now"]);
    expect(at.fake.misfits).toEqual([]);
  });

  test.each([...severe, ...lasting])(
    "%s, for good: an error that names it, nothing twice, and the next run mends it",
    async (fault) => {
      await using at = await connected(patience(fault));
      const isHarmless =
        (["truncated", "empty", "html"].includes(fault) && !operation.includes("list")) ||
        (operation.includes("delete") && fault === "404") ||
        (operation.includes("create") && fault.endsWith(" after"));
      const first = rounds(at, fault, 99);
      if (isHarmless) await first;
      else expect((await failure(first)).message).toContain("GitHub answered");
      const bodies = at.bodies();
      expect(new Set(bodies).size).toBe(bodies.length);
      at.fake.heal();
      await at.review.publish("s", [suggestion("kept"), suggestion("changed", { body: "now" }), suggestion("new")]);
      expect(at.bodies().sort()).toEqual(["about kept", "about new", "now"]);
    },
  );
});

test("a token that may not write is told from a service that fails", async () => {
  await using at = await connected();
  at.fake.fail("pulls/create-review-comment", "403", 9);
  expect(await failure(at.review.publish("s", [suggestion("a")]))).toMatchObject({
    kind: "backend",
    code: "TH_GITHUB_PERMISSION",
  });
  await using other = await connected({ token: "wrong_token_123" });
  const error = await failure(other.review.publish("s", [suggestion("a")]));
  expect(error).toMatchObject({ code: "TH_GITHUB", fix: "give a token that is valid" });
  expect(error.message).not.toContain("wrong_token_123");
});

test("a pause that the service asks for is kept", async () => {
  await using at = await connected();
  at.fake.fail("pulls/create-review-comment", "403 retry-after");
  await at.review.publish("s", [suggestion("a")]);
  expect(at.slept).toEqual([1000]);
});

test("an abort ends it", async () => {
  const abort = new AbortController();
  await using at = await connected({ abort: abort.signal });
  at.fake.fail("pulls/list-review-comments", "hang before");
  const running = at.review.publish("s", [suggestion("a")]);
  abort.abort(new Error("stopped"));
  await expect(running).rejects.toThrow("stopped");
});
