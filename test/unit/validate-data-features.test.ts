import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { type TestHost, testHost } from "../support/host.ts";

const contract = (...features: readonly string[]) => `apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    customProperties: [{ property: features, value: [${features.join(", ")}] }]
    properties:
      - { name: weight, logicalType: number }
      - { name: height, logicalType: number }
`;
const code = "bmi = weight / height ** 2\n";
const bmi = (more = "") => `{ name: bmi, version: 1.0.0, sources: [weight, height]${more} }`;

async function validate(t: TestHost) {
  const given = { data: [join(t.cwd, "data.csv")], contract: join(t.cwd, "contracts/c.yaml") };
  const { findings } = await command.run(command.inputs.parse(given), t.host, t.project);
  expect(command.details.parse(findings.details)).toEqual(findings.details);
  const check = findings.checks.find(({ id }) => id === "feature.bmi");
  return { findings, check, features: (findings.details as JsonObject).features };
}

const hostWith = (...features: readonly string[]) =>
  testHost({
    files: { "data.csv": "weight,height\n70,1.8\n", "contracts/c.yaml": contract(...features), "src/bmi.py": code },
  });

describe("the features of a contract", () => {
  test("are on record with the digest of their code", async () => {
    await using t = await hostWith(bmi(", code: ../src/bmi.py"));
    const { findings, check, features } = await validate(t);
    expect(check).toMatchObject({ verdict: "pass", observed: digestOf(code) });
    expect(findings.materials).toContainEqual({ name: "src/bmi.py", kind: "code", digest: digestOf(code) });
    expect(features).toEqual([
      {
        name: "bmi",
        version: "1.0.0",
        sources: ["weight", "height"],
        code: { path: "src/bmi.py", digest: digestOf(code) },
      },
    ]);
  });

  test("fail when their code changed and their version did not", async () => {
    await using t = await hostWith(bmi(`, code: ../src/bmi.py, digest: "${digestOf(code)}"`));
    expect((await validate(t)).check?.verdict).toBe("pass");
    await t.write("src/bmi.py", `${code}# changed\n`);
    expect((await validate(t)).check).toMatchObject({
      verdict: "fail",
      observed: digestOf(`${code}# changed\n`),
      expected: digestOf(code),
      place: { file: "contracts/c.yaml", line: 8 },
    });
  });

  test("are unchecked without code", async () => {
    await using t = await hostWith(bmi());
    expect((await validate(t)).check?.verdict).toBe("unchecked");
  });

  test.each([
    ["../src/bim.py", 'did you mean "bmi.py"?', "is no file"],
    ["../../etc/passwd", "name a file of the project", "lies outside of the working directory"],
    ["../src", "name a file", "is no file"],
    ["../link/bmi.py", "name the file itself", "is reached by a symbolic link"],
  ])("name a file of the project: %s", async (path, fix, message) => {
    await using t = await hostWith(bmi(`, code: ${path}`));
    await symlink(join(t.cwd, "src"), join(t.cwd, "link"));
    await expect(validate(t)).rejects.toMatchObject({
      code: "TH_FEATURE_CODE",
      message: `the code of the feature bmi, ${path}, ${message}`,
      fix: expect.stringContaining(fix),
      place: { file: "contracts/c.yaml", line: 8 },
    });
  });
});
