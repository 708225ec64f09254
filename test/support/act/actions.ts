import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { CHECKOUT } from "../tools.ts";

const run = promisify(execFile);

/** Local folders that stand for repositories of actions, by `owner/name`. */
export type ActionRepositories = Readonly<Record<string, string>>;

/** A workflow file of the user's repository. */
export interface Workflow {
  /** Path in the repository. */
  readonly path: string;
  readonly jobs: Readonly<Record<string, unknown>>;
  /** Every `uses:` in it, wherever it stands. */
  readonly uses: readonly string[];
}

/** What the examples write for the repository of our own actions. */
export const OWN_REPOSITORY = "OWNER/titleholder";

/** How a workflow names one of our actions, as the examples do. */
export function ownAction(name: string): string {
  return `${OWN_REPOSITORY}/actions/${name}@${"1".repeat(40)}`;
}

/** What of the checkout a runner needs: GitHub delivers all of it, act would copy it for every step. */
const DELIVERED = ["actions", "dist", "native-lock.json", "package.json"];

const STAND_INS: ActionRepositories = {
  "actions/upload-artifact": join(import.meta.dirname, "stand-ins", "upload-artifact"),
  "actions/download-artifact": join(import.meta.dirname, "stand-ins", "download-artifact"),
};

const LOCAL_WORKFLOW = "./.github/workflows/";

/** act does this one itself. */
const BUILT_IN = "actions/checkout";

/** Reads a workflow of a repository, first, and the workflows of the same repository that it calls. */
export async function readWorkflows(repository: string, name: string): Promise<readonly Workflow[]> {
  const read = new Map<string, Workflow>();
  const pending = [`.github/workflows/${name}`];
  for (let path = pending.shift(); path !== undefined; path = pending.shift()) {
    if (read.has(path)) continue;
    const document: unknown = parse(await readFile(join(repository, path), "utf8"));
    const jobs = isMap(document) && isMap(document.jobs) ? document.jobs : {};
    const uses = [...usesIn(document)];
    read.set(path, { path, jobs, uses });
    pending.push(...uses.filter((reference) => reference.startsWith(LOCAL_WORKFLOW)).map((called) => called.slice(2)));
  }
  return [...read.values()];
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function* usesIn(value: unknown): Iterable<string> {
  if (Array.isArray(value)) {
    for (const item of value) yield* usesIn(item);
  } else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === "uses" && typeof item === "string") yield item;
      else yield* usesIn(item);
    }
  }
}

/**
 * Stages a local folder for every repository of actions that the workflows use, so that nothing is fetched.
 *
 * @returns the values for act's `--local-repository`
 * @throws Error when a workflow uses an action that no local folder stands for
 */
export async function stageActions(
  workflows: readonly Workflow[],
  given: ActionRepositories,
  folder: string,
): Promise<readonly string[]> {
  const references = new Set(workflows.flatMap((workflow) => workflow.uses).flatMap(referenceOf));
  const staged = new Map<string, string>();
  const values: string[] = [];
  for (const reference of references) {
    const [name = ""] = reference.split("@");
    if (name === BUILT_IN) continue;
    const target = staged.get(name) ?? join(folder, name);
    if (!staged.has(name)) await stage(name, given, target);
    staged.set(name, target);
    values.push(`${reference}=${target}`);
  }
  return values;
}

/** `owner/name/path@ref` → `owner/name@ref`; nothing for actions in the user's own repository. */
function referenceOf(uses: string): readonly string[] {
  if (uses.startsWith("./")) return [];
  const match = /^([^/@]+\/[^/@]+)(?:\/[^@]*)?@(.+)$/.exec(uses);
  if (match === null) throw new Error(`\`uses: ${uses}\` is no reference to an action`);
  return [`${match[1]}@${match[2]}`];
}

async function stage(name: string, given: ActionRepositories, target: string): Promise<void> {
  const source = given[name] ?? STAND_INS[name];
  await mkdir(target, { recursive: true });
  if (source !== undefined) {
    await cp(source, target, { recursive: true });
    await symlink(join(CHECKOUT, "node_modules"), join(target, "node_modules"));
  } else if (name === OWN_REPOSITORY) {
    await stageCheckout(target);
  } else {
    throw new Error(`no local folder stands for the action repository ${name}: name one in \`actions\``);
  }
}

/** Copies what git would deliver, so that a file left out by .gitignore is missing here as well. */
async function stageCheckout(target: string): Promise<void> {
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...DELIVERED];
  const { stdout } = await run("git", listed, { cwd: CHECKOUT, maxBuffer: 64 * 1024 * 1024 });
  // A file that a build has just removed is still listed until the removal is committed.
  const files = stdout.split("\0").filter((file) => file !== "" && existsSync(join(CHECKOUT, file)));
  if (!files.some((file) => file.startsWith("dist/"))) {
    throw new Error("there is no dist/ to run: `npm run build` writes it");
  }
  for (const file of files) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await cp(join(CHECKOUT, file), join(target, file));
  }
}
