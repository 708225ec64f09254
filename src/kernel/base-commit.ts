/** The state of the repository that the work at hand starts from, and is held against. */
export interface BaseCommit {
  /** For people: `main at 1a2b3c4d`. */
  readonly name: string;
  /**
   * A file as it stood there, by its absolute path here; undefined when there was none, and for a path outside of the repository.
   * @throws TH_BASE_UNREADABLE (backend)
   */
  read(path: string): Promise<Uint8Array | undefined>;
}

export interface BaseWanted {
  /** A commit, branch or tag that is named; else the one that the run itself starts from. */
  readonly revision?: string;
  /** Opens GitHub's interface where the history is not on this machine. */
  readonly token?: string;
}
