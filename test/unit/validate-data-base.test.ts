import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { inputNames } from "../../src/generated/input-names.ts";
import { execute } from "../../src/hosts/execute.ts";
import { nodeFiles } from "../../src/hosts/files.ts";
import { resolveInputs } from "../../src/hosts/resolve.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { CiContext } from "../../src/kernel/host.ts";
import { contractTable } from "../support/contracts.ts";
import { TestRepository } from "../support/git.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

const ages = (maximum: number, ...further: readonly string[]) =>
  contractTable(
    `properties:\n  - { name: id, logicalType: integer, primaryKey: true }\n  - { name: age, logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: ${maximum} }${further.map((key) => `, ${key}`).join("")} }`,
  );
const young = "id,age\n1,30\n2,120\n";
const old = "id,age\n1,30\n2,140\n";

interface World extends AsyncDisposable {
  readonly t: TestHost;
  readonly repository: TestRepository;
}

/** A branch that leaves main at a commit with the first files, and has the second ones on top. */
async function branch(before: Record<string, string>, after: Record<string, string>, ci?: CiContext): Promise<World> {
  const t = await testHost(ci === undefined ? {} : { ci });
  const repository = new TestRepository(t.cwd);
  repository.commit({ ".gitignore": ".titleholder\n.cache\n", ...before });
  repository.git("update-ref", "refs/remotes/origin/main", "HEAD");
  repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
  repository.git("checkout", "--quiet", "-b", "topic");
  repository.commit(after);
  return { t, repository, [Symbol.asyncDispose]: () => t[Symbol.asyncDispose]() };
}

/** As the terminal would run it, titleholder.yaml included. */
async function run({ t }: Pick<World, "t">, given: Readonly<Record<string, string>> = {}) {
  const texts = new Map(
    Object.entries({ data: "data.csv", contract: "c.yaml", ...given }).filter(([, text]) => text !== ""),
  );
  const resolved = await resolveInputs(command, texts, {
    startFolder: t.cwd,
    files: nodeFiles({ cwd: t.cwd }),
    names: inputNames,
    style: (name) => `--${name}`,
  });
  return execute(command, resolved, t.host);
}

const asked = async (world: Pick<World, "t">, given: Readonly<Record<string, string>> = {}) => {
  const outcome = await run(world, given);
  const about = outcome.report.checks.filter(({ id }) => /^(base|loosening\.|contract\.version)/.test(id));
  return { ...outcome, about, first: outcome.report.checks[0] };
};

const pull = (sha: string, shas: { readonly headSha: string; readonly baseSha: string }): CiContext => ({
  provider: "github",
  repository: "acme/churn",
  workflow: "gate",
  job: "data",
  runId: "1",
  attempt: 1,
  sha,
  ref: "refs/pull/7/merge",
  actor: "ada",
  event: "pull_request",
  fromFork: false,
  runner: "github-hosted",
  pullRequest: { number: 7, baseRef: "main", ...shas },
});

