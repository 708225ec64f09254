import type { Place } from "../kernel/error.ts";
import type { Contract } from "./contract.ts";
import type { Strictness } from "./strictness.ts";

/** Something that a later contract says otherwise than an earlier one. */
export interface ContractChange {
  /** Unique among the changes of two contracts: the rule's or column's name, and what of it changed. */
  readonly id: string;
  /** What was done, without old and new: `age.range is looser`. */
  readonly what: string;
  readonly old: string | null;
  readonly new: string | null;
  /** What it does to the gate: more data passes (`looser`), less (`tighter`), some more and some less (`different`), or the same. */
  readonly gate: Strictness;
  /** Whoever relied on the earlier contract may meet data that it ruled out, or miss some that it promised. */
  readonly breaking: boolean;
  /** In the later contract; of what is gone, where it would stand. */
  readonly place: Place;
  /** In the earlier contract. */
  readonly oldPlace?: Place;
  /** Ids of the checks that ask for it: by the earlier contract, and by the later one. */
  readonly asked: { readonly old: readonly string[]; readonly new: readonly string[] };
}

/** Whether data may pass that did not pass before. */
export function isLoosening({ gate }: Pick<ContractChange, "gate">): boolean {
  return gate === "looser" || gate === "different";
}

/** Where a column stands; the file alone where there is none. */
export function placeOf(column: string | undefined, { columns }: Contract): Place {
  const file = columns[0]?.place.file;
  return columns.find(({ name }) => name === column)?.place ?? (file === undefined ? {} : { file });
}
