import { dirname, join } from "node:path";
import type { Contract } from "../../contract/contract.ts";
import { type Digest, digestOf } from "../../kernel/digest.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { nearest } from "../../kernel/naming.ts";
import { shownPath } from "../paths.ts";

/** A contract as it was read. */
export interface ReadContract {
  readonly value: Contract;
  /** As shown to people. */
  readonly path: string;
  readonly digest: Digest;
  /** The file as it stands. */
  readonly text: string;
}

/** What stands where no contract was named: nothing is asked. */
export const noContract: ReadContract = {
  value: {
    id: "",
    version: "",
    apiVersion: "",
    table: "data",
    physicalTable: "data",
    columns: [],
    key: [],
    rules: [],
    sqlRules: [],
    serviceLevels: [],
    references: [],
    unsupported: [],
    further: [],
  },
  path: "",
  digest: digestOf(""),
  text: "",
};

/**
 * @param table name of the table that is meant; the contract's first when absent
 * @throws TH_CONTRACT_MISSING and the errors of `parseContract` (configuration).
 */
export async function readContract(path: string, host: Host, table?: string): Promise<ReadContract> {
  const file = shownPath(host, path);
  const bytes = await host.files.read(path);
  if (bytes === undefined) {
    const near = nearest(path.slice(dirname(path).length + 1), await host.files.list(dirname(path)));
    throw configurationError(
      "TH_CONTRACT_MISSING",
      `there is no contract at ${file}`,
      near === undefined ? "name a file that exists" : `did you mean "${shownPath(host, join(dirname(path), near))}"?`,
      { input: "contract", file },
    );
  }
  return parsedContract(bytes, file, table);
}

/** @throws TH_CONTRACT_SYNTAX and the errors of `parseContract` (configuration). */
export async function parsedContract(bytes: Uint8Array, file: string, table?: string): Promise<ReadContract> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw configurationError("TH_CONTRACT_SYNTAX", "the contract is not UTF-8", "save it as UTF-8", { file }, cause);
  }
  // The standard's schema and YAML are large: a start that is refused does not load them.
  const { parseContract } = await import("../../contract/odcs.ts");
  return { value: parseContract(text, file, table), path: file, digest: digestOf(bytes), text };
}
