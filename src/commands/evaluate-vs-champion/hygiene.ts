import type { Check, Table } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import { formatDuration } from "../../kernel/quantity.ts";
import { isAncestor } from "./ancestry.ts";
import { overlapWithTraining, type TrainingOverlap } from "./overlap.ts";
import type { Part, Scene } from "./part.ts";
import type { Provenance } from "./provenance.ts";

/** A check where something was found out, and always a line of the table: what could not be checked is said there. */
interface Finding {
  readonly check?: Check;
  readonly told: string;
}

/**
 * Whether the comparison is one with the champion as it should be: not too old, of the code that this work starts from, and on rows that
 * neither model was trained on.
 */
export async function hygienePart(scene: Scene, host: Host): Promise<Part> {
  const { provenances, maxAge, trainingOverlap } = scene.contest.hygiene;
  const findings: { readonly of: Provenance; readonly age: Finding; readonly code: Finding; readonly data: Finding }[] =
    [];
  // Both were often trained on the same files, which are then read once.
  const overlaps = new Map<string, TrainingOverlap>();
  const overlapOf = async (of: Provenance) => {
    const files = JSON.stringify(of.training?.files.map(({ path, digest }) => [path, digest]) ?? null);
    const overlap = overlaps.get(files) ?? (await overlapWithTraining(of, scene, host));
    overlaps.set(files, overlap);
    return overlap;
  };
  for (const of of provenances) {
    const data = trainingOverlap ? dataFinding(of, await overlapOf(of)) : { told: "not looked at, as asked" };
    findings.push({ of, age: ageFinding(of, maxAge, host), code: await codeFinding(of, host), data });
  }
  const checks = findings.flatMap(({ age, code, data }) => [age, code, data].flatMap(({ check }) => check ?? []));
  return { checks, tables: [provenanceTable(findings)] };
}

function provenanceTable(
  findings: readonly {
    readonly of: Provenance;
    readonly age: Finding;
    readonly code: Finding;
    readonly data: Finding;
  }[],
): Table {
  const [challenger] = findings;
  const line = (title: string, tell: (finding: (typeof findings)[number]) => string): readonly Json[] => [
    title,
    ...findings.map(tell),
  ];
  const digestOf = ({ training }: Provenance) =>
    training?.files
      .map(({ digest }) => digest)
      .toSorted()
      .join();
  const dataOf = ({ training, name }: Provenance) => {
    if (training === undefined) return "no report of its training is at hand";
    const files = training.files.length === 1 ? "1 file" : `${training.files.length} files`;
    if (name === "challenger" || challenger?.of.training === undefined) return files;
    return digestOf(challenger.of) === digestOf({ ...challenger.of, training })
      ? `${files}, the challenger's`
      : `${files}, other data than the challenger's`;
  };
  return {
    title: "Where the models come from",
    columns: ["", ...findings.map(({ of }) => of.name)],
    rows: [
      line("model", ({ of }) => of.reference),
      line("age", ({ age }) => age.told),
      line("trained on", ({ of }) => dataOf(of)),
      line("code", ({ code }) => code.told),
      line("rows here that it was trained on", ({ data }) => data.told),
    ],
  };
}

/** Counted from the training, else from the registration. */
function ageFinding(of: Provenance, maxAgeMs: number | undefined, host: Host): Finding {
  const since = of.training?.finished ?? of.registered;
  if (since === undefined) {
    const told = "not known: no report of its training is at hand";
    if (of.name === "challenger" || maxAgeMs === undefined) return { told };
    const message = `the age of ${of.reference} is ${told}`;
    return { told, check: { id: "champion-age", verdict: "unchecked", message, place: { input: "evidence" } } };
  }
  const age = Math.max(0, host.now().getTime() - new Date(since).getTime());
  const told = `${of.training === undefined ? "registered" : "trained"} ${age < 60_000 ? "just now" : `${formatDuration(age)} ago`}`;
  if (of.name === "challenger" || maxAgeMs === undefined) return { told };
  const limit = formatDuration(maxAgeMs);
  const message =
    age > maxAgeMs
      ? `a stale baseline: the champion was ${told}, and max-age is ${limit}`
      : `the champion was ${told}, within ${limit}`;
  return { told, check: { id: "champion-age", verdict: age > maxAgeMs ? "warn" : "pass", message } };
}

async function codeFinding(of: Provenance, host: Host): Promise<Finding> {
  if (of.training === undefined) return { told: "not known: no report of its training is at hand" };
  const { commit, dirty } = of.training;
  if (commit === undefined) return { told: "trained outside of a repository" };
  const short = `${commit.slice(0, 8)}${dirty ? ", with changes that were not committed" : ""}`;
  if (of.name === "challenger") return { told: short };
  const ancestor = await isAncestor(commit, host);
  const head = { id: "champion-code" };
  if (ancestor === "unknown") {
    return {
      told: `${short}; whether this work starts from it cannot be told: the commit is not in this checkout (fetch-depth: 0)`,
    };
  }
  const message = ancestor
    ? `the champion's code, ${short}, is part of this work's history`
    : `a stale baseline: the champion's code, ${short}, is not part of this work's history; bring the branch up to date with it`;
  return {
    told: ancestor ? `${short}, part of this work's history` : `${short}, not part of this work's history`,
    check: { ...head, verdict: ancestor ? "pass" : "warn", message },
  };
}

function dataFinding(of: Provenance, overlap: TrainingOverlap): Finding {
  const { told, seriousness } = describe(overlap);
  if (seriousness === undefined) return { told };
  // A champion that knows the rows is flattered: the verdict errs on the safe side, and only the comparison is worth less.
  const fails = seriousness === "serious" && of.name === "challenger";
  const verdict = seriousness === "none" ? "pass" : fails ? "fail" : "warn";
  const consequence =
    seriousness === "none" ? "" : `: the comparison flatters the ${of.name}; hold out rows that neither was trained on`;
  return {
    told,
    check: {
      id: `training-overlap-${of.name}`,
      verdict,
      message: `${told}${consequence}`,
      ...(overlap.kind === "rows" ? { observed: overlap.shared, n: overlap.rows, p: overlap.p } : {}),
      ...(overlap.kind === "rows" ? { method: "Good–Turing coverage, score test" } : {}),
    },
  };
}

function describe(overlap: TrainingOverlap): {
  readonly told: string;
  readonly seriousness?: "none" | "some" | "serious";
} {
  switch (overlap.kind) {
    case "unknown":
      return { told: `not checked: ${overlap.why}` };
    case "files":
      return { told: `${overlap.paths.join(", ")} is among the files that it was trained on`, seriousness: "serious" };
    case "rows": {
      const { shared, rows, expected } = overlap;
      if (shared === 0) return { told: `none of ${rows}`, seriousness: "none" };
      const share = `${Number((100 * (shared / rows)).toPrecision(3))}%`;
      const chance = `chance would bring ${Number((100 * expected).toPrecision(3))}%, as its rows repeat`;
      return { told: `${shared} of ${rows} (${share}); ${chance}`, seriousness: overlap.beyondChance };
    }
  }
}
