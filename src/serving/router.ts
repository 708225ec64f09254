import type { IncomingMessage, ServerResponse } from "node:http";
import type { Arm } from "../rollout/rollout.ts";
import type { Random } from "../stats/random.ts";
import { type ArmCounts, LabelledCounts, type Outcome, retentionMs, WindowedCounts } from "./counts.ts";
import { exposeCounts, family } from "./exposition.ts";
import { HttpError, readBody, refuseWebPages, sendError, sendJson, sendText } from "./http.ts";
import { WeightedSplit } from "./split.ts";
import { type Backend, ConnectionLost, passOn, Upstream, type UpstreamAnswer } from "./upstream.ts";

export interface RouterOptions {
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly bodyLimitBytes: number;
  readonly answerLimitMs: number;
  /** Lower-case name of the header that keeps a caller on one arm; requests without it are drawn. */
  readonly affinityHeader?: string;
}

export interface RouterStatus {
  readonly startedMs: number;
  readonly nowMs: number;
  readonly rollout: string | null;
  readonly weight: number;
  readonly arms: Readonly<Record<Arm, Backend | null>>;
  /** When the lease runs out; null when nobody needs to renew it. */
  readonly leaseUntilMs: number | null;
  /** The controller was silent for too long, and the router went back to stable by itself. */
  readonly leaseLost: boolean;
}

interface Answered {
  readonly upstream: Upstream;
  readonly answer: UpstreamAnswer;
}

/** What callers may reach: the inference paths. A model server's own control paths are not among them. */
const openPaths = /^\/(v2(\/.*)?|invocations|ping|health|version)$/;
const inferencePaths = /^\/(invocations|v2\/models\/[^/]+(\/versions\/[^/]+)?\/infer)$/;

