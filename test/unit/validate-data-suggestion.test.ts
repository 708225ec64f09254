import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import type { CiContext } from "../../src/kernel/host.ts";
import { contractTable } from "../support/contracts.ts";
import { FakeGitHub } from "../support/github-server.ts";
import { type TestHost, testHost } from "../support/host.ts";

const contract = contractTable(`properties:
  - name: age
    logicalType: integer
    classification: public
    logicalTypeOptions:
      minimum: 0
      maximum: 120
  - name: plan
    logicalType: string
    classification: public
    quality:
      - metric: invalidValues
        arguments: { validValues: [free, paid] }
        mustBe: 0
      - { metric: nullValues, unit: percent, mustBeLessThan: 5 }
  - name: secret
    logicalType: string
    classification: restricted
    quality:
      - { metric: invalidValues, arguments: { validValues: [a] }, mustBe: 0 }`);
const data = "age,plan,secret\n140,free,a\n-3,team,zzz-hidden\n30,,a\n";
/** Every line of the contract is new in the pull request. */
const patch = [
  "@@ -0,0 +1,99 @@",
  ...contract
    .trimEnd()
    .split("\n")
    .map((line) => `+${line}`),
].join("\n");

const ci: CiContext = {
  provider: "github",
  repository: "acme/churn",
  workflow: "gate",
  job: "data",
  runId: "1",
  attempt: 1,
  sha: "a".repeat(40),
  ref: "refs/pull/7/merge",
  actor: "ada",
  event: "pull_request",
  fromFork: false,
  runner: "github-hosted",
  pullRequest: { number: 7, headSha: "c".repeat(40), baseSha: "b".repeat(40), baseRef: "main" },
};

interface World extends AsyncDisposable {
  readonly t: TestHost;
  readonly fake: FakeGitHub;
}

