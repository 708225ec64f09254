import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import { type Chain, type LinkId, walkChain } from "../../src/lineage/chain.ts";
import { chainTable, rawTable } from "../../src/lineage/chain-table.ts";
import {
  asEvidence,
  asMaterial,
  evaluationReport,
  trainingReport,
  validationReport,
} from "../support/chain-reports.ts";

const model = digestOf("model");
const january = { "data/train.csv": "january", "data/test.csv": "holdout" };
const train = { "data/train.csv": "january" };
const test_ = { "data/test.csv": "holdout" };
const whole = [validationReport(january), trainingReport(model, train), evaluationReport(model, test_)].map(asEvidence);

const statuses = (chain: Chain) => Object.fromEntries(chain.links.map((link) => [link.id, link.status]));
const link = (chain: Chain, id: LinkId) => chain.links.find((candidate) => candidate.id === id);

describe("a whole chain", () => {
  test("leads from the model to the raw data, with one validation of more files than each gate used", () => {
    const chain = walkChain(model, whole);
    expect(statuses(chain)).toEqual({
      evaluation: "found",
      "evaluation-data": "found",
      training: "found",
      "training-data": "found",
      "raw-data": "found",
    });
    expect(chain.raw).toEqual([{ path: "data/train.csv", digest: digestOf("january"), state: "recorded" }]);
    expect(link(chain, "raw-data")?.message).toBe("1 file recorded, not re-read");
    expect(chain.reports.map(({ report }) => report.command).sort()).toEqual([
      "evaluate-vs-champion",
      "train",
      "validate-data",
    ]);
  });

  test("several validations may share the cover, and a renamed file is known by its digest", () => {
    const parts = [validationReport({ "raw/january.csv": "january" }), validationReport(test_)].map(asEvidence);
    const chain = walkChain(model, [...parts, ...whole.slice(1)]);
    expect(statuses(chain)).toMatchObject({ "training-data": "found", "evaluation-data": "found" });
    expect(chain.validations).toHaveLength(2);
  });

  test("the order of the evidence does not matter", () => {
    const again = asEvidence(evaluationReport(model, test_, { finished: "2026-02-01T00:00:00.000Z", verdict: "warn" }));
    const all = [...whole, again];
    expect(walkChain(model, all.toReversed()).links).toEqual(walkChain(model, all).links);
    expect(walkChain(model, all).evaluation).toEqual(again);
  });

  test("an evaluation made to promote counts before a newer one made to screen", () => {
    const promote = asEvidence(
      evaluationReport(model, test_, { finished: "2026-01-01T00:00:00.000Z", verdict: "fail" }),
    );
    const screen = asEvidence(
      evaluationReport(model, test_, { purpose: "screen", finished: "2026-01-02T00:00:00.000Z" }),
    );
    expect(walkChain(model, [promote, screen]).evaluation).toEqual(promote);
    expect(walkChain(model, [screen]).evaluation).toEqual(screen);
  });
});

describe("what is missing is named", () => {
  test("without any report every gate is missing, and the raw data is not known", () => {
    const chain = walkChain(model, []);
    expect(statuses(chain)).toEqual({ evaluation: "missing", training: "missing", "raw-data": "missing" });
    expect(link(chain, "training")?.message).toBe("no report of train is at hand");
  });

  test("a file that no validation covers is named with its digest", () => {
    const chain = walkChain(model, [asEvidence(validationReport(test_)), ...whole.slice(1)]);
    expect(link(chain, "training-data")).toMatchObject({
      status: "missing",
      message: `no report of validate-data covers data/train.csv (${digestOf("january")})`,
    });
    expect(statuses(chain)["evaluation-data"]).toBe("found");
  });

  test("an earlier report that is named and not at hand", () => {
    const gone = validationReport({ "data/other.csv": "x" });
    const evaluation = asEvidence(evaluationReport(model, test_, { materials: [asMaterial(gone)] }));
    const chain = walkChain(model, [...whole.slice(0, 2), evaluation]);
    expect(link(chain, "named-reports")?.message).toContain(asEvidence(gone).digest);
    const found = walkChain(model, [...whole.slice(0, 2), evaluation, asEvidence(gone)]);
    expect(link(found, "named-reports")).toBeUndefined();
    expect(found.reports).toContainEqual(asEvidence(gone));
  });

  test("a report that does not say which data it used", () => {
    const chain = walkChain(model, [asEvidence(trainingReport(model, {}))]);
    expect(link(chain, "training-data")).toMatchObject({ status: "missing" });
    expect(link(chain, "raw-data")).toMatchObject({ status: "missing" });
  });
});

