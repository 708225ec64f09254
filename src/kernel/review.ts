/** A line of a file in the pull request that should read otherwise. */
export interface Suggestion {
  /** Tells it from others of the same scope, and stays the same from run to run. */
  readonly key: string;
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  /** The line as it stands: where the pull request shows another text there, nothing is posted. */
  readonly old: string;
  /** Markdown, with the suggestion in it. */
  readonly body: string;
}

/** What became of suggestions. */
export interface PublishedSuggestions {
  readonly posted: number;
  readonly updated: number;
  readonly removed: number;
  /** Keys of those whose lines the pull request does not touch, so that nothing can be posted there. */
  readonly outside: readonly string[];
}

/** The review of the pull request at hand. */
export interface Review {
  /**
   * Leaves exactly these suggestions of a scope on the pull request: what an earlier run left is updated or removed, nothing is posted twice.
   * @throws TH_GITHUB, TH_GITHUB_PERMISSION (backend); what is done by then stays, and the next run goes on from there
   */
  publish(scope: string, suggestions: readonly Suggestion[]): Promise<PublishedSuggestions>;
}
