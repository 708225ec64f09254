import type { Scored } from "../../contract/quality-score.ts";
import type { DataSource, Dataset } from "../../dataset/dataset.ts";
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

/** What is at hand once the contract's rules are answered. */
export interface Situation {
  readonly host: Host;
  readonly project: Project;
  /** `noContract` where none was named. */
  readonly contract: ReadContract;
  /** What the contract is held against. */
  readonly base: Base;
  readonly source: DataSource;
  readonly fingerprint: Fingerprint;
  readonly dataset: Dataset;
  readonly found: Found;
  readonly masking: Masking;
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
