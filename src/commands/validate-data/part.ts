import type { Scored } from "../../contract/quality-score.ts";
import type { DataSource, Dataset, DatasetGroup } from "../../dataset/dataset.ts";
import type { Fingerprint } from "../../dataset/fingerprint.ts";
import type { Artifact, Check, Project, Series, Table } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import type { Suggestion } from "../../kernel/review.ts";
import type { Profile } from "../../profile/profile.ts";
import type { Base } from "./base-contract.ts";
import type { Found } from "./checks.ts";
import type { ReadContract } from "./contract-file.ts";
import type { Masking } from "./masking.ts";

/** A table of the contract with its data, and what its own rules said of it. */
export interface TableData {
  /** `noContract` where none was named. */
  readonly contract: ReadContract;
  readonly source: DataSource;
  readonly fingerprint: Fingerprint;
  readonly dataset: Dataset;
  readonly found: Found;
  readonly masking: Masking;
}

/** What is at hand once the contract's rules are answered, for the table that is validated. */
export interface Situation extends TableData {
  readonly host: Host;
  readonly project: Project;
  /** What the contract is held against. */
  readonly base: Base;
  /** Every table of the contract that has data, by its name there; the one that is validated is the first. */
  readonly tables: ReadonlyMap<string, TableData>;
  /** Their data, by the same names. */
  readonly group: DatasetGroup;
  /** Of the data; undefined where nothing of it could be read, or nobody asked for it. */
  readonly profile: Profile | undefined;
}

/** What one topic of validation adds to the findings. */
export interface Part {
  readonly checks?: readonly Check[];
  readonly tables?: readonly Table[];
  readonly series?: readonly Series[];
  /** Keys of the command's `details`. */
  readonly details?: Readonly<Record<string, Json>>;
  readonly materials?: readonly Artifact[];
  readonly subjects?: readonly Artifact[];
  /** What it says of the data's quality, for the score. */
  readonly scored?: readonly Scored[];
  /** Lines of the repository's files that should read otherwise, for the pull request. */
  readonly suggestions?: readonly Suggestion[];
  /** Its checks stand before those of the contract's rules. */
  readonly first?: boolean;
}
