export interface FileFacts {
  readonly kind: "file" | "directory" | "other";
  /** Bytes; 0 for anything but a file. */
  readonly size: number;
  /** When the content was last written, in milliseconds since 1970. */
  readonly modified: number;
  /** Belongs to this account, and no other one may read, write or enter it. Always true where accounts are not told so (Windows). */
  readonly private: boolean;
  /** The path itself is a symbolic link; all else is told of what it leads to. */
  readonly link: boolean;
}

export interface ReplaceOptions {
  /** No other account may read or write the file, not even while it is being written. */
  readonly private?: boolean;
}

export interface StreamOptions {
  /** The first byte that is wanted, from 0. */
  readonly start?: number;
  /** Every chunk lies in the same memory and is gone when the next one is asked for: a third faster for who looks at it once. */
  readonly fleeting?: boolean;
}

/** The only file operations stores use; the fault tests replace it and stop at the n-th write. Paths are absolute. */
export interface Files {
  /** The whole file; undefined when there is no such file. @throws TH_FILE_UNREADABLE (configuration) for anything else. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The file in chunks. @throws TH_FILE_MISSING or TH_FILE_UNREADABLE (configuration). */
  stream(path: string, options?: StreamOptions): AsyncIterable<Uint8Array>;
  /** What stands at the path, links followed; undefined when nothing does. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** Names in a directory, sorted by code unit; empty when there is no such directory. */
  list(directory: string): Promise<readonly string[]>;
  /** Regular files that match a glob (`**`, `*`, `?`, `{a,b}`, `[x]`) below `cwd`, absolute and sorted; a plain path is its own match. */
  glob(pattern: string, cwd: string): Promise<readonly string[]>;
  /** Private folder for this run's own large files, created when absent. */
  makeDirectory(path: string): Promise<void>;
  /** temp + fsync + hard link + fsync(directory). False when `path` exists: this is the compare-and-set of the file registry. */
  createExclusive(path: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<boolean>;
  /** temp + fsync + rename + fsync(directory): a reader sees the old bytes or the new ones, never half. */
  replace(path: string, bytes: Uint8Array | AsyncIterable<Uint8Array>, options?: ReplaceOptions): Promise<void>;
}
