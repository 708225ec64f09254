import { type ArmCounts, latencyEdgesMs } from "./counts.ts";

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: ArmCounts;
}

/** Counts in Prometheus' text format 0.0.4: requests, failures, refusals and a latency histogram, by the samples' labels. */
export function exposeCounts(prefix: string, samples: readonly Sample[]): string {
  const counter = (name: string, help: string, value: (counts: ArmCounts) => number) =>
    family(
      `${prefix}_${name}_total`,
      "counter",
      help,
      samples.map(({ labels, counts }) => [labels, value(counts)]),
    );
  return [
    counter("requests", "Requests the model had to answer.", (counts) => counts.requests),
    counter("failures", "Requests it failed: 5xx, lost, or timed out.", (counts) => counts.failures),
    counter("refused", "Requests refused as the caller's fault (4xx).", (counts) => counts.refused),
    exposeLatency(`${prefix}_latency_seconds`, samples),
  ].join("");
}

/** One gauge or counter with its help and type. */
export function family(
  name: string,
  type: "counter" | "gauge",
  help: string,
  values: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[],
): string {
  const lines = values.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function exposeLatency(name: string, samples: readonly Sample[]): string {
  const lines = samples.flatMap(({ labels, counts }) => {
    let sum = 0;
    const cumulative = counts.latency.map((count) => (sum += count));
    const edges = [...latencyEdgesMs.map((edge) => String(edge / 1000)), "+Inf"];
    return [
      ...edges.map((le, place) => `${name}_bucket${labelText({ ...labels, le })} ${cumulative[place] ?? 0}\n`),
      `${name}_count${labelText(labels)} ${sum}\n`,
    ];
  });
  return `# HELP ${name} Time to answer.\n# TYPE ${name} histogram\n${lines.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const escaped = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}
