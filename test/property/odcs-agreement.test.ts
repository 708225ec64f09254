import { readdir, readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { parseContract } from "../../src/contract/odcs.ts";
import { odcsSchema } from "../../src/contract/odcs-schema.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { acceptedByStandard, odcsDocuments } from "../support/odcs-documents.ts";

const isSlow = process.env.TITLEHOLDER_SLOW === "1";
const folder = "test/fixtures/odcs";

/** What contradicts itself is refused, though its form is right; so is version 2.2 where no part of 3.x stands. */
const ofContent = ["TH_CONTRACT_VALUE", "TH_CONTRACT_VERSION"];

function refusalOf(text: string): TitleholderError | undefined {
  try {
    parseContract(text, "c.yaml");
    return undefined;
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
}

describe("contracts are accepted where the standard's JSON Schema accepts them, and nowhere else", () => {
  test("contracts made from the JSON Schema, and changed at random", { timeout: 600_000 }, () => {
    const verdicts = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(odcsDocuments, (document) => {
        const expected = acceptedByStandard(document);
        verdicts[expected ? "accepted" : "refused"] += 1;
        const { success, error } = odcsSchema.safeParse(document);
        expect(success, JSON.stringify(error?.issues[0])).toBe(expected);
        const refusal = refusalOf(stringify(document));
        if (refusal !== undefined) expect(refusal.place).toMatchObject({ file: "c.yaml", line: expect.any(Number) });
        if (expected && refusal !== undefined) expect(ofContent).toContain(refusal.code);
        if (!expected) expect(refusal).toBeDefined();
      }),
      { numRuns: isSlow ? 10_000 : 400, ...(isSlow ? {} : { seed: 20260131 }) },
    );
    const runs = verdicts.accepted + verdicts.refused;
    expect(verdicts.accepted / runs).toBeGreaterThan(0.15);
    expect(verdicts.refused / runs).toBeGreaterThan(0.15);
  });

  test("every example is accepted by both, and compiled", async () => {
    const files = (await readdir(folder)).sort();
    expect(files.length).toBeGreaterThan(8);
    for (const file of files) {
      const text = await readFile(`${folder}/${file}`, "utf8");
      expect(acceptedByStandard(parse(text)), file).toBe(true);
      expect(refusalOf(text), file).toBeUndefined();
    }
  });
});
