import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Files by their path in the repository: text, bytes, or a file or folder to copy. */
export type RepositoryFiles = Readonly<Record<string, string | Uint8Array | { readonly from: string }>>;

/** An event as GitHub would deliver it. */
export interface WorkflowEvent {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What a pull request changes and where it comes from. */
export interface PullRequestChange {
  readonly files: RepositoryFiles;
  /** Full name of the repository the pull request comes from; the same repository unless given. */
  readonly from?: string;
  readonly number?: number;
  readonly title?: string;
}

/** A user's repository on disk, with committed files and `main` as its default branch. */
export interface Repository extends AsyncDisposable {
  readonly path: string;
  /** `owner/name`. */
  readonly fullName: string;
  /** Commits files on `main` and returns the commit's SHA. */
  commit(files: RepositoryFiles, message?: string): Promise<string>;
  /** Checks out `main` and returns the event of its newest commit being pushed. */
  push(): Promise<WorkflowEvent>;
  /** Checks out `main` and returns the event of a schedule. */
  schedule(cron?: string): Promise<WorkflowEvent>;
  /** Checks out `main` and returns the event of a person starting the workflow. */
  dispatch(inputs?: Readonly<Record<string, string>>): Promise<WorkflowEvent>;
  /** Commits files on a branch, checks out its merge into `main` as a runner would, and returns the event. */
  openPullRequest(change: PullRequestChange): Promise<WorkflowEvent>;
}

/** Nothing of the machine's own git configuration, and commits that are the same on every run. */
const GIT_ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.invalid",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.invalid",
  GIT_AUTHOR_DATE: "2026-01-05T09:00:00Z",
  GIT_COMMITTER_DATE: "2026-01-05T09:00:00Z",
};

/** Makes a repository in a new temporary folder; disposing it removes the folder. */
export async function createRepository(files: RepositoryFiles, fullName = "acme/churn"): Promise<Repository> {
  const path = await mkdtemp(join(tmpdir(), "titleholder-repository-"));
  const repository = new GitRepository(path, fullName);
  await repository.git("init", "--quiet", "--initial-branch=main");
  await repository.git("remote", "add", "origin", `https://github.com/${fullName}.git`);
  await repository.commitHere(files, "First commit");
  return repository;
}

class GitRepository implements Repository {
  readonly path: string;
  readonly fullName: string;

  constructor(path: string, fullName: string) {
    this.path = path;
    this.fullName = fullName;
  }

  async git(...args: readonly string[]): Promise<string> {
    const { stdout } = await run("git", args, { cwd: this.path, env: { ...process.env, ...GIT_ENVIRONMENT } });
    return stdout.trim();
  }

  async commit(files: RepositoryFiles, message = "Change"): Promise<string> {
    await this.#checkoutMain();
    return await this.commitHere(files, message);
  }

  async commitHere(files: RepositoryFiles, message: string): Promise<string> {
    for (const [name, content] of Object.entries(files)) {
      const target = join(this.path, name);
      await mkdir(dirname(target), { recursive: true });
      if (typeof content === "string" || content instanceof Uint8Array) await writeFile(target, content);
      else await cp(content.from, target, { recursive: true });
    }
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--allow-empty", `--message=${message}`);
    return await this.git("rev-parse", "HEAD");
  }

  async push(): Promise<WorkflowEvent> {
    const after = await this.#checkoutMain();
    const payload = { ref: "refs/heads/main", before: "0".repeat(40), after, deleted: false, created: false };
    return { name: "push", payload: { ...payload, ...this.#common() } };
  }

  async schedule(cron = "0 6 * * *"): Promise<WorkflowEvent> {
    await this.#checkoutMain();
    return { name: "schedule", payload: { schedule: cron, ...this.#common() } };
  }

  async dispatch(inputs: Readonly<Record<string, string>> = {}): Promise<WorkflowEvent> {
    await this.#checkoutMain();
    return { name: "workflow_dispatch", payload: { ref: "refs/heads/main", inputs, ...this.#common() } };
  }

  async openPullRequest(change: PullRequestChange): Promise<WorkflowEvent> {
    const number = change.number ?? 7;
    const from = change.from ?? this.fullName;
    const base = await this.#checkoutMain();
    await this.git("checkout", "--quiet", "-B", `pull-${number}`);
    const head = await this.commitHere(change.files, change.title ?? "Proposed change");
    await this.git("checkout", "--quiet", "--detach", "main");
    await this.git("merge", "--quiet", "--no-ff", "--message=Merge", head);
    const pullRequest = {
      number,
      title: change.title ?? "Proposed change",
      state: "open",
      draft: false,
      head: { ref: `pull-${number}`, sha: head, repo: { full_name: from, fork: from !== this.fullName } },
      base: { ref: "main", sha: base, repo: { full_name: this.fullName, fork: false } },
    };
    const payload = { action: "synchronize", number, pull_request: pullRequest, ...this.#common() };
    return { name: "pull_request", payload };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async #checkoutMain(): Promise<string> {
    await this.git("checkout", "--quiet", "main");
    return await this.git("rev-parse", "HEAD");
  }

  #common(): Record<string, unknown> {
    const [owner = "", name = ""] = this.fullName.split("/");
    return {
      repository: { full_name: this.fullName, name, owner: { login: owner }, default_branch: "main", private: true },
      sender: { login: "ada", type: "User" },
    };
  }
}
