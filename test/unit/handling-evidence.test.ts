import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command as trainCommand } from "../../src/commands/train.ts";
import { command } from "../../src/commands/validate-data.ts";
import type { AnyCommand, Findings } from "../../src/kernel/command.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { walkChain } from "../../src/lineage/chain.ts";
import { featureTable, shortDigest } from "../../src/lineage/chain-table.ts";
import type { EvidenceReport } from "../../src/lineage/evidence.ts";
import { makeReport, serializeReport } from "../../src/report/report.ts";
import { type TestHost, testHost } from "../support/host.ts";

const contract = `apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    customProperties: [{ property: features, value: [{ name: adult, version: 1.0.0, sources: [age], code: adult.py }] }]
    properties:
      - { name: id, logicalType: integer, primaryKey: true }
      - { name: age, logicalType: integer, logicalTypeOptions: { minimum: 0 } }
`;

const project = { "c.yaml": contract, "adult.py": "adult = age >= 18\n" };
const run = { version: "1", started: "", finished: "", timings: {} };

async function report(t: TestHost, name: AnyCommand["name"], findings: Findings): Promise<EvidenceReport> {
  const value = makeReport({ command: name, model: "default", config: {}, run }, findings);
  const { bytes, digest } = serializeReport(value);
  await t.write(`.titleholder/default/${name}/report.json`, bytes);
  return { report: value, digest };
}

async function validate(t: TestHost): Promise<EvidenceReport> {
  const at = (path: string) => join(t.cwd, path);
  const inputs = command.inputs.parse({
    data: [at("data.csv")],
    contract: at("c.yaml"),
    quarantine: at("quarantine.parquet"),
    clean: at("clean.parquet"),
  });
  return report(t, command.name, (await command.run(inputs, t.host, t.project)).findings);
}

async function train(t: TestHost, data: string): Promise<Findings> {
  const inputs = trainCommand.inputs.parse({
    run: `echo ${data} > model.bin`,
    modelPath: join(t.cwd, "model.bin"),
    data: [join(t.cwd, data)],
    evidence: [join(t.cwd, ".titleholder/**/report.json")],
  });
  return (await trainCommand.run(inputs, t.host, t.project)).findings;
}

const evidenceOf = ({ checks }: Findings) => checks.find(({ id }) => id === "data-evidence");

describe("later gates", () => {
  test("accept the clean rows of data that failed, and neither that data nor its quarantine", async () => {
    await using t = await testHost({ files: { "data.csv": "id,age\n1,5\n2,-1\n3\n4,7\n", ...project } });
    const validation = await validate(t);
    expect(validation.report.verdict).toBe("fail");
    expect(evidenceOf(await train(t, "clean.parquet"))).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("validated with verdict pass"),
    });
    for (const other of ["data.csv", "quarantine.parquet"])
      expect([other, evidenceOf(await train(t, other))]).toMatchObject([other, { verdict: "fail" }]);
  });

  test("trace a model that was trained on clean rows back to the validation of the data they came from", async () => {
    await using t = await testHost({ files: { "data.csv": "id,age\n1,5\n2,-1\n4,7\n", ...project } });
    const validation = await validate(t);
    const training = await report(t, trainCommand.name, await train(t, "clean.parquet"));
    const model = digestOf("clean.parquet\n");
    const chain = walkChain(model, [validation, training]);
    expect(chain.links.find(({ id }) => id === "training-data")).toMatchObject({
      status: "found",
      report: validation.digest,
    });
    expect(chain.validations).toEqual([validation]);
    expect(featureTable(chain).map(({ rows }) => rows)).toEqual([
      [["adult", "1.0.0", "age", "adult.py", shortDigest(digestOf(project["adult.py"]))]],
    ]);
    const wrong = await report(t, trainCommand.name, await train(t, "quarantine.parquet"));
    expect(walkChain(digestOf("quarantine.parquet\n"), [validation, wrong]).links).toContainEqual(
      expect.objectContaining({ id: "training-data", status: "broken" }),
    );
  });
});
