import { describe, expect, test } from "vitest";
import { connectGitHub } from "../../src/hosts/github.ts";
import { PullRequestComment } from "../../src/hosts/issue-comment.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { commentMark, parseComment, type Section } from "../../src/report/comment.ts";
import { FakeGitHub, type GitHubFault } from "../support/github-server.ts";

const [first, second] = ["a".repeat(40), "b".repeat(40)];
const section = (command: string, given: Partial<Section> = {}): Section => ({
  command,
  verdict: "pass",
  summary: `${command} says so`,
  commit: first,
  run: "5",
  body: `about ${command}\n`,
  ...given,
});

async function connected(given: { readonly token?: string; readonly answerMs?: number } = {}) {
  const fake = await FakeGitHub.start();
  const slept: number[] = [];
  const sleep = (ms: number) => {
    slept.push(ms);
    return Promise.resolve();
  };
  const token = given.token ?? fake.token;
  const open = async (model = "churn") => {
    const github = await connectGitHub(fake.repository, {
      env: { GITHUB_API_URL: fake.url },
      token,
      signal: new AbortController().signal,
      sleep,
      answerMs: given.answerMs ?? 20_000,
    });
    return PullRequestComment.open(github, fake, model, token, sleep);
  };
  const settle = async (one: Section, model?: string) => (await open(model)).settle(one);
  const marked = () => fake.conversation.filter(({ body }) => body.startsWith(commentMark("churn")));
  const commands = () => marked().map(({ body }) => parseComment(body).map(({ command }) => command));
  return { fake, settle, slept, marked, commands, [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose]() };
}

const failure = async (promise: Promise<unknown>): Promise<TitleholderError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TitleholderError) return error;
  throw new Error(`expected a TitleholderError, got ${String(error)}`);
};

describe("the comment on a pull request", () => {
  test("is made once, and holds a section for each command, in the order of the gates", async () => {
    await using at = await connected();
    expect(await at.settle(section("evaluate-vs-champion"))).toBe("written");
    expect(await at.settle(section("validate-data"))).toBe("written");
    expect(at.commands()).toEqual([["validate-data", "evaluate-vs-champion"]]);
    expect(at.fake.requests.filter((id) => id === "issues/create-comment")).toHaveLength(1);
    expect(at.fake.misfits).toEqual([]);
  });

  test("is written again only where something changed", async () => {
    await using at = await connected();
    await at.settle(section("train"));
    expect(await at.settle(section("train"))).toBe("unchanged");
    expect(await at.settle(section("train", { verdict: "fail", body: "now bad\n" }))).toBe("written");
    expect(at.fake.conversation[0]?.body).toContain("now bad");
    expect(at.fake.conversation[0]?.body).not.toContain("about train");
    expect(at.fake.conversation).toHaveLength(1);
  });

  test("is one for each model", async () => {
    await using at = await connected();
    await at.settle(section("train"));
    await at.settle(section("train"), "other");
    expect([at.fake.conversation.length, at.marked().length]).toEqual([2, 1]);
  });

  test("is told from those of others, whatever they copy", async () => {
    await using at = await connected();
    at.fake.talk(`${commentMark("churn")}\n## Titleholder on churn: pass`);
    at.fake.talk(`> ${commentMark("churn")}`, "some-app[bot]");
    await at.settle(section("train"));
    await at.settle(section("train", { body: "again\n" }));
    expect(at.fake.conversation.map(({ login }) => login)).toEqual(["mallory", "some-app[bot]", "github-actions[bot]"]);
  });

  test("of a person's token is that person's", async () => {
    await using at = await connected({ token: "github_pat_test_0123456789" });
    at.fake.talk(commentMark("churn"), "github-actions[bot]");
    await at.settle(section("train"));
    await at.settle(section("validate-data"));
    expect(at.fake.conversation.map(({ login }) => login)).toEqual(["github-actions[bot]", "ada"]);
    expect(parseComment(at.fake.conversation[1]?.body ?? "")).toHaveLength(2);
    expect(at.fake.misfits).toEqual([]);
  });

  test("is found behind a hundred others", async () => {
    await using at = await connected();
    for (let count = 0; count < 150; count += 1) at.fake.talk("hello");
    await at.settle(section("train"));
    await at.settle(section("validate-data"));
    expect(at.commands()).toEqual([["validate-data", "train"]]);
  });

  test("keeps what a later run says of a newer commit, when a job comes late", async () => {
    await using at = await connected();
    await at.settle(section("train", { commit: second, run: "9", verdict: "fail" }));
    expect(await at.settle(section("train", { commit: first, run: "8" }))).toBe("unchanged");
    expect(parseComment(at.marked()[0]?.body ?? "")[0]).toMatchObject({ run: "9", verdict: "fail" });
  });
});

