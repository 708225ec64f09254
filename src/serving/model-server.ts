import type { IncomingMessage, ServerResponse } from "node:http";
import { TitleholderError } from "../kernel/error.ts";
import { encodeInput } from "../model/tensors.ts";
import { MicroBatcher, type OutputTensor } from "./batcher.ts";
import { LabelledCounts, type Outcome } from "./counts.ts";
import { exposeCounts } from "./exposition.ts";
import { HttpError, isAuthorised, readBody, refuseWebPages, sendError, sendJson, sendText } from "./http.ts";
import {
  allFinite,
  inferAnswer,
  inferRows,
  invocationAnswer,
  invocationRows,
  parseObject,
  type Rows,
  tensorMetadata,
  wantedOutputs,
} from "./protocols.ts";
import type { ServingSession } from "./session.ts";

export interface ModelServerOptions {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly bodyLimitBytes: number;
  /** Rows of one request, and of a micro-batch. */
  readonly maxRows: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For `POST /control/stop`, with the seconds to wait in `after`. */
  readonly token: string;
  readonly stop: (afterSeconds: number) => void;
}

type Route = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What the caller sent does not fit the model's columns. */
const callersFault: ReadonlySet<string> = new Set(["TH_MODEL_COLUMNS", "TH_MODEL_COLUMN_TYPE", "TH_MODEL_MISSING"]);

/**
 * One model behind HTTP: the Open Inference Protocol (version 2) and MLflow's `/invocations`, health, metadata and Prometheus metrics.
 * A request that makes no sense is answered 4xx; an answer that is not finite, or none, is the model's failure: 500.
 */
export class ModelServer {
  readonly #session: ServingSession;
  readonly #options: ModelServerOptions;
  readonly #batcher: MicroBatcher;
  readonly #counts = new LabelledCounts();
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(session: ServingSession, options: ModelServerOptions) {
    this.#session = session;
    this.#options = options;
    this.#batcher = new MicroBatcher(session, options.maxRows);
    this.#routes = this.#routesOf(options);
  }

  /** Name, versions and tensors, as `/v2/models/NAME` tells them. */
  metadata() {
    const { name, version, digest } = this.#options;
    return {
      name,
      versions: [version],
      platform: "onnx",
      inputs: this.#session.signature.inputs.map(tensorMetadata),
      outputs: this.#session.signature.outputs.map(tensorMetadata),
      parameters: { digest, columns: this.#session.features.map((feature) => feature.name) },
    };
  }

  /** Answers a caller. Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      refuseWebPages(request);
      const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
      const route = this.#routes.get(`${request.method} ${path}`);
      if (route === undefined) throw this.#unknown(path);
      await route(request, response);
    } catch (error) {
      sendError(response, asHttpError(error));
    }
  }

  #routesOf({ name, version }: ModelServerOptions): ReadonlyMap<string, Route> {
    const ready: Route = (_request, response) => sendJson(response, 200, { ready: true });
    const routes = new Map<string, Route>([
      ["GET /v2/health/live", (_request, response) => sendJson(response, 200, { live: true })],
      ["GET /v2/health/ready", ready],
      ["GET /ping", ready],
      ["GET /health", ready],
      [
        "GET /v2",
        (_request, response) => sendJson(response, 200, { name: "titleholder", version: "1", extensions: [] }),
      ],
      ["GET /metrics", (_request, response) => sendText(response, 200, this.#exposition())],
      ["POST /invocations", (request, response) => this.#predict(request, response, "invoke")],
      ["POST /control/stop", (request, response) => this.#stop(request, response)],
    ]);
    const base = `/v2/models/${encodeURIComponent(name)}`;
    for (const path of [base, `${base}/versions/${encodeURIComponent(version)}`]) {
      routes.set(`GET ${path}`, (_request, response) => sendJson(response, 200, this.metadata()));
      routes.set(`GET ${path}/ready`, ready);
      routes.set(`POST ${path}/infer`, (request, response) => this.#predict(request, response, "infer"));
    }
    return routes;
  }

  async #predict(request: IncomingMessage, response: ServerResponse, protocol: "infer" | "invoke"): Promise<void> {
    const beganMs = this.#options.now();
    const count = (outcome: Outcome) =>
      this.#counts.record(this.#options.version, outcome, this.#options.now() - beganMs);
    try {
      const body = parseObject(await readBody(request, this.#options.bodyLimitBytes));
      const answer = await (protocol === "infer" ? this.#infer(body) : this.#invoke(body));
      count("answered");
      sendJson(response, 200, answer);
    } catch (error) {
      const failure = asHttpError(error);
      count(failure.status >= 500 ? "failed" : "refused");
      throw failure;
    }
  }

  async #infer(body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const rows = inferRows(body, this.#session.inputs);
    // Refused before the model has worked for it.
    wantedOutputs(
      body,
      this.#session.signature.outputs.map(({ name }) => name),
    );
    return inferAnswer(body, this.#options, await this.#score(rows));
  }

  async #invoke(body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const rows = invocationRows(body);
    return invocationAnswer(await this.#score(rows), rows.count);
  }

  async #score({ count, columns }: Rows): Promise<readonly OutputTensor[]> {
    if (count > this.#options.maxRows) {
      throw new HttpError(
        413,
        "TH_SERVING_ROWS",
        `${count} rows are more than the ${this.#options.maxRows} of one request`,
      );
    }
    const bytes = this.#session.inputs.map((input) => encodeInput(input, columns));
    const outputs = await this.#batcher.submit(count, bytes);
    if (!allFinite(outputs)) {
      throw new HttpError(500, "TH_SERVING_NOT_FINITE", "the model's answer is not a finite number");
    }
    return outputs;
  }

  async #stop(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isAuthorised(request, this.#options.token)) throw new HttpError(401, "TH_SERVING_TOKEN", "a token is needed");
    const { after } = parseObject(await readBody(request, 1024));
    sendJson(response, 200, {});
    this.#options.stop(typeof after === "number" && after > 0 ? after : 0);
  }

  #exposition(): string {
    const { name } = this.#options;
    const samples = this.#counts.entries().map(([version, counts]) => ({ labels: { model: name, version }, counts }));
    return exposeCounts("titleholder_model", samples);
  }

  #unknown(path: string): HttpError {
    const known = [...this.#routes.keys()].some((route) => route.endsWith(` ${path}`));
    if (known) return new HttpError(405, "TH_SERVING_METHOD", `${path} is not answered to this method`);
    const model = /^\/v2\/models\/([^/]+)/.exec(path)?.[1];
    if (model !== undefined && decoded(model) !== this.#options.name) {
      return new HttpError(
        404,
        "TH_SERVING_MODEL",
        `there is no model "${decoded(model)}", only "${this.#options.name}"`,
      );
    }
    return new HttpError(404, "TH_SERVING_PATH", `there is nothing at ${path}`);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof TitleholderError) {
    const status = callersFault.has(error.code) ? 400 : 500;
    return new HttpError(status, error.code, error.message);
  }
  return new HttpError(500, "TH_SERVING_BUG", error instanceof Error ? error.message : String(error));
}