async function pullRequest(files: Record<string, string> = { "c.yaml": contract, "data.csv": data }): Promise<World> {
  const fake = await FakeGitHub.start();
  fake.commits.add("b".repeat(40));
  fake.files = [{ filename: "c.yaml", patch }];
  const t = await testHost({ files, ci, env: { GITHUB_API_URL: fake.url, GITHUB_WORKSPACE: "" } });
  return {
    t,
    fake,
    async [Symbol.asyncDispose]() {
      await t[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

async function validate({ t, fake }: World, given: Readonly<Record<string, unknown>> = {}) {
  const paths = { data: [join(t.cwd, "data.csv")], contract: join(t.cwd, "c.yaml") };
  const parsed = command.inputs.parse({ ...paths, githubToken: fake.token, ...given });
  return (await command.run(parsed, t.host, t.project)).findings;
}

describe("a suggested edit of the contract", () => {
  test("stands on the line that would have to change, and in the report", async () => {
    await using world = await pullRequest();
    const { tables, verdict } = await validate(world);
    expect(verdict).toBe("fail");
    expect(world.fake.misfits).toEqual([]);
    const posted = world.fake.comments.map(({ line, path, body }) => [
      path,
      line,
      /```suggestion\n([\s\S]*?)\n```/.exec(body)?.[1],
    ]);
    expect(posted).toEqual([
      ["c.yaml", 13, "          minimum: -3"],
      ["c.yaml", 14, "          maximum: 140"],
      ["c.yaml", 20, "            arguments: { validValues: [free, paid, team] }"],
      ["c.yaml", 22, "          - { metric: nullValues, unit: percent, mustBeLessThan: 34 }"],
    ]);
    const table = tables.find(({ title }) => title.startsWith("If the change of the data is meant"));
    expect(table?.rows.map(([rule, , line]) => [rule, line])).toEqual([
      ["age.range", 13],
      ["age.range", 14],
      ["plan.invalidValues", 20],
      ["plan.nullValues", 22],
    ]);
    expect(table?.diff?.slice(0, 5)).toEqual([
      "--- a/c.yaml",
      "+++ b/c.yaml",
      "@@ -13 +13 @@",
      "-          minimum: 0",
      "+          minimum: -3",
    ]);
  });

  test("never holds values of a column that is masked", async () => {
    await using world = await pullRequest();
    const findings = await validate(world);
    expect(JSON.stringify([world.fake.comments, findings])).not.toContain("zzz-hidden");
  });

  test("is posted once over many runs, and goes when the data is mended", async () => {
    await using world = await pullRequest();
    await validate(world);
    const ids = world.fake.comments.map(({ id }) => id);
    await validate(world);
    expect(world.fake.comments.map(({ id }) => id)).toEqual(ids);
    await world.t.write("data.csv", "age,plan,secret\n14,free,a\n");
    expect((await validate(world)).verdict).toBe("pass");
    expect(world.fake.comments).toEqual([]);
  });

  test("cannot mention, break out of its block, or hide", async () => {
    const odd = ["@acme/all", "```", "<!-- x -->", "**b**", "#12"];
    const rows = odd.map((value) => `1,"${value}",a`).join("\n");
    await using world = await pullRequest({ "c.yaml": contract, "data.csv": `age,plan,secret\n${rows}\n` });
    await validate(world);
    const [body = ""] = world.fake.comments.map((comment) => comment.body);
    const [prose = "", ...rest] = body.split("````suggestion\n");
    expect(rest).toHaveLength(1);
    expect(prose.slice(prose.indexOf("-->") + 3)).not.toMatch(/@acme|<!--|\*\*b\*\*|#12/);
    expect(rest[0]).toContain('"```"');
    expect(rest[0]?.split("\n````\n")).toHaveLength(2);
  });

  test("is left out for values that hide or are many", async () => {
    await using hidden = await pullRequest({ "c.yaml": contract, "data.csv": "age,plan,secret\n1,x\u202ey,a\n" });
    await validate(hidden);
    const many = Array.from({ length: 30 }, (_, n) => `1,p${n},a`).join("\n");
    await using free = await pullRequest({ "c.yaml": contract, "data.csv": `age,plan,secret\n${many}\n` });
    await validate(free);
    expect([hidden.fake.comments, free.fake.comments]).toEqual([[], []]);
  });

  test("stands in the report alone where the pull request does not show the line, or suggest is off", async () => {
    await using untouched = await pullRequest();
    untouched.fake.files = [{ filename: "data.csv" }];
    const titles = (await validate(untouched)).tables.map(({ title }) => title);
    expect(titles).toContain("If the change of the data is meant: suggested edits of the contract");
    expect(untouched.t.logs.filter((text) => text.includes("in the report alone"))).toHaveLength(1);
    await using off = await pullRequest();
    await validate(off, { suggest: false });
    await validate(off, { dryRun: true });
    expect([untouched.fake.comments, off.fake.comments]).toEqual([[], []]);
  });

  test.each(["401", "403", "422", "html"] as const)(
    "a fault of GitHub (%s) is told and changes no verdict",
    async (fault) => {
      await using world = await pullRequest();
      const calm = await validate(world, { suggest: false });
      for (const operation of ["pulls/list-review-comments", "pulls/create-review-comment"])
        world.fake.fail(operation, fault, 99);
      const findings = await validate(world);
      expect({ ...findings, timings: 0 }).toEqual({ ...calm, timings: 0 });
      expect(world.t.logs.filter((text) => /suggested edits stand in the report alone/.test(text))).toHaveLength(1);
    },
  );
});

describe("rules that are inferred", () => {
  const bare = contractTable(`properties:
  - name: age # years
    logicalType: integer
    classification: public
  - name: plan
    logicalType: string
    classification: public
    quality:
      - { metric: nullValues, unit: percent, mustBeLessThan: 0.01 }
  - { name: secret, logicalType: string, classification: restricted }`);
  /** Of each two hundred plans one is missing. */
  const rows = (seed: number) =>
    Array.from({ length: 2000 }, (_, at) => {
      const plan = (at + seed) % 200 === 0 ? "" : ["free", "paid"][at % 2];
      return `${18 + ((7 * at + seed) % 60)},${plan},s${at}`;
    }).join("\n");
  const table = (seed: number) => `age,plan,secret\n${rows(seed)}\n`;
  const files = { "c.yaml": bare, "data.csv": table(1), "before.csv": table(2) };
  const proposed = (comments: readonly { readonly body: string }[]) =>
    comments.map(({ body }) => /```suggestion\n([\s\S]*?)\n```/.exec(body)?.[1]);

  async function inferred(world: World, given: Readonly<Record<string, unknown>> = {}) {
    world.fake.files = [{ filename: "c.yaml", patch: `@@ -0,0 +1,99 @@\n${bare.trimEnd().replace(/^/gm, "+")}` }];
    return validate(world, { inferContract: join(world.t.cwd, "inferred.yaml"), ...given });
  }

  test.each([
    ["from the data", []],
    ["from the reference", ["before.csv"]],
  ])("%s are suggested where the contract has none, and accepted they are kept", async (_from, reference) => {
    await using world = await pullRequest(files);
    const given = reference.length === 0 ? {} : { reference: reference.map((name) => join(world.t.cwd, name)) };
    const { tables, verdict } = await inferred(world, given);
    expect(verdict).toBe("fail");
    expect(proposed(world.fake.comments)).toEqual([
      expect.stringMatching(
        /^ {6}- name: age # years\n {8}quality:\n {10}- \{ name: missing, .*\n {10}- \{ name: range, .*minimum: 18, maximum: 77/,
      ),
      // The bound that clean batches keep to, and not the next whole percent.
      expect.stringMatching(
        /^ {10}- \{ name: levels, .*\n {10}- \{ metric: nullValues, .*mustBeLessThan: 1\.[1-9]\d* \}$/,
      ),
      expect.stringMatching(/^ {6}- \{ name: secret, .*restricted, quality: \[\{ name: missing, [^[]*\}\] \}$/),
    ]);
    expect(JSON.stringify([world.fake.comments, tables])).not.toMatch(/\bs1\d\d\b/);
    const lacking = tables.find(({ title }) => title.startsWith("Rules that clean batches keep"));
    expect(lacking?.rows.map(([id, , line]) => [id, line])).toEqual([
      ["age.inferred", 9],
      ["secret.inferred", 17],
    ]);
    const lines = bare.split("\n");
    for (const { line, body } of world.fake.comments)
      lines[Number(line) - 1] = /```suggestion\n([\s\S]*?)\n```/.exec(body)?.[1] ?? "";
    await world.t.write("c.yaml", lines.join("\n"));
    const after = await inferred(world, given);
    expect(after.checks.filter(({ verdict: one }) => one === "fail" || one === "warn")).toEqual([]);
    expect(world.fake.comments).toEqual([]);
  });

  test("are left out where a rule asks already, or nobody asks to infer; a reference alone widens", async () => {
    await using world = await pullRequest(files);
    await inferred(world, { inferContract: undefined, reference: [join(world.t.cwd, "before.csv")] });
    expect(proposed(world.fake.comments)).toEqual([
      expect.stringMatching(/^ {10}- \{ metric: nullValues, .*mustBeLessThan: 1\.[1-9]/),
    ]);
    await using asked = await pullRequest({
      ...files,
      "c.yaml": bare.replace(
        "integer\n",
        "integer\n        required: true\n        logicalTypeOptions: { minimum: 0 }\n",
      ),
    });
    const { tables } = await inferred(asked);
    const lacking = tables.find(({ title }) => title.startsWith("Rules that clean batches keep"));
    expect(lacking?.rows.map(([id]) => id)).toEqual(["secret.inferred"]);
  });
});

test("the base is read from GitHub where the checkout has no history", async () => {
  await using world = await pullRequest();
  world.fake.contents.set(`${"b".repeat(40)}:c.yaml`, contract.replace("maximum: 120", "maximum: 100"));
  const { checks } = await validate(world, { suggest: false });
  expect(checks[0]).toMatchObject({ id: "loosening.age.range" });
  expect(checks[0]?.message).toContain('formerly "age must be from 0 to 100"');
  world.fake.contents.clear();
  expect((await validate(world, { suggest: false })).checks[0]).toMatchObject({ id: "base", verdict: "pass" });
  world.fake.commits.clear();
  const [first] = (await validate(world, { suggest: false })).checks;
  expect(first).toMatchObject({ id: "base", verdict: "unchecked" });
  expect(first?.message).toContain("GitHub answered");
  expect(world.fake.misfits).toEqual([]);
});
