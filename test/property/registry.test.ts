import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { parseReport } from "../../src/lineage/evidence.ts";
import { pathKey } from "../../src/registry/backends/file/layout.ts";
import { isInnerPath } from "../../src/registry/backends/file/records.ts";
import { parseModelReference } from "../../src/registry/names.ts";
import { evaluationReport, fileOf } from "../support/chain-reports.ts";

const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    "con",
    "CON",
    "nul.txt",
    "com1",
    ".",
    "..",
    "...",
    "a.",
    ".a",
    "%61",
    "a",
    "A",
    "é",
    "e\u0301",
    "/",
    "\\",
  ),
);

/** Whether text may become a name; undefined when it is refused as it should be. */
function keyOf(name: string): string | undefined {
  try {
    return pathKey(name);
  } catch (error) {
    expect(error).toBeInstanceOf(TitleholderError);
    return undefined;
  }
}

describe("names on disk", () => {
  test("are safe on every file system", () => {
    fc.assert(
      fc.property(names, (name) => {
        const key = keyOf(name);
        if (key === undefined) return;
        expect(key).toMatch(/^[a-z0-9_.%-]{1,200}$/);
        expect(key).not.toMatch(/^\.|\.$/);
        expect(key).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/);
      }),
      { numRuns: 2000 },
    );
  });

  test("differ for different names, also where case and Unicode forms are ignored", () => {
    const folded = (key: string) => key.normalize("NFC").toLowerCase();
    fc.assert(
      fc.property(names, names, (one, other) => {
        const [a, b] = [keyOf(one), keyOf(other)];
        if (a !== undefined && b !== undefined) expect(folded(a) === folded(b)).toBe(one === other);
      }),
      { numRuns: 2000 },
    );
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(names, (name) => {
        const key = keyOf(name);
        if (key === undefined) return;
        expect(seen.get(folded(key)) ?? name).toBe(name);
        seen.set(folded(key), name);
      }),
      { numRuns: 2000 },
    );
  });
});

test("no relative path that is accepted leaves its folder", () => {
  const parts = fc.array(fc.constantFrom("a", "b.bin", "..", ".", "", "c:", "d\\e", "..."), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(parts, (segments) => {
      const path = segments.join("/");
      if (!isInnerPath(path)) return;
      expect(new URL(path, "file:///root/").pathname).toBe(`/root/${path}`);
      expect(path).not.toMatch(/[\\:]|^\//);
    }),
  );
});

test("a model reference is read as it was written, or refused as a configuration error", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (rest) => {
      try {
        const { environment, name, ref } = parseModelReference(`registry:${rest}`, { input: "champion" });
        const at = typeof ref === "number" ? `@${ref}` : ref;
        const again = `registry:${environment === undefined ? "" : `${environment}/`}${name}${at}`;
        expect(parseModelReference(again, {})).toEqual(parseModelReference(`registry:${rest}`, {}));
      } catch (error) {
        expect(error).toMatchObject({ kind: "configuration", place: { input: "champion" } });
        expect((error as TitleholderError).fix).not.toBe("");
      }
    }),
    { numRuns: 2000 },
  );
});

describe("reports from outside", () => {
  const text = fileOf(evaluationReport(digestOf("model"), { "a.csv": "a" }));

  test("any other bytes give a configuration error that names the file, never a crash", () => {
    const mutated = fc
      .array(fc.record({ at: fc.nat(text.length - 1), cut: fc.nat(12), put: fc.string({ maxLength: 6 }) }), {
        minLength: 1,
        maxLength: 3,
      })
      .map((edits) => edits.reduce((all, { at, cut, put }) => all.slice(0, at) + put + all.slice(at + cut), text));
    const anything = fc.oneof(mutated, fc.json(), fc.string());
    fc.assert(
      fc.property(anything, (content) => {
        try {
          parseReport(new TextEncoder().encode(content), "report.json");
        } catch (error) {
          expect(error).toMatchObject({
            kind: "configuration",
            code: expect.stringMatching(/^TH_(EVIDENCE_SYNTAX|EVIDENCE_ALTERED|REPORT_FORMAT)$/),
            place: { file: "report.json" },
          });
        }
      }),
      { numRuns: 3000 },
    );
  });
});
