import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";

export interface TrafficCounts {
  readonly answered: number;
  readonly failed: number;
}

/** Replays requests against the router until it is stopped: so many at a time, each as soon as the last is answered. */
export class Traffic {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #bodies: readonly string[];
  readonly #port: number;
  readonly #workers: Promise<void>[] = [];
  #next = 0;
  #running = true;
  #answered = 0;
  #failed = 0;

  private constructor(bodies: readonly string[], port: number) {
    this.#bodies = bodies;
    this.#port = port;
  }

  /** @param file one JSON object of features a line */
  static async start(file: string, port: number, concurrency: number): Promise<Traffic> {
    const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
    const traffic = new Traffic(
      lines.map((line) => JSON.stringify({ dataframe_records: [JSON.parse(line) as unknown] })),
      port,
    );
    for (let worker = 0; worker < concurrency; worker += 1) traffic.#workers.push(traffic.#work());
    return traffic;
  }

  async stop(): Promise<TrafficCounts> {
    this.#running = false;
    await Promise.all(this.#workers);
    this.#agent.destroy();
    return { answered: this.#answered, failed: this.#failed };
  }

  async #work(): Promise<void> {
    while (this.#running) {
      const body = this.#bodies[this.#next++ % this.#bodies.length] ?? "";
      const status = await this.#post(body);
      if (status === 200) this.#answered += 1;
      else this.#failed += 1;
      // Before the router is up, and at a human pace after: a laptop has other things to do.
      await new Promise((resolve) => setTimeout(resolve, status === undefined ? 100 : 2));
    }
  }

  #post(body: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      const call = request(
        {
          host: "127.0.0.1",
          port: this.#port,
          path: "/invocations",
          method: "POST",
          agent: this.#agent,
          headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        },
        (response) => {
          response.resume();
          response.once("end", () => resolve(response.statusCode));
          response.once("error", () => resolve(undefined));
        },
      );
      call.once("error", () => resolve(undefined));
      call.end(body);
    });
  }
}
