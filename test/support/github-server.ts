import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";

/** What goes wrong with the next request that a test names. */
export type GitHubFault =
  | "502 before"
  | "502 after"
  | "503"
  | "403 retry-after"
  | "403"
  | "401"
  | "404"
  | "422"
  | "reset before"
  | "reset after"
  | "hang before"
  | "hang after"
  | "truncated"
  | "empty"
  | "html";

export interface ReviewComment {
  readonly id: number;
  readonly path: string;
  readonly line: number | null;
  body: string;
}

/** A comment of the pull request's conversation. */
export interface IssueComment {
  readonly id: number;
  body: string;
  readonly login: string;
  /** The number of the pull request. */
  readonly pull: number;
}

export interface PulledFile {
  readonly filename: string;
  readonly patch?: string;
}

interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly route: RegExp;
  readonly names: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly check: ValidateFunction;
    readonly isNumber: boolean;
  }[];
  readonly body: ValidateFunction | undefined;
  readonly responses: ReadonlyMap<string, ValidateFunction | undefined>;
}

interface Request {
  readonly operation: Operation;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const token = "ghs_test_token_0123456789";
/** A person's, whom the interface tells who he is. */
const personalToken = "github_pat_test_0123456789";
const bot = "github-actions[bot]";

/**
 * A small GitHub for one repository and one pull request: it keeps what is written to it. Every request and every answer is held against
 * GitHub's own description of its interface; what does not fit is listed in `misfits`.
 */
export class FakeGitHub implements AsyncDisposable {
  readonly repository: string;
  readonly number = 7;
  readonly token = token;
  readonly personalToken = personalToken;
  readonly misfits: string[] = [];
  /** `METHOD operationId`, in order. */
  readonly requests: string[] = [];
  comments: ReviewComment[] = [];
  conversation: IssueComment[] = [];
  /** Told of each request before it is answered. */
  onRequest: (operation: string) => Promise<void> = () => Promise.resolve();
  files: readonly PulledFile[] = [];
  /** Files by `COMMIT:PATH`. */
  readonly contents = new Map<string, string>();
  readonly commits = new Set<string>();
  readonly #faults: { readonly operation: string; readonly fault: GitHubFault; times: number }[] = [];
  readonly #server: Server;
  readonly #operations: readonly Operation[];
  #nextId = 100;

