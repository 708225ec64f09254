import { join } from "node:path";
import type { Contract } from "../../contract/contract.ts";
import type { BaseCommit } from "../../kernel/base-commit.ts";
import type { Project } from "../../kernel/command.ts";
import { TitleholderError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { shownPath } from "../paths.ts";
import { parsedContract, type ReadContract, readContract } from "./contract-file.ts";

/** What the contract is held against. */
export type Base =
  /** There is no earlier commit: nothing to say. */
  | { readonly state: "none" }
  /** There is one, and it cannot be read. */
  | { readonly state: "unreadable"; readonly why: string; readonly fix: string }
  /** The contract is not in it, or there is none at all. */
  | { readonly state: "new"; readonly name: string; readonly path: string | undefined; readonly inputs: BaseInputs }
  | { readonly state: "found"; readonly name: string; readonly contract: ReadContract; readonly inputs: BaseInputs };

/** The command's inputs with titleholder.yaml as it was; undefined where that is not known. */
type BaseInputs = Readonly<Record<string, unknown>> | undefined;

/** The contract as it was, where it is known. */
export function earlierOf(base: Base): Contract | undefined {
  return base.state === "found" ? base.contract.value : undefined;
}

interface Given extends Readonly<Record<string, unknown>> {
  readonly contract?: string | undefined;
  readonly base?: string | undefined;
  readonly dataTable?: string | undefined;
  readonly githubToken?: string | undefined;
}

/**
 * The contract to compare with: the file that `base` names, or the one that the contract's path (of the earlier titleholder.yaml, where
 * that names it) had at the commit which this run starts from.
 * @throws TH_BASE_MISSING and the errors of `readContract` (configuration) for a `base` that is named; what is not named is only told
 */
export async function readBase(given: Given, host: Host, project: Project): Promise<Base> {
  const { base } = given;
  if (base !== undefined) {
    const path = join(host.cwd, base);
    if ((await host.files.facts(path))?.kind === "file")
      return {
        state: "found",
        name: shownPath(host, path),
        contract: await readContract(path, host, given.dataTable),
        inputs: given,
      };
  }
  try {
    const commit = await host.base({
      ...(base === undefined ? {} : { revision: base }),
      ...(given.githubToken === undefined ? {} : { token: given.githubToken }),
    });
    return commit === undefined ? { state: "none" } : await contractAt(commit, given, host, project);
  } catch (error) {
    if (!(error instanceof TitleholderError) || base !== undefined) throw error;
    return { state: "unreadable", why: error.message, fix: error.fix };
  }
}

async function contractAt(commit: BaseCommit, given: Given, host: Host, project: Project): Promise<Base> {
  const { name } = commit;
  const inputs = await project.inputsAt?.(commit);
  const path = typeof inputs?.contract === "string" ? inputs.contract : given.contract;
  if (path === undefined) return { state: "new", name, path, inputs };
  const bytes = await commit.read(path);
  const file = shownPath(host, path);
  if (bytes === undefined) return { state: "new", name, path: file, inputs };
  return { state: "found", name, contract: await parsedContract(bytes, `${file} (${name})`, given.dataTable), inputs };
}
