import { launchers } from "../../generated/launchers.ts";
import type { Host } from "../../kernel/host.ts";
import { LineFolder } from "../../training/record.ts";
import type { JobStatus, TrainingJob } from "../../training/training.ts";

const cancelGraceMs = 5000;

/** Submits a job, streams its log line by line, and waits for its end. A cancelled run cancels the job first, then throws the reason. */
export async function runJob(host: Host, job: TrainingJob): Promise<JobStatus> {
  const implementation = await launchers.process?.load();
  if (implementation === undefined) throw new Error("the process launcher is missing");
  const launcher = implementation.create({}, host);
  const { id } = await launcher.submit(job);
  const folder = new LineFolder((line) => host.log.info(line));
  try {
    await host.log.group("training log", async () => {
      for await (const { bytes } of launcher.logs(id, 0, host.signal)) folder.push(bytes);
      folder.end();
    });
  } catch (error) {
    await launcher.cancel(id, cancelGraceMs);
    throw error;
  }
  const status = await launcher.status(id);
  host.signal.throwIfAborted();
  return status;
}