describe("what is broken is named", () => {
  test("evidence about another model names both digests", () => {
    const other = digestOf("another model");
    const chain = walkChain(model, [asEvidence(evaluationReport(other, test_)), ...whole.slice(0, 2)]);
    expect(link(chain, "evaluation")).toMatchObject({ status: "broken" });
    expect(link(chain, "evaluation")?.message).toContain(other);
    expect(link(chain, "evaluation")?.message).toContain(model);
    expect(chain.reports.map(({ report }) => report.command)).not.toContain("evaluate-vs-champion");
  });

  test("a file that changed between validation and training", () => {
    const chain = walkChain(model, [
      asEvidence(validationReport({ "data/train.csv": "before" })),
      asEvidence(trainingReport(model, train)),
    ]);
    expect(link(chain, "training-data")).toMatchObject({
      status: "broken",
      message: `data/train.csv was validated as ${digestOf("before")} and used as ${digestOf("january")}`,
    });
  });

  test("data that was used though its validation failed, whenever that ran", () => {
    const failed = (finished: string) => asEvidence(validationReport(january, { verdict: "fail", finished }));
    for (const finished of ["2025-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"]) {
      expect(link(walkChain(model, [failed(finished), ...whole]), "training-data")).toMatchObject({
        status: "broken",
        message:
          "data/train.csv was used though its validation says fail; 2 validations disagree (fail, pass), and the worst counts",
      });
    }
  });

  test("a failure on more files does not outweigh a validation of fewer; one on fewer does", () => {
    const more = asEvidence(validationReport({ ...january, "data/broken.csv": "x" }, { verdict: "fail" }));
    expect(statuses(walkChain(model, [more, ...whole]))["training-data"]).toBe("found");
    const fewer = asEvidence(validationReport(train, { verdict: "fail" }));
    expect(statuses(walkChain(model, [fewer, ...whole]))["training-data"]).toBe("broken");
  });
});

describe("reading the raw data again", () => {
  const reread = (files: Record<string, string>) =>
    walkChain(model, whole, {
      reread: new Map(Object.entries(files).map(([path, content]) => [path, digestOf(content)])),
    });

  test("equal bytes are equal, wherever the file lies now", () => {
    expect(link(reread(train), "raw-data")).toMatchObject({ status: "found", message: "1 file read again and equal" });
    expect(reread({ "moved.csv": "january" }).raw).toMatchObject([{ state: "equal" }]);
  });

  test("other bytes are a broken link, a file that is not there a missing one", () => {
    expect(link(reread({ "data/train.csv": "february" }), "raw-data")).toMatchObject({ status: "broken" });
    expect(link(reread({ "data/else.csv": "x" }), "raw-data")).toMatchObject({
      status: "missing",
      message: "data/train.csv was not found again",
    });
  });
});

test("the chain is shown as a tree, and raw files up to a hundred", () => {
  const table = chainTable({ title: "churn version 3", digest: model }, walkChain(model, whole));
  expect(table.rows.map((row) => row[0])).toEqual([
    "churn version 3",
    "└ evaluated",
    "└─ on data",
    "└ trained",
    "└─ on data",
    "└── raw files",
  ]);
  const many = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`${1000 + index}.csv`, `${index}`]));
  const files = rawTable(walkChain(model, [asEvidence(trainingReport(model, many))]));
  expect([files.rows.length, files.more]).toEqual([100, 30]);
});