/**
 * Sends each inference request to stable or to the canary, by weight, and counts what became of it. A canary that cannot be reached costs
 * the caller nothing: inference is idempotent, so the request is asked again of stable, and the failure is counted against the canary. So
 * is a request that the canary refuses and stable answers.
 * All state is in memory, and begins with everything at stable.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #split: WeightedSplit;
  readonly #windows = new WindowedCounts();
  readonly #totals = new LabelledCounts();
  readonly #arms: { stable?: Upstream; canary?: Upstream } = {};
  readonly #startedMs: number;
  #rollout: string | null = null;
  #lease: { readonly untilMs: number } | undefined;
  #leaseLost = false;
  #retries = 0;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#split = new WeightedSplit(options.random);
    this.#startedMs = options.now();
  }

  /** Answers a caller. Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      refuseWebPages(request);
      const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
      if (path === "/metrics") return sendText(response, 200, this.exposition());
      if (path === "/v2/health/live") return sendJson(response, 200, { live: true });
      if (!openPaths.test(path)) throw new HttpError(404, "TH_SERVING_PATH", `there is nothing at ${path}`);
      if (request.method !== "GET" && request.method !== "POST") {
        throw new HttpError(405, "TH_SERVING_METHOD", `${request.method} is not answered here`);
      }
      const body = await readBody(request, this.#options.bodyLimitBytes);
      const counted = request.method === "POST" && inferencePaths.test(path);
      const { upstream, answer } = counted ? await this.#infer(request, body) : await this.#pass(request, body);
      relay(response, answer, upstream, this.#armOf(upstream));
    } catch (error) {
      if (error instanceof HttpError) sendError(response, error);
      else if (error instanceof ConnectionLost) {
        sendError(response, new HttpError(502, "TH_SERVING_BACKEND", "the model server did not answer"));
      } else {
        sendError(response, new HttpError(500, "TH_SERVING_BUG", String(error)));
      }
    }
  }

  /**
   * Names the two arms. The weight is kept when the canary stays the same within one rollout, and is 0 otherwise. Requests under way are
   * answered by whom they were sent to.
   */
  assign(rollout: string | null, stable: Backend | null, canary: Backend | null): void {
    const same = rollout === this.#rollout && canary !== null && this.#arms.canary?.backend.id === canary.id;
    if (!same) this.#toStable();
    this.#rollout = rollout;
    // One server that changes its arm keeps its connections.
    const known = [this.#arms.stable, this.#arms.canary].filter((upstream) => upstream !== undefined);
    const take = (backend: Backend | null) =>
      backend === null
        ? undefined
        : (known.find(({ backend: { id, port } }) => id === backend.id && port === backend.port) ??
          new Upstream(backend));
    const [nextStable, nextCanary] = [take(stable), take(canary)];
    for (const upstream of known) if (upstream !== nextStable && upstream !== nextCanary) upstream.retire();
    if (nextStable === undefined) delete this.#arms.stable;
    else this.#arms.stable = nextStable;
    if (nextCanary === undefined) delete this.#arms.canary;
    else this.#arms.canary = nextCanary;
  }

  /** @throws HttpError 409 when another rollout, or none, is under way */
  setWeight(rollout: string, percent: number): void {
    this.enforceLease();
    this.#expect(rollout);
    if (percent > 0 && this.#arms.canary === undefined)
      throw new HttpError(409, "TH_SERVING_ARMS", "there is no canary");
    this.#split.setWeight(percent);
    this.#leaseLost = false;
  }

  /** @returns false when it had run out before, and the weight is 0 since, until the weight is set again */
  renewLease(rollout: string, seconds: number): boolean {
    this.enforceLease();
    this.#expect(rollout);
    this.#lease = { untilMs: this.#options.now() + seconds * 1000 };
    return !this.#leaseLost;
  }

  releaseLease(rollout: string): void {
    this.enforceLease();
    this.#expect(rollout);
    this.#lease = undefined;
  }

  status(): RouterStatus {
    this.enforceLease();
    return {
      startedMs: this.#startedMs,
      nowMs: this.#options.now(),
      rollout: this.#rollout,
      weight: this.#split.weight,
      arms: { stable: this.#arms.stable?.backend ?? null, canary: this.#arms.canary?.backend ?? null },
      leaseUntilMs: this.#lease?.untilMs ?? null,
      leaseLost: this.#leaseLost,
    };
  }

  /** Counts over [from, to), with what is needed to tell whether the router can speak for that window at all. */
  window(fromMs: number, toMs: number): WindowAnswer {
    const nowMs = this.#options.now();
    return {
      nowMs,
      startedMs: this.#startedMs,
      forgottenMs: nowMs - retentionMs,
      counts: this.#windows.between(fromMs, toMs),
    };
  }

  exposition(): string {
    const { weight, leaseLost } = this.status();
    return [
      exposeCounts(
        "titleholder_router",
        this.#totals.entries().map(([label, counts]) => {
          const [arm = "", version = ""] = label.split("\n");
          return { labels: { arm, version }, counts };
        }),
      ),
      family("titleholder_router_retries_total", "counter", "Requests asked again of stable.", [[{}, this.#retries]]),
      family("titleholder_router_canary_weight_percent", "gauge", "Share of the canary.", [[{}, weight]]),
      family("titleholder_router_lease_lost", "gauge", "1 after going back for want of a controller.", [
        [{}, leaseLost ? 1 : 0],
      ]),
    ].join("");
  }

  /** Lets go of all connections. */
  close(): void {
    this.#arms.stable?.retire();
    this.#arms.canary?.retire();
  }

  async #infer(request: IncomingMessage, body: Buffer): Promise<Answered> {
    this.enforceLease();
    const arm = this.#draw(request);
    const upstream = this.#arms[arm];
    if (upstream === undefined) throw nothingServed();
    const beganMs = this.#options.now();
    try {
      const answer = await this.#ask(upstream, request, body);
      const outcome = outcomeOf(answer.status);
      const other = outcome === "refused" && arm === "canary" ? await this.#secondOpinion(request, body) : undefined;
      this.#count(arm, upstream, other === undefined ? outcome : "failed", beganMs);
      return other ?? { upstream, answer };
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      this.#count(arm, upstream, "failed", beganMs);
      const stable = this.#arms.stable;
      if (stable === undefined || stable === upstream) throw error;
      this.#retries++;
      return { upstream: stable, answer: await this.#ask(stable, request, body) };
    }
  }

  /**
   * What stable says to a request that the canary refused: an answer means that the refusal was the canary's own doing, such as a column
   * that callers do not send; undefined means that the caller is at fault indeed.
   */
  async #secondOpinion(request: IncomingMessage, body: Buffer): Promise<Answered | undefined> {
    const upstream = this.#arms.stable;
    if (upstream === undefined) return undefined;
    try {
      const answer = await this.#ask(upstream, request, body);
      if (outcomeOf(answer.status) !== "answered") return undefined;
      this.#retries++;
      return { upstream, answer };
    } catch (error) {
      if (error instanceof ConnectionLost) return undefined;
      throw error;
    }
  }

  /** Metadata and health: stable speaks for both, uncounted. */
  async #pass(request: IncomingMessage, body: Buffer): Promise<Answered> {
    const upstream = this.#arms.stable;
    if (upstream === undefined) throw nothingServed();
    return { upstream, answer: await this.#ask(upstream, request, body) };
  }

  #draw(request: IncomingMessage): Arm {
    if (this.#arms.canary === undefined) return "stable";
    const { affinityHeader } = this.#options;
    const key = affinityHeader === undefined ? undefined : request.headers[affinityHeader];
    return typeof key === "string" && key !== "" ? this.#split.armOf(key) : this.#split.next();
  }

  #ask(upstream: Upstream, request: IncomingMessage, body: Buffer): Promise<UpstreamAnswer> {
    const { method = "GET", url = "/", headers } = request;
    return upstream.ask(method, url, headers, body, this.#options.answerLimitMs);
  }

  #count(arm: Arm, upstream: Upstream, outcome: Outcome, beganMs: number): void {
    const nowMs = this.#options.now();
    this.#windows.record(arm, outcome, nowMs - beganMs, nowMs);
    this.#totals.record(`${arm}\n${upstream.backend.version}`, outcome, nowMs - beganMs);
  }

  #armOf(upstream: Upstream): Arm {
    return upstream === this.#arms.canary ? "canary" : "stable";
  }

  #expect(rollout: string): void {
    if (rollout === this.#rollout) return;
    throw new HttpError(409, "TH_SERVING_ROLLOUT", `the router knows ${this.#rollout ?? "no rollout"}, not ${rollout}`);
  }

  /** Goes back to stable when the controller was silent for too long; called often enough that no request is needed for it. */
  enforceLease(): void {
    if (this.#lease === undefined || this.#options.now() < this.#lease.untilMs) return;
    this.#toStable();
    this.#leaseLost = true;
  }

  #toStable(): void {
    this.#split.setWeight(0);
    this.#lease = undefined;
    this.#leaseLost = false;
  }
}

export interface WindowAnswer {
  readonly nowMs: number;
  readonly startedMs: number;
  readonly forgottenMs: number;
  readonly counts: Readonly<Record<Arm, ArmCounts>>;
}

function outcomeOf(status: number): Outcome {
  if (status >= 500) return "failed";
  return status >= 400 ? "refused" : "answered";
}

function nothingServed(): HttpError {
  return new HttpError(503, "TH_SERVING_EMPTY", "no model is served here yet");
}

function relay(response: ServerResponse, answer: UpstreamAnswer, upstream: Upstream, arm: Arm): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    ...passOn(answer.headers),
    "content-length": answer.body.length,
    "x-titleholder-arm": arm,
    "x-titleholder-version": upstream.backend.version,
  });
  response.end(answer.body);
}