describe("a contract that was loosened", () => {
  test("fails, first of all checks, when it lets through what the base's contract stops", async () => {
    await using world = await branch({ "c.yaml": ages(120) }, { "c.yaml": ages(150), "data.csv": old });
    const { first, report, exitCode } = await asked(world);
    expect(first).toMatchObject({ id: "loosening.age.range", verdict: "fail", place: { file: "c.yaml", line: 10 } });
    expect(first?.message).toContain('formerly "age must be from 0 to 120", now "age must be from 0 to 150"');
    expect(first?.message).toContain("found 1 of 2 rows (50.00%)");
    expect(report.checks.find(({ id }) => id === "age.range")?.verdict).toBe("pass");
    expect(exitCode).toBe(1);
  });

  test("warns when it changes no verdict on the data", async () => {
    await using world = await branch({ "c.yaml": ages(120) }, { "c.yaml": ages(150), "data.csv": young });
    const { about, exitCode } = await asked(world);
    expect(about[0]).toMatchObject({ id: "loosening.age.range", verdict: "warn" });
    expect(about[0]?.message).toMatch(/it changes no verdict on this data$/);
    expect(exitCode).toBe(0);
  });

  test("warns when the contract still stops the data", async () => {
    await using world = await branch({ "c.yaml": ages(120) }, { "c.yaml": ages(130), "data.csv": old });
    const { about, report } = await asked(world);
    expect(about[0]).toMatchObject({ id: "loosening.age.range", verdict: "warn" });
    expect(report.verdict).toBe("fail");
  });

  test("fails for a severity that was lowered, a rule and a column that are gone", async () => {
    const quality = (severity: string) => `quality: [{ metric: nullValues, mustBe: 0, severity: ${severity} }]`;
    const data = { "data.csv": "id,age\n1,\n1,3\n" };
    await using lowered = await branch(
      { "c.yaml": ages(9, quality("error")) },
      { "c.yaml": ages(9, quality("info")), ...data },
    );
    expect((await asked(lowered)).about[0]).toMatchObject({ id: "loosening.age.nullValues.severity", verdict: "fail" });
    await using unkeyed = await branch(
      { "c.yaml": ages(9) },
      { "c.yaml": ages(9).replace(", primaryKey: true", ", required: true"), ...data },
    );
    expect((await asked(unkeyed)).about[0]).toMatchObject({ id: "loosening.primary-key", verdict: "fail" });
    const without = ages(9, quality("error"))
      .split("\n")
      .filter((line) => !line.includes("name: age"))
      .join("\n");
    await using gone = await branch({ "c.yaml": ages(9, quality("error")) }, { "c.yaml": without, ...data });
    expect((await asked(gone)).about[0]).toMatchObject({ id: "loosening.age", verdict: "fail" });
  });

  test("fails for a rule in SQL that asks for something else", async () => {
    const sql = (query: string) => ages(200, `quality: [{ name: grown, type: sql, query: "${query}", mustBe: 0 }]`);
    const stops = sql("SELECT count(*) FROM data WHERE age > 120");
    await using world = await branch({ "c.yaml": stops }, { "c.yaml": sql("SELECT 0"), "data.csv": old });
    expect((await asked(world)).about[0]).toMatchObject({ id: "loosening.age.grown", verdict: "fail" });
    await using passes = await branch({ "c.yaml": stops }, { "c.yaml": sql("SELECT 0"), "data.csv": young });
    expect((await asked(passes)).about[0]).toMatchObject({ id: "loosening.age.grown", verdict: "warn" });
    await using gone = await branch({ "c.yaml": stops }, { "c.yaml": ages(200), "data.csv": old });
    expect((await asked(gone)).about[0]).toMatchObject({ id: "loosening.age.grown", verdict: "fail" });
  });

  test("fails for a part that need not be there any more, and warns where it is there", async () => {
    const home = (...parts: readonly string[]) =>
      contractTable(
        `properties:\n  - name: home\n    logicalType: object\n    properties:\n${parts.map((part) => `      - { name: ${part}, logicalType: string }`).join("\n")}`,
      );
    const contracts = [{ "c.yaml": home("street", "city") }, { "c.yaml": home("street") }] as const;
    await using lacking = await branch(contracts[0], { ...contracts[1], "data.jsonl": '{"home":{"street":"a"}}\n' });
    const { first, exitCode } = await asked(lacking, { data: "data.jsonl" });
    expect(first).toMatchObject({ id: "loosening.home.city", verdict: "fail", place: { file: "c.yaml", line: 9 } });
    expect(first?.message).toMatch(/part home.city was removed, formerly "string": .*\(home has no field city\)$/);
    expect(exitCode).toBe(1);
    await using whole = await branch(contracts[0], {
      ...contracts[1],
      "data.jsonl": '{"home":{"street":"a","city":"b"}}\n',
    });
    const { about } = await asked(whole, { data: "data.jsonl" });
    expect(about[0]).toMatchObject({ id: "loosening.home.city", verdict: "warn" });
    expect(about[0]?.message).toMatch(/changes no verdict/);
  });

  test("fails for a stored type and a time zone that files need not keep any more", async () => {
    const times = (...keys: readonly string[]) =>
      contractTable(
        `properties:\n  - { name: day, logicalType: timestamp }\n  - { ${["name: at, logicalType: timestamp", ...keys].join(", ")} }`,
      );
    for (const [key, id, words] of [
      [
        "physicalType: TIMESTAMPTZ",
        "loosening.at.stored-type",
        'the stored type of at, formerly "TIMESTAMPTZ", now "any"',
      ],
      [
        "logicalTypeOptions: { timezone: true }",
        "loosening.at.timezone",
        'the time zone of at, formerly "kept", now "any"',
      ],
    ] as const) {
      await using world = await branch({ "c.yaml": times(key) }, { "c.yaml": times() });
      const file = join(world.t.cwd, "data.parquet");
      await writeParquet(world.t.host, file, "SELECT TIMESTAMP '2026-01-01' AS day, TIMESTAMP '2026-01-01' AS at");
      const { about, exitCode } = await asked(world, { data: "data.parquet" });
      const found = about.find((check) => check.id === id);
      expect(found).toMatchObject({ verdict: "fail", place: { file: "c.yaml", line: 10 } });
      expect(found?.message).toContain(words);
      expect(found?.message).toContain("the data holds TIMESTAMP");
      expect(exitCode).toBe(1);
    }
  });

  test("reads a text file anew by the types of the base's contract", async () => {
    const text = ages(9).replace(
      "name: age, logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: 9 }",
      "name: age, logicalType: string",
    );
    const before = text.replace("name: age, logicalType: string", "name: age, logicalType: integer");
    await using fits = await branch({ "c.yaml": before }, { "c.yaml": text, "data.csv": young });
    expect((await asked(fits)).about[0]).toMatchObject({ id: "loosening.age.type", verdict: "warn" });
    await using does_not = await branch({ "c.yaml": before }, { "c.yaml": text, "data.csv": "id,age\n1,old\n" });
    expect((await asked(does_not)).about[0]).toMatchObject({ id: "loosening.age.type", verdict: "fail" });
  });

  test("warns where loosening is allowed", async () => {
    await using world = await branch({ "c.yaml": ages(120) }, { "c.yaml": ages(150), "data.csv": old });
    const { about, exitCode } = await asked(world, { "allow-loosening": "true" });
    expect(about[0]).toMatchObject({ id: "loosening.age.range", verdict: "warn" });
    expect(about[0]?.message).toContain("this data breaks what the contract at");
    expect(exitCode).toBe(0);
  });

  test("tells its changes, old and new, and the version that says so", async () => {
    await using world = await branch({ "c.yaml": ages(120) }, { "c.yaml": ages(150), "data.csv": young });
    const { about, report } = await asked(world);
    expect(about[1]).toMatchObject({
      id: "contract.version",
      verdict: "warn",
      expected: "at least 2.0.0",
      place: { line: 4 },
    });
    const table = report.tables.find(({ title }) => title.startsWith("What the contract says otherwise"));
    expect(table?.rows).toEqual([
      ["rule age.range is looser", "age must be from 0 to 120", "age must be from 0 to 150", "yes", "looser", 10, 10],
    ]);
    expect(report.details).toMatchObject({ changelog: { changes: [{ id: "age.range", gate: "looser" }] } });
    expect(command.details.safeParse(report.details).success).toBe(true);
  });
});

