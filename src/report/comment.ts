import { createHash } from "node:crypto";
import { z } from "zod";
import { cellLength, row, tableHead, text } from "./blocks.ts";
import { formatCount, shortened } from "./format.ts";
import { meaning } from "./order.ts";
import { type SectionVerdict, verdictMarks } from "./section.ts";

/** What a comment keeps of a gate's run beside the section that people read. */
const factsShape = z.strictObject({
  command: z.string().regex(/^[a-z-]{1,40}$/),
  verdict: z.enum(["error", "fail", "inconclusive", "warn", "pass"]),
  summary: z.string().max(600),
  /** The head of the pull request that was judged. */
  commit: z.string().regex(/^[0-9a-f]{7,64}$/),
  /** The number of the run; later runs have greater ones. */
  run: z.string().regex(/^\d{1,20}$/),
});

/** One gate's part of the comment. */
export interface Section extends z.output<typeof factsShape> {
  /** Markdown without a line that begins with a mark of ours: others' text in it is escaped. */
  readonly body: string;
}

/** GitHub takes 65,536 characters. */
const commentLimit = 60_000;
const longestSummary = 400;
/** In the order in which they run; others come after. */
const pipeline = ["validate-data", "drift-report", "train", "evaluate-vs-champion", "register-model", "canary-deploy"];
/** From the worst on. */
const severity: readonly SectionVerdict[] = ["error", "fail", "inconclusive", "warn", "pass"];
const alerts: Readonly<Record<SectionVerdict, string>> = {
  error: "CAUTION",
  fail: "CAUTION",
  inconclusive: "IMPORTANT",
  warn: "WARNING",
  pass: "TIP",
};
const meanings: Readonly<Record<SectionVerdict, string>> = { ...meaning, error: "it could not be decided" };

/** The first line of the comment about a model. The name is others' text and stands in it as a digest. */
export function commentMark(model: string): string {
  return `<!-- titleholder:comment ${createHash("sha256").update(model).digest("hex").slice(0, 16)} -->`;
}

const sectionForm =
  /^<!-- titleholder:section ([\w+/=]+) -->$[\s\S]*?^<!-- titleholder:body -->\n([\s\S]*?)^<!-- titleholder:end -->$/gm;

/** The sections of a comment; what is not of our form is left out. */
export function parseComment(text: string): readonly Section[] {
  return [...text.replaceAll("\r\n", "\n").matchAll(sectionForm)].flatMap(([, facts = "", body = ""]) => {
    const parsed = factsShape.safeParse(decoded(facts));
    return parsed.success ? [{ ...parsed.data, body }] : [];
  });
}

function decoded(facts: string): unknown {
  try {
    return JSON.parse(Buffer.from(facts, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
}

/**
 * The sections with a new one in the place of the same command's. One of a later run for another commit stays: a job that comes late has
 * nothing to say any more.
 */
export function withSection(sections: readonly Section[], section: Section): readonly Section[] {
  const kept = new Map<string, Section>();
  for (const one of [...sections, section]) {
    const other = kept.get(one.command);
    const isLate = other !== undefined && other.commit !== one.commit && BigInt(other.run) > BigInt(one.run);
    if (!isLate) kept.set(one.command, one);
  }
  return [...kept.values()].sort((a, b) => rank(a) - rank(b) || (a.command < b.command ? -1 : 1));
}

function rank({ command }: Section): number {
  const place = pipeline.indexOf(command);
  return place === -1 ? pipeline.length : place;
}

/**
 * The whole comment: the worst verdict of the newest commit, a line for each gate, then their sections; those that have nothing against going on
 * are folded. Less than 60,000 characters: where sections are too long, those of earlier commits go first, then the longest.
 * @param latest the command whose section was put in last; of runs with the same number its commit is the newest
 */
export function renderComment(model: string, sections: readonly Section[], latest: string): string {
  const commit = newestCommit(sections, latest);
  let shown = sections;
  for (;;) {
    const whole = [head(model, shown, commit), ...shown.map((one) => sectionText(one, commit))].join("\n");
    const longest = whole.length < commentLimit ? undefined : nextToGo(shown, commit);
    if (longest === undefined) return whole;
    shown = shown.map((one) => (one === longest ? { ...one, body: leftOut } : one));
  }
}

const leftOut = "Too long for one comment: the job summary has it.\n";

function nextToGo(sections: readonly Section[], commit: string): Section | undefined {
  const long = sections.filter(({ body }) => body.length > leftOut.length);
  const old = long.filter((one) => one.commit !== commit);
  return (old.length === 0 ? long : old).toSorted((a, b) => b.body.length - a.body.length)[0];
}

function newestCommit(sections: readonly Section[], latest: string): string {
  const order = sections.toSorted((a, b) => {
    const later = BigInt(b.run) - BigInt(a.run);
    if (later !== 0n) return later > 0n ? 1 : -1;
    return Number(b.command === latest) - Number(a.command === latest);
  });
  return order[0]?.commit ?? "";
}

function head(model: string, sections: readonly Section[], commit: string): string {
  const current = sections.filter((one) => one.commit === commit);
  const worst = severity.find((verdict) => current.some((one) => one.verdict === verdict)) ?? "inconclusive";
  const earlier = sections.length - current.length;
  const waiting =
    earlier === 0
      ? ""
      : `  \n> ${formatCount(earlier, "gate")} of ${sections.length} ${earlier === 1 ? "tells" : "tell"} of an earlier commit`;
  const rows = sections.map((one) =>
    row([
      one.command,
      `${verdictMarks[one.verdict]} ${one.verdict}`,
      text(one.summary, cellLength),
      one.commit === commit ? shortCommit(one) : `${shortCommit(one)} (earlier)`,
    ]),
  );
  return `${commentMark(model)}
## Titleholder on ${text(model, 80)}: ${worst}

> [!${alerts[worst]}]
> **${worst}** at ${commit.slice(0, 7)}: ${meanings[worst]}${waiting}

${tableHead(["gate", "verdict", "in a sentence", "commit"], [])}${rows.join("")}`;
}

function sectionText(section: Section, commit: string): string {
  const { body, ...facts } = section;
  const said = { ...facts, summary: shortened(facts.summary, longestSummary) };
  const isEarlier = facts.commit !== commit;
  const open = !isEarlier && facts.verdict !== "pass" ? " open" : "";
  const title = `${verdictMarks[facts.verdict]} <b>${facts.command}</b>: ${facts.verdict}`;
  const age = isEarlier ? ` · of the earlier commit ${shortCommit(facts)}, not of the newest` : "";
  return `<!-- titleholder:section ${Buffer.from(JSON.stringify(said)).toString("base64")} -->
<details${open}><summary>${title}${age}</summary>

<!-- titleholder:body -->
${body.endsWith("\n") ? body : `${body}\n`}<!-- titleholder:end -->

</details>
`;
}

function shortCommit({ commit }: Pick<Section, "commit">): string {
  return commit.slice(0, 7);
}
