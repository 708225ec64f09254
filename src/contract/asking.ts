import type { Predicate } from "../dataset/dataset.ts";
import type { Place } from "../kernel/error.ts";
import { nothing } from "./bounds.ts";
import type { Compiling } from "./compiling.ts";
import type { YamlPath } from "./document.ts";
import { type Spot, satisfiedAt } from "./spot.ts";

/** A property that is being compiled: where its values stand, and where the contract speaks of them. */
export interface Asking {
  readonly spot: Spot;
  readonly path: YamlPath;
  readonly compiling: Compiling;
}

/** The place of a key of the property. */
export function keyPlace({ path, compiling }: Asking, key: string): Place {
  return compiling.place(path, key);
}

/** The place of one of its logicalTypeOptions. */
export function optionPlace({ path, compiling }: Asking, key: string): Place {
  return compiling.place([...path, "logicalTypeOptions"], key);
}

/** A rule that every value satisfies the term, which speaks of the spot's path. `name` is the end of its id, `must` the expectation. */
export function askOfValues(asking: Asking, name: string, must: string, term: Predicate, place: Place): void {
  askOfRows(asking, name, must, satisfiedAt(asking.spot, { op: "not", term }), place, "conformity");
}

/** A rule that no row satisfies the predicate. */
export function askOfRows(
  { spot, compiling }: Asking,
  name: string,
  must: string,
  violated: Predicate,
  place: Place,
  dimension: string,
): void {
  compiling.rule({
    id: `${spot.path}.${name}`,
    columns: [spot.column],
    ...(spot.holder === undefined ? {} : { part: spot.path }),
    measure: { kind: "rows", violated },
    bound: nothing,
    unit: "rows",
    expectation: `${spot.path} must ${must}`,
    severity: "error",
    dimension,
    place,
  });
}

/** Lists something that cannot be checked. `why` follows the name of the values. */
export function leaveUnchecked({ spot, compiling }: Asking, name: string, message: string, place: Place): void {
  compiling.unsupported({ id: `${spot.path}.${name}`, message, place });
}