describe("what the base decides besides", () => {
  test("values that the base's contract hides stay hidden", async () => {
    const shown = (classification: string) => ages(9, `classification: ${classification}`);
    const ci = pull("0".repeat(40), { headSha: "1".repeat(40), baseSha: "2".repeat(40) });
    await using world = await branch(
      { "c.yaml": shown("restricted") },
      { "c.yaml": shown("public"), "data.csv": old },
      ci,
    );
    const { about, report } = await asked(world, { base: "main" });
    expect(about[0]).toMatchObject({ id: "loosening.age.classification", verdict: "warn" });
    expect(JSON.stringify(report.tables)).toContain("(masked)");
    expect(JSON.stringify(report)).not.toContain("140");
  });

  test("a mode in titleholder.yaml counts from the merge on, and so does leave to loosen", async () => {
    const yaml = (...lines: readonly string[]) =>
      `version: 1\nmodels:\n  churn:\n    contract: c.yaml\n    validate-data:\n      data: data.csv\n${lines.map((line) => `      ${line}\n`).join("")}`;
    await using world = await branch(
      { "c.yaml": ages(120), "titleholder.yaml": yaml() },
      { "c.yaml": ages(150), "data.csv": old, "titleholder.yaml": yaml("mode: report-only", "allow-loosening: true") },
    );
    const { about, exitCode } = await asked(world, { data: "", contract: "" });
    expect(about).toMatchObject([
      { id: "loosening.age.range", verdict: "fail" },
      { id: "loosening.inputs.mode", verdict: "warn" },
      { id: "loosening.inputs.allow-loosening", verdict: "warn" },
      { id: "contract.version" },
    ]);
    expect(exitCode).toBe(1);
  });

  test("another contract in titleholder.yaml is held against the one that stood there", async () => {
    const yaml = (contract: string) =>
      `version: 1\nmodels:\n  churn:\n    contract: ${contract}\n    validate-data: { data: data.csv }\n`;
    await using world = await branch(
      { "c.yaml": ages(120), "titleholder.yaml": yaml("c.yaml") },
      { "d.yaml": ages(150), "data.csv": old, "titleholder.yaml": yaml("d.yaml") },
    );
    expect((await asked(world, { data: "", contract: "" })).about[0]).toMatchObject({
      id: "loosening.age.range",
      verdict: "fail",
    });
  });

  test("a contract that titleholder.yaml names no more is gone with all its rules", async () => {
    const yaml = (key: string) =>
      `version: 1\nmodels:\n  churn:\n    validate-data: { data: data.csv, ${key}, reference-severity: warn }\n`;
    await using world = await branch(
      { "c.yaml": ages(120), "titleholder.yaml": yaml("contract: c.yaml, reference: data.csv"), "data.csv": old },
      { "titleholder.yaml": yaml("reference: data.csv") },
    );
    const { about } = await asked(world, { data: "", contract: "" });
    expect(about.map(({ id, verdict }) => [id, verdict])).toContainEqual(["loosening.age", "fail"]);
  });

  test("other data in titleholder.yaml is told", async () => {
    const yaml = (data: string) =>
      `version: 1\nmodels:\n  churn:\n    contract: c.yaml\n    validate-data: { data: ${data} }\n`;
    await using world = await branch(
      { "c.yaml": ages(120), "titleholder.yaml": yaml("data.csv") },
      { "few.csv": young, "titleholder.yaml": yaml("few.csv") },
    );
    const { about } = await asked(world, { data: "", contract: "" });
    expect(about).toMatchObject([{ id: "loosening.inputs.data", verdict: "warn" }]);
    expect(about[0]?.message).toContain('is ["few.csv"], at');
  });
});