  private constructor(server: Server, repository: string) {
    this.repository = repository;
    this.#server = server;
    this.#operations = describedOperations();
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response);
    });
  }

  static async start(repository = "acme/churn"): Promise<FakeGitHub> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return new FakeGitHub(server, repository);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next requests of an operation fail in this way. */
  fail(operation: string, fault: GitHubFault, times = 1): void {
    this.#faults.push({ operation, fault, times });
  }

  /** From here on nothing fails. */
  heal(): void {
    this.#faults.length = 0;
  }

  /** A comment that somebody else left. */
  say(body: string, path = "c.yaml", line = 1): void {
    this.comments.push({ id: this.#nextId++, path, line, body });
  }

  /** A comment that somebody left in the conversation. */
  talk(body: string, login = "mallory"): void {
    this.conversation.push({ id: this.#nextId++, body, login, pull: this.number });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? "/", "http://x");
    const found = this.#match(request.method ?? "", url, Buffer.concat(chunks).toString("utf8"));
    if (found === undefined) {
      this.misfits.push(`${request.method} ${url.pathname} is no operation`);
      return send(response, { status: 404, json: { message: "Not Found" } });
    }
    const id = found.operation.operationId;
    this.requests.push(id);
    await this.onRequest(id);
    const fault = this.#fault(id);
    if (fault === "reset before") return void response.destroy();
    if (fault === "hang before") return;
    const refused = refusal(fault);
    if (refused !== undefined) return send(response, refused);
    const login = logins.get(request.headers.authorization ?? "");
    const answer =
      login === undefined ? { status: 401, json: { message: "Bad credentials" } } : this.#answer(found, login);
    this.#holdAnswer(found.operation, answer);
    if (fault === "reset after") return void response.destroy();
    if (fault === "hang after") return;
    if (fault === "502 after") return send(response, { status: 502, json: { message: "Server Error" } });
    send(response, answer, fault);
  }

  #fault(id: string): GitHubFault | undefined {
    const found = this.#faults.find(({ operation, times }) => operation === id && times > 0);
    if (found !== undefined) found.times -= 1;
    return found?.fault;
  }

  #match(method: string, url: URL, text: string): Request | undefined {
    for (const operation of this.#operations) {
      const match = operation.method === method.toLowerCase() ? operation.route.exec(url.pathname) : null;
      if (match === null) continue;
      const path = Object.fromEntries(
        operation.names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? "")]),
      );
      const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
      this.#holdRequest(operation, path, url.searchParams, body);
      return { operation, path, query: url.searchParams, body };
    }
    return undefined;
  }

  #holdRequest(
    operation: Operation,
    path: Readonly<Record<string, string>>,
    query: URLSearchParams,
    body: unknown,
  ): void {
    const { operationId, parameters } = operation;
    for (const { name, in: where, required, check, isNumber } of parameters) {
      const value = where === "path" ? path[name] : (query.get(name) ?? undefined);
      if (value === undefined ? required : !check(isNumber ? Number(value) : value))
        this.misfits.push(`${operationId}: ${name} is ${value}`);
    }
    const known = new Set(parameters.map(({ name }) => name));
    for (const name of query.keys()) if (!known.has(name)) this.misfits.push(`${operationId}: no parameter ${name}`);
    if (operation.body !== undefined && !operation.body(body))
      this.misfits.push(`${operationId}: ${JSON.stringify(operation.body.errors)}`);
  }

  #holdAnswer({ operationId, responses }: Operation, { status, json }: Answer): void {
    // What is gone is not found, described or not.
    if (status === 401 || status === 404) return;
    const check = responses.get(String(status));
    if (!responses.has(String(status))) this.misfits.push(`${operationId}: no answer ${status}`);
    else if (check !== undefined && !check(json))
      this.misfits.push(`answer of ${operationId}: ${JSON.stringify(check.errors)}`);
  }

  #answer({ operation, path, query, body }: Request, login: string): Answer {
    const notFound = { status: 404, json: { message: "Not Found", documentation_url: "", status: "404" } };
    if (operation.operationId === "users/get-authenticated") return whoIs(login, this.url);
    if (`${path.owner}/${path.repo}` !== this.repository) return notFound;
    switch (operation.operationId) {
      case "git/get-commit":
        return this.commits.has(path.commit_sha ?? "")
          ? { status: 200, json: commitJson(path.commit_sha ?? "") }
          : notFound;
      case "repos/get-content": {
        const text = this.contents.get(`${query.get("ref")}:${path.path}`);
        return text === undefined ? notFound : { status: 200, json: contentJson(path.path ?? "", text) };
      }
      case "pulls/list-files":
        return { status: 200, json: page(this.files, query).map(fileJson) };
      case "pulls/list-review-comments":
        return { status: 200, json: page(this.comments, query).map((comment) => commentJson(comment, this.url)) };
      case "pulls/create-review-comment": {
        const comment = {
          id: this.#nextId++,
          path: String(body.path),
          line: Number(body.line),
          body: String(body.body),
        };
        this.comments.push(comment);
        return { status: 201, json: commentJson(comment, this.url) };
      }
      case "issues/list-comments": {
        const own = this.conversation.filter(({ pull }) => pull === Number(path.issue_number));
        return { status: 200, json: page(own, query).map((comment) => issueCommentJson(comment, this.url)) };
      }
      case "issues/create-comment": {
        const comment = { id: this.#nextId++, body: String(body.body), login, pull: Number(path.issue_number) };
        this.conversation.push(comment);
        return { status: 201, json: issueCommentJson(comment, this.url) };
      }
      case "issues/update-comment":
      case "issues/delete-comment":
        return this.#changeIssueComment(operation.operationId, Number(path.comment_id), body) ?? notFound;
      default:
        return this.#change(operation.operationId, Number(path.comment_id), body) ?? notFound;
    }
  }

  #changeIssueComment(operationId: string, id: number, body: Readonly<Record<string, unknown>>): Answer | undefined {
    const comment = this.conversation.find((one) => one.id === id);
    if (comment === undefined) return undefined;
    if (operationId === "issues/delete-comment") {
      this.conversation = this.conversation.filter((one) => one !== comment);
      return { status: 204 };
    }
    comment.body = String(body.body);
    return { status: 200, json: issueCommentJson(comment, this.url) };
  }

  #change(operationId: string, id: number, body: Readonly<Record<string, unknown>>): Answer | undefined {
    const comment = this.comments.find((one) => one.id === id);
    if (comment === undefined) return undefined;
    if (operationId === "pulls/delete-review-comment") {
      this.comments = this.comments.filter((one) => one !== comment);
      return { status: 204 };
    }
    comment.body = String(body.body);
    return { status: 200, json: commentJson(comment, this.url) };
  }
}

const logins: ReadonlyMap<string, string> = new Map([
  [`token ${token}`, bot],
  [`token ${personalToken}`, "ada"],
]);

function whoIs(login: string, url: string): Answer {
  if (login === bot) return { status: 403, json: { message: "Resource not accessible by integration" } };
  const facts = { name: "Ada", company: null, blog: null, location: null, email: null, hireable: null, bio: null };
  const counts = { public_repos: 0, public_gists: 0, followers: 0, following: 0 };
  const since = { created_at: "2026-01-05T09:00:00Z", updated_at: "2026-01-05T09:00:00Z" };
  return { status: 200, json: { ...userJson(url, login), ...facts, ...counts, ...since } };
}

function issueCommentJson({ id, body, login }: IssueComment, url: string): object {
  return {
    id,
    body,
    node_id: "IC",
    url: `${url}/c/${id}`,
    html_url: `${url}/c/${id}`,
    issue_url: `${url}/i`,
    user: userJson(url, login),
    created_at: "2026-01-05T09:00:00Z",
    updated_at: "2026-01-05T09:00:00Z",
    author_association: "NONE",
  };
}

