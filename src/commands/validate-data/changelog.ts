import { z } from "zod";
import type { ContractChange } from "../../contract/change.ts";
import { versionStep } from "../../contract/version-step.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { digestSchema } from "../../kernel/digest-schema.ts";
import type { Json } from "../../kernel/json.ts";
import type { Base } from "./base-contract.ts";
import type { ReadContract } from "./contract-file.ts";
import type { Part } from "./part.ts";

/** What a report keeps of it. */
export const changelogSchema = z.strictObject({
  base: z.string(),
  contract: digestSchema,
  version: z
    .strictObject({ step: z.enum(["major", "minor", "patch"]), suggested: z.string(), enough: z.boolean() })
    .nullable(),
  changes: z.array(
    z.strictObject({
      id: z.string(),
      what: z.string(),
      old: z.string().nullable(),
      new: z.string().nullable(),
      gate: z.enum(["same", "looser", "tighter", "different"]),
      breaking: z.boolean(),
    }),
  ),
});

/** The contract's changes as a table, what breaks first, and whether its version tells of them. */
export function changelogPart(base: Base, contract: ReadContract, changes: readonly ContractChange[]): Part {
  if (base.state !== "found" || changes.length === 0) return {};
  const version = versionStep(base.contract.value.version, contract.value.version, changes);
  return {
    checks: versionCheck(base.contract, contract, version),
    tables: [changeTable(base.name, changes)],
    details: {
      changelog: {
        base: base.name,
        contract: base.contract.digest,
        version: version === undefined ? null : { ...version },
        changes: changes.map(({ id, what, old, new: now, gate, breaking }) => ({
          id,
          what,
          old,
          new: now,
          gate,
          breaking,
        })),
      } satisfies Json,
    },
    materials: [{ name: base.contract.path, kind: "config", digest: base.contract.digest }],
  };
}

function versionCheck(
  { value: old }: ReadContract,
  { value: now, path, text }: ReadContract,
  step: ReturnType<typeof versionStep>,
): readonly Check[] {
  if (step === undefined) return [];
  const line = text.split("\n").findIndex((one) => /^["']?version["']?\s*:/.test(one)) + 1;
  const why = { major: "breaks who reads the data", minor: "asks for something else", patch: "is described otherwise" };
  return [
    {
      id: "contract.version",
      verdict: step.step === "major" && !step.enough ? "warn" : "pass",
      message: `the contract ${why[step.step]}: version ${old.version} became ${now.version}, ${step.suggested} or higher says so`,
      observed: now.version,
      expected: `at least ${step.suggested}`,
      place: line === 0 ? { file: path } : { file: path, line },
    },
  ];
}

function changeTable(base: string, changes: readonly ContractChange[]): Table {
  const words = { looser: "looser", tighter: "tighter", different: "other data", same: "" };
  const line = (change: ContractChange) => change.place.line ?? null;
  return {
    title: `What the contract says otherwise than at ${base}`,
    columns: ["change", "old", "new", "breaks readers", "gate", "line", "old line"],
    rows: changes.map((change) => [
      change.what,
      change.old,
      change.new,
      change.breaking ? "yes" : "no",
      words[change.gate],
      line(change),
      change.oldPlace?.line ?? null,
    ]),
  };
}