describe("where the base comes from", () => {
  test("a contract that is new says so and warns of nothing", async () => {
    await using world = await branch({ a: "" }, { "c.yaml": ages(150), "data.csv": old });
    const { about, report } = await asked(world);
    expect(about).toMatchObject([
      { id: "base", verdict: "pass", message: expect.stringContaining("the contract is new") },
    ]);
    expect(report.verdict).toBe("pass");
  });

  test("outside of a repository there is none, and nothing is said", async () => {
    await using t = await testHost({ files: { "c.yaml": ages(150), "data.csv": old } });
    expect((await asked({ t })).about).toEqual([]);
  });

  test("a file, a branch or a commit may be named", async () => {
    await using world = await branch(
      { "c.yaml": ages(120) },
      { "c.yaml": ages(150), "data.csv": old, "old.yaml": ages(130) },
    );
    expect((await asked(world, { base: "old.yaml" })).about[0]?.message).toContain(
      'formerly "age must be from 0 to 130"',
    );
    expect((await asked(world, { base: "main" })).about[0]?.message).toContain('formerly "age must be from 0 to 120"');
    expect((await asked(world, { base: "HEAD" })).about).toMatchObject([{ id: "base", verdict: "pass" }]);
  });

  test.each(["no-such-branch", "--all", "HEAD:c.yaml", "$(touch pwned)", "-c core.pager=x", "HEAD\nHEAD"])(
    "%j is none",
    async (base) => {
      await using world = await branch({ "c.yaml": ages(120) }, { "data.csv": young });
      const error = await run(world, { base }).catch((reason: unknown) => reason);
      if (!(error instanceof TitleholderError)) throw error;
      expect(error).toMatchObject({ code: "TH_BASE_MISSING", kind: "configuration", place: { input: "base" } });
      expect(existsSync(join(world.t.cwd, "pwned"))).toBe(false);
    },
  );

  test("of a pull request it is the first parent of the merge, whatever the event last knew of main", async () => {
    await using prepared = await branch({ "c.yaml": ages(120) }, { "c.yaml": ages(150), "data.csv": old });
    const { repository } = prepared;
    const stale = repository.git("rev-parse", "main");
    repository.git("checkout", "--quiet", "main");
    const moved = repository.commit({ "other.txt": "main went on" });
    const headSha = repository.git("rev-parse", "topic");
    const sha = repository.merge("topic");
    await using t = await testHost({ cwd: prepared.t.cwd, ci: pull(sha, { headSha, baseSha: stale }) });
    const { about } = await asked({ t });
    expect(about[0]).toMatchObject({ id: "loosening.age.range", verdict: "fail" });
    expect(about[0]?.message).toContain(`main at ${moved.slice(0, 8)}`);
  });

  test("a checkout of the branch itself is held against main, not against its own last commit", async () => {
    await using prepared = await branch({ "c.yaml": ages(120) }, { "c.yaml": ages(150), "data.csv": old });
    const { repository } = prepared;
    const headSha = repository.commit({ "later.txt": "one more" });
    const baseSha = repository.git("rev-parse", "main");
    await using t = await testHost({ cwd: prepared.t.cwd, ci: pull(headSha, { headSha, baseSha }) });
    expect((await asked({ t })).about[0]).toMatchObject({ id: "loosening.age.range", verdict: "fail" });
  });

  test("a checkout without history says what to write", async () => {
    await using prepared = await branch({ "c.yaml": ages(120) }, { "c.yaml": ages(150), "data.csv": old });
    const { repository } = prepared;
    const shas = { headSha: repository.git("rev-parse", "topic"), baseSha: repository.git("rev-parse", "main") };
    const sha = repository.merge("topic");
    repository.git("branch", "merged");
    repository.git("clone", "--quiet", "--depth=1", "--branch=merged", `file://${repository.folder}`, "shallow");
    await using t = await testHost({ cwd: join(repository.folder, "shallow"), ci: pull(sha, shas) });
    const { about } = await asked({ t });
    expect(about).toMatchObject([
      { id: "base", verdict: "unchecked", message: expect.stringContaining("`fetch-depth: 2`") },
    ]);
  });

  test("nothing that the repository configures is run", async () => {
    await using world = await branch(
      { "c.yaml": ages(120), ".gitattributes": "*.yaml diff=evil filter=evil\n" },
      { "c.yaml": ages(150), "data.csv": old },
    );
    const { repository, t } = world;
    const evil = `touch ${join(t.cwd, "pwned")}`;
    for (const key of [
      "core.fsmonitor",
      "core.pager",
      "core.sshCommand",
      "diff.external",
      "diff.evil.textconv",
      "filter.evil.smudge",
      "alias.cat-file",
      "alias.rev-parse",
    ])
      repository.git("config", key, key.startsWith("alias") ? `!${evil}` : evil);
    expect((await asked(world)).about[0]).toMatchObject({ id: "loosening.age.range", verdict: "fail" });
    expect(existsSync(join(t.cwd, "pwned"))).toBe(false);
  });
});
