/** What folders named `column=value` say of every row of a file; null where the value is missing. */
export type Partition = Readonly<Record<string, string | null>>;

/** How Hive, and Spark after it, names the folder of rows without a value. */
const noValue = "__HIVE_DEFAULT_PARTITION__";

/**
 * The partitions of files by the folders they lie in.
 * @param paths relative to where partitions may begin, with `/`
 * @returns one for each path, in their order; undefined when no folder names a column.
 */
export function partitionsOf(paths: readonly string[]): readonly Partition[] | undefined {
  const partitions = paths.map((path) => {
    const folders = path.split("/").slice(0, -1);
    const pairs = folders.flatMap((folder) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(folder) ?? [];
      return name === undefined || value === undefined ? [] : [[decoded(name), valueFrom(value)] as const];
    });
    return Object.fromEntries(pairs);
  });
  return partitions.some((partition) => Object.keys(partition).length > 0) ? partitions : undefined;
}

function valueFrom(text: string): string | null {
  return text === noValue || text === "" ? null : decoded(text);
}

/** Writers escape what a path cannot hold; a percent sign that begins no escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
