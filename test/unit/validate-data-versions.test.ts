import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { locateData } from "../../src/commands/data.ts";
import { command } from "../../src/commands/validate-data.ts";
import { dvcRecords } from "../../src/dataset/dvc.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { type TestHost, testHost } from "../support/host.ts";

const contract = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema: [{ name: t, properties: [{ name: x, logicalType: integer }] }]
`;
const csv = "x\n1\n";
const md5 = (text: string) => createHash("md5").update(text).digest("hex");
const tracked = (path: string, digest: string, more = "\n  hash: md5") =>
  `outs:\n- md5: ${digest}\n  size: 4${more}\n  path: ${path}\n`;

async function validate(t: TestHost, data = "data/a.csv") {
  const given = { data: [join(t.cwd, data)], contract: join(t.cwd, "c.yaml") };
  const { findings } = await command.run(command.inputs.parse(given), t.host, t.project);
  expect(command.details.parse(findings.details)).toEqual(findings.details);
  return {
    findings,
    checks: findings.checks.filter(({ id }) => id.startsWith("dvc.")),
    versions: (findings.details as JsonObject).versions,
  };
}

const hostWith = (files: Readonly<Record<string, string>>) =>
  testHost({ files: { "c.yaml": contract, "data/a.csv": csv, ...files } });

describe("data that DVC keeps", () => {
  test("is on record by its version, when it is that version", async () => {
    const record = tracked("a.csv", md5(csv));
    await using t = await hostWith({ "data/a.csv.dvc": record });
    const { findings, checks, versions } = await validate(t);
    expect(checks).toMatchObject([{ id: "dvc.data/a.csv", verdict: "pass", place: { file: "data/a.csv.dvc" } }]);
    expect(versions).toEqual([{ tool: "dvc", path: "data/a.csv", record: "data/a.csv.dvc", md5: md5(csv), size: 4 }]);
    expect(findings.materials).toContainEqual({ name: "data/a.csv.dvc", kind: "config", digest: digestOf(record) });
  });

  test("fails when it is another version than the one on record", async () => {
    await using t = await hostWith({ "data/a.csv.dvc": tracked("a.csv", md5("x\n2\n")) });
    expect((await validate(t)).checks).toMatchObject([
      { verdict: "fail", observed: md5(csv), expected: md5("x\n2\n") },
    ]);
    await t.write("data/a.csv.dvc", tracked("a.csv", md5("x\r\n1\r\n"), ""));
    expect((await validate(t)).checks).toMatchObject([{ verdict: "unchecked" }]);
  });

  test("may be a folder, recorded as a whole", async () => {
    // What `dvc add` of DVC 3.67 writes for this folder.
    const folder = "bda30e6e29d2643eaca14733fd52f1cf.dir";
    await using t = await hostWith({
      "data/sub/ü.csv": "x\n2\n",
      "data/.hidden": "h",
      "data.dvc": tracked("data", folder),
    });
    expect((await validate(t, "data")).checks).toMatchObject([{ id: "dvc.data", verdict: "pass" }]);
    expect((await validate(t)).checks).toMatchObject([{ id: "dvc.data", verdict: "pass" }]);
    await t.write("data/b.csv", csv);
    expect((await validate(t, "data")).checks).toMatchObject([{ verdict: "fail" }]);
  });

  test("may be the output of a stage", async () => {
    const lock = `schema: '2.0'\nstages:\n  prepare:\n    cmd: x\n    deps:\n    - path: raw.csv\n      hash: md5\n      md5: ${md5("raw")}\n    outs:\n    - path: data/a.csv\n      hash: md5\n      md5: ${md5(csv)}\n      size: 4\n`;
    await using t = await hostWith({ "dvc.lock": lock });
    const { checks, versions } = await validate(t);
    expect(checks).toMatchObject([{ id: "dvc.data/a.csv", verdict: "pass", place: { file: "dvc.lock" } }]);
    expect(versions).toMatchObject([{ record: "dvc.lock", size: 4 }]);
  });

  test("is nobody's business where no record speaks of it", async () => {
    await using t = await hostWith({ "data/a.csv.dvc": tracked("b.csv", md5(csv)), "dvc.lock": "a: [" });
    expect(await validate(t)).toMatchObject({ checks: [], versions: undefined });
  });
});

describe("a record of DVC", () => {
  test("is read as it is written", () => {
    expect(dvcRecords(`wdir: ..\n${tracked("a.csv", md5(csv))}`)).toEqual([
      { path: "../a.csv", md5: md5(csv), size: 4, legacy: false },
    ]);
    for (const text of ["", "[]", "outs: 1", "outs: [{ path: a, etag: x }]", "schema: '2.0'\nstages: {}", "a: &a [*a]"])
      expect(dvcRecords(text)).toEqual([]);
  });
});

describe("a pointer of Git LFS", () => {
  test("is refused by name, and so is not taken for a table of one column", async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 12345\n`;
    await using t = await hostWith({ "data/a.csv": pointer, "data/a.parquet": pointer });
    for (const path of ["data/a.csv", "data/a.parquet"])
      await expect(locateData([join(t.cwd, path)], t.host, "data")).rejects.toMatchObject({
        code: "TH_DATA_LFS",
        message: `${path} is a pointer of Git LFS, not the data itself`,
        place: { input: "data", file: path },
      });
  });
});