describe("two jobs at the same time", () => {
  /** Every request of one kind waits until so many have come. */
  const barrier = (fake: FakeGitHub, operation: string, count: number) => {
    let arrived = 0;
    let release = () => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    fake.onRequest = async (id) => {
      if (id !== operation || arrived >= count) return;
      arrived += 1;
      if (arrived === count) release();
      await all;
    };
  };
  const six = [
    "validate-data",
    "drift-report",
    "train",
    "evaluate-vs-champion",
    "register-model",
    "canary-deploy",
  ] as const;

  test.each([2, 4, 6])("%i jobs that all find none leave one comment with every section", async (count) => {
    await using at = await connected();
    barrier(at.fake, "issues/create-comment", count);
    await Promise.all(six.slice(0, count).map((command) => at.settle(section(command))));
    expect(at.commands()).toEqual([six.slice(0, count)]);
    expect(at.fake.conversation).toHaveLength(1);
  });

  test.each([2, 4, 6])("%i jobs that write over each other leave every section", async (count) => {
    await using at = await connected();
    for (const command of six) await at.settle(section(command));
    barrier(at.fake, "issues/update-comment", count);
    const news = six.slice(0, count).map((command) => section(command, { commit: second, run: "6", body: "news\n" }));
    await Promise.all(news.map((one) => at.settle(one)));
    const bodies = parseComment(at.marked()[0]?.body ?? "").map(({ body }) => body);
    expect(bodies.filter((body) => body === "news\n")).toHaveLength(count);
    expect(bodies).toHaveLength(6);
  });
});

const operations = ["issues/list-comments", "issues/create-comment", "issues/update-comment", "issues/delete-comment"];
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
const lasting: readonly GitHubFault[] = ["403", "401", "422", "502 before", "502 after", "reset before", "hang after"];

/** How long an answer may take: only a fault that gives none should have to wait for it. */
const patience = (fault: GitHubFault) => (fault.startsWith("hang") ? { answerMs: 500 } : {});

describe.each(operations)("a fault of %s", (operation) => {
  /** One comment is made, a double is merged into it and removed, one is changed: every operation is used. */
  const rounds = async (at: Awaited<ReturnType<typeof connected>>) => {
    await at.settle(section("train"));
    const body = at.marked()[0]?.body ?? "";
    at.fake.talk(body.replaceAll("about train", "a double"), "github-actions[bot]");
    await at.settle(section("validate-data", { commit: second, run: "6" }));
  };
  const expectWhole = (at: Awaited<ReturnType<typeof connected>>) => {
    expect(at.commands()).toEqual([["validate-data", "train"]]);
    expect(at.fake.conversation).toHaveLength(1);
    expect(at.fake.conversation[0]?.body).toContain("about train");
    expect(at.fake.misfits).toEqual([]);
  };

  test.each(passing)("%s, once: one comment with all sections stands there in the end", async (fault) => {
    await using at = await connected(patience(fault));
    at.fake.fail(operation, fault);
    await rounds(at);
    expectWhole(at);
  });

  test.each(lasting)(
    "%s, for good: an error that names it, no comment twice, and the next run mends it",
    async (fault) => {
      await using at = await connected(patience(fault));
      at.fake.fail(operation, fault, 999);
      const wasDone = fault.endsWith(" after") && !operation.includes("list");
      const attempt = rounds(at);
      if (wasDone) await attempt;
      else expect((await failure(attempt)).message).toContain("GitHub answered");
      const doubles = operation.includes("delete") && !wasDone ? 1 : operation.includes("update") && !wasDone ? 1 : 0;
      expect(at.marked().length).toBeLessThanOrEqual(1 + doubles);
      at.fake.heal();
      await at.settle(section("train"));
      await at.settle(section("validate-data", { commit: second, run: "6" }));
      expectWhole(at);
    },
  );
});

test("a comment that somebody removes meanwhile is made anew", async () => {
  await using at = await connected();
  await at.settle(section("train"));
  at.fake.onRequest = (id) => {
    if (id === "issues/update-comment") at.fake.conversation = [];
    return Promise.resolve();
  };
  await at.settle(section("validate-data"));
  expect(at.commands()).toEqual([["validate-data"]]);
});

test("a comment that others change again and again is given up", async () => {
  await using at = await connected();
  at.fake.onRequest = (id) => {
    for (const one of at.fake.conversation) if (id === "issues/list-comments") one.body = commentMark("churn");
    return Promise.resolve();
  };
  const error = await failure(at.settle(section("train")));
  expect(error.message).toContain("changed by others");
  expect(at.fake.conversation).toHaveLength(1);
});

test("a token that may not write is told from a service that fails, and is not shown", async () => {
  await using at = await connected();
  at.fake.fail("issues/create-comment", "403", 9);
  expect(await failure(at.settle(section("train")))).toMatchObject({ code: "TH_GITHUB_PERMISSION" });
  await using other = await connected({ token: "ghs_wrong_token_123" });
  const error = await failure(other.settle(section("train")));
  expect(error).toMatchObject({ code: "TH_GITHUB", fix: "give a token that is valid" });
  expect(error.message).not.toContain("ghs_wrong_token_123");
});

test("a pause that GitHub asks for is kept, and the comment read again after it", async () => {
  await using at = await connected();
  at.fake.fail("issues/create-comment", "403 retry-after");
  await at.settle(section("train"));
  expect(at.slept).toEqual([2000, 2000]);
  expect(at.fake.requests).toEqual([
    "issues/list-comments",
    "issues/create-comment",
    "issues/list-comments",
    "issues/create-comment",
    "issues/list-comments",
  ]);
});
