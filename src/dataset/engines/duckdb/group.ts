import type { Dataset, DatasetGroup } from "../../dataset.ts";
import { Relation } from "./relation.ts";
import type { Session } from "./session.ts";
import type { OpenedSource } from "./source.ts";

/** Data sets whose statements run in one session. */
export class RelationGroup<K extends string> implements DatasetGroup<K> {
  readonly datasets: Readonly<Record<K, Dataset>>;
  readonly #session: Session;

  constructor(session: Session, names: readonly K[], opened: readonly OpenedSource[]) {
    this.#session = session;
    this.datasets = Object.fromEntries(
      opened.map((source, at) => [names[at], new Relation(session, source)]),
    ) as Record<K, Dataset>;
  }

  /** A group of one as a data set of its own: whoever disposes it ends the session. */
  sole(name: K): Dataset {
    return this.datasets[name];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}
