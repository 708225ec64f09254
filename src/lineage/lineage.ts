import type { Artifact } from "../kernel/command.ts";
import type { Digest } from "../kernel/digest.ts";
import type { Instant } from "../kernel/host.ts";
import type { Verdict } from "../kernel/verdict.ts";

/** in-toto Statement v1; the predicate is the report, by digest and verdict, so that a statement stays small and never changes. */
export interface EvidenceStatement {
  readonly _type: "https://in-toto.io/Statement/v1";
  /** Sorted by name. */
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: `https://titleholder.dev/${string}/v1`;
  readonly predicate: {
    readonly command: string;
    readonly verdict: Verdict;
    readonly report: Digest;
    readonly result: Digest;
    readonly materials: readonly Artifact[];
    readonly finished: Instant;
  };
}
