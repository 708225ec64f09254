import type { FieldsMatch } from "../../contract/contract.ts";
import type { Check } from "../../kernel/command.ts";
import type { TableData } from "./part.ts";

const asked: Readonly<Record<FieldsMatch["kind"], string>> = {
  exact: "the data must have the fields of the table schema, in their order, and no others",
  equal: "the data must have the fields of the table schema, and no others",
  subset: "the data must have all fields of the table schema",
  superset: "the data must have no fields but those of the table schema",
  partial: "the data must have some field of the table schema",
};

/** How the columns of the data must match the fields of a table schema that says so. */
export function fieldsMatch({ contract, found, dataset }: TableData): { readonly checks: readonly Check[] } {
  const { fieldsMatch: match, columns } = contract.value;
  if (match === undefined || found.unreadable) return { checks: [] };
  const fields = columns.map(({ name }) => name);
  const names = dataset.columns.map(({ name }) => name);
  const missing = fields.filter((name) => !names.includes(name));
  const extra = names.filter((name) => !fields.includes(name));
  const faults = [
    ...(isAsked(match, "no missing") && missing.length > 0 ? [`it lacks ${listed(missing)}`] : []),
    ...(isAsked(match, "no others") && extra.length > 0 ? [`it has ${listed(extra)} besides`] : []),
  ];
  const firstAt = fields.findIndex((name, at) => name !== names[at]);
  if (match.kind === "exact" && faults.length === 0 && firstAt >= 0)
    faults.push(`column ${firstAt + 1} is ${names[firstAt]}, and not ${fields[firstAt]}`);
  const check: Check = {
    id: "fields-match",
    verdict: faults.length === 0 ? "pass" : "fail",
    message: [asked[match.kind], ...faults].join("; "),
    place: match.place,
  };
  return { checks: [check] };
}

function isAsked({ kind }: FieldsMatch, what: "no missing" | "no others"): boolean {
  if (kind === "exact" || kind === "equal") return true;
  return kind === (what === "no missing" ? "subset" : "superset");
}

function listed(names: readonly string[]): string {
  return names.length > 10 ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more` : names.join(", ");
}