function page<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const [number, size] = [Number(query.get("page") ?? 1), Number(query.get("per_page") ?? 30)];
  return all.slice((number - 1) * size, number * size);
}

function refusal(fault: GitHubFault | undefined): Answer | undefined {
  switch (fault) {
    case "502 before":
      return { status: 502, json: { message: "Server Error" } };
    case "503":
      return { status: 503, json: { message: "Service unavailable" } };
    case "401":
      return { status: 401, json: { message: "Bad credentials" } };
    case "403":
      return { status: 403, json: { message: "Resource not accessible by integration" } };
    case "404":
      return { status: 404, json: { message: "Not Found" } };
    case "422":
      return { status: 422, json: { message: "Validation Failed" } };
    case "403 retry-after":
      return {
        status: 403,
        json: { message: "You have exceeded a secondary rate limit" },
        headers: { "retry-after": "1" },
      };
    default:
      return undefined;
  }
}

function send(response: ServerResponse, { status, json, headers }: Answer, fault?: GitHubFault): void {
  const text = json === undefined ? "" : JSON.stringify(json);
  const whole = fault === "truncated" ? text.slice(0, text.length / 2) : fault === "empty" ? "" : text;
  const type = fault === "html" ? "text/html" : "application/json; charset=utf-8";
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(fault === "html" ? "<html>Unicorn!</html>" : whole);
}

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: { type?: string } }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object | null>>;
}

/** GitHub's own description, trimmed to what is called (test/fixtures/github/trim.mjs). */
function describedOperations(): readonly Operation[] {
  const file = join(import.meta.dirname, "../fixtures/github/operations.json");
  const { paths } = JSON.parse(readFileSync(file, "utf8")) as { paths: Record<string, Record<string, Described>> };
  const ajv = new Ajv({ strict: false, validateFormats: false });
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, requestBody, responses }]) => ({
      operationId,
      method,
      route: new RegExp(`^${path.replace(/\{[^}]+\}/g, "([^/]+)")}$`),
      names: [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? ""),
      parameters: parameters.map(({ name, in: where, required, schema }) => ({
        name,
        in: where,
        required,
        check: ajv.compile(schema),
        isNumber: schema.type === "integer",
      })),
      body: requestBody === undefined ? undefined : ajv.compile(requestBody),
      responses: new Map(
        Object.entries(responses).map(([status, schema]) => [
          status,
          schema === null ? undefined : ajv.compile(schema),
        ]),
      ),
    })),
  );
}

function commitJson(sha: string): object {
  const person = { name: "Ada", email: "ada@example.org", date: "2026-01-05T09:00:00Z" };
  const verification = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };
  return {
    sha,
    node_id: "C",
    url: "https://x.example",
    html_url: "https://x.example",
    author: person,
    committer: person,
    message: "change",
    tree: { sha, url: "https://x.example" },
    parents: [],
    verification,
  };
}

function contentJson(path: string, text: string): object {
  const link = "https://x.example";
  return {
    type: "file",
    encoding: "base64",
    size: Buffer.byteLength(text),
    name: path.split("/").at(-1),
    path,
    content: Buffer.from(text)
      .toString("base64")
      .replace(/(.{60})/g, "$1\n"),
    sha: "0".repeat(40),
    url: link,
    git_url: link,
    html_url: link,
    download_url: link,
    _links: { git: link, self: link, html: link },
  };
}

function fileJson({ filename, patch }: PulledFile): object {
  const link = "https://x.example";
  return {
    sha: "0".repeat(40),
    filename,
    status: "modified",
    additions: 1,
    deletions: 1,
    changes: 2,
    blob_url: link,
    raw_url: link,
    contents_url: link,
    ...(patch === undefined ? {} : { patch }),
  };
}

function commentJson({ id, path, line, body }: ReviewComment, url: string): object {
  return {
    id,
    path,
    body,
    line,
    node_id: "PRRC",
    url: `${url}/c/${id}`,
    pull_request_review_id: 1,
    diff_hunk: "@@ -1 +1 @@",
    commit_id: "0".repeat(40),
    original_commit_id: "0".repeat(40),
    user: userJson(url),
    created_at: "2026-01-05T09:00:00Z",
    updated_at: "2026-01-05T09:00:00Z",
    html_url: `${url}/c/${id}`,
    pull_request_url: `${url}/p`,
    author_association: "NONE",
    side: "RIGHT",
    _links: { self: { href: url }, html: { href: url }, pull_request: { href: url } },
  };
}

function userJson(url: string, login = bot): object {
  const links = [
    "url",
    "html_url",
    "followers_url",
    "following_url",
    "gists_url",
    "starred_url",
    "subscriptions_url",
    "organizations_url",
    "repos_url",
    "events_url",
    "received_events_url",
    "avatar_url",
  ];
  return {
    login,
    id: 1,
    node_id: "U",
    gravatar_id: "",
    type: login.endsWith("[bot]") ? "Bot" : "User",
    site_admin: false,
    ...Object.fromEntries(links.map((name) => [name, url])),
  };
}
