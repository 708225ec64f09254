import { parseContract } from "../../src/contract/odcs.ts";
import { TitleholderError } from "../../src/kernel/error.ts";

/** The lines of a contract above its only table's body. */
export const contractHead =
  "apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: 1.0.0\nstatus: active\nschema:\n  - name: t\n";

/** A contract whose only table has this body, indented by four. */
export function contractTable(body: string): string {
  return `${contractHead}${body.replace(/^(?=.)/gm, "    ")}\n`;
}

/** A contract with one column; `lines` are its keys. */
export function contractColumn(...lines: readonly string[]): string {
  return contractTable(`properties:\n  - name: x\n${lines.map((line) => `    ${line}`).join("\n")}`);
}

/** The error for a contract that must not be accepted. */
export function contractRefusal(text: string): TitleholderError {
  try {
    parseContract(text, "c.yaml");
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
  throw new Error("the contract was accepted");
}
