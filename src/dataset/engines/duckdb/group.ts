import type { AlikeRows, DatasetGroup, Likeness, Overlap } from "../../dataset.ts";
import type { GroupKey, Unmatched } from "../../unmatched.ts";
import { hashedRows } from "./likeness.ts";
import { alikeSql, overlapOf, overlapSql } from "./overlap.ts";
import { Relation } from "./relation.ts";
import type { Session } from "./session.ts";
import type { OpenedSource, SourceInSession } from "./source.ts";

/** Data sets whose statements run in one session. */
export class RelationGroup<K extends string> implements DatasetGroup<K> {
  readonly datasets: Readonly<Record<K, Relation>>;
  readonly #session: Session;
  readonly #sources: Readonly<Record<K, OpenedSource>>;

  constructor(session: Session, names: readonly K[], opened: readonly SourceInSession[]) {
    this.#session = session;
    const named = <T>(values: readonly T[]) =>
      Object.fromEntries(names.map((name, at) => [name, values[at]])) as Record<K, T>;
    this.#sources = named(opened.map(({ source }) => source));
    this.datasets = named(opened.map(({ source, from }) => new Relation(session, source, from)));
  }

  /** A group of one as a data set of its own: whoever disposes it ends the session. */
  sole(name: K): Relation {
    return this.datasets[name];
  }

  async overlap(likeness: Likeness, label?: string): Promise<Overlap<K>> {
    const names = Object.keys(this.#sources) as K[];
    const sources = names.map((name) => this.#sources[name]);
    const hashed = hashedRows(sources, likeness);
    const sums = await this.#session.row(
      overlapSql(sources.map((source) => hashed(source, label === undefined ? undefined : [label]))),
    );
    return overlapOf(
      names,
      sums.map((sum) => Number(sum ?? 0)),
    );
  }

  async alike(
    of: K,
    to: K,
    likeness: Likeness,
    options: { readonly limit: number; readonly shown?: readonly string[]; readonly differing?: readonly string[] },
  ): Promise<readonly AlikeRows[]> {
    const hashed = hashedRows(Object.values<OpenedSource>(this.#sources), likeness);
    const { limit, shown, differing } = options;
    const [mine, theirs] = [hashed(this.#sources[of], differing), hashed(this.#sources[to], differing)];
    const found = await this.#session.rows(
      alikeSql(mine, theirs, { limit, earlier: of === to, differing: differing !== undefined }),
    );
    const pairs = found.map(([order, first]) => [Number(order), Number(first)] as const);
    const rows = await this.datasets[of].rowsAt(
      pairs.map(([order]) => order),
      shown,
    );
    const likes = await this.datasets[to].rowsAt(
      pairs.map(([, first]) => first),
      shown,
    );
    return pairs.flatMap(([order, first]) => {
      const [row, like] = [rows.get(order), likes.get(first)];
      return row === undefined || like === undefined ? [] : [{ row, like }];
    });
  }

  unmatched(from: GroupKey<K>, to: GroupKey<K>, limit: number, shown?: readonly string[]): Promise<Unmatched> {
    const [near, far] = [this.datasets[from.dataset], this.datasets[to.dataset]];
    return near.unmatched(from.columns, far, to.columns, limit, shown);
  }

  unmatchedQuery(from: GroupKey<K>, to: GroupKey<K>, show: (file: string) => string): string | undefined {
    return this.datasets[from.dataset].unmatchedQuery(from.columns, this.datasets[to.dataset], to.columns, show);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}
