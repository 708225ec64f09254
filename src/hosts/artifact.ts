import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TitleholderError } from "../kernel/error.ts";

const triesMs = [0, 2000, 8000];

/**
 * Uploads a report's folder, so that a job on another machine can rest on it.
 * @throws TitleholderError TH_ARTIFACT_UPLOAD (backend): without it the next job would miss its evidence and not know why.
 */
export async function uploadReport(folder: string, name: string, log: { info(text: string): void }): Promise<void> {
  const { default: client } = await import("@actions/artifact");
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = names.map((entry) => join(entry.parentPath, entry.name));
  let cause: unknown;
  for (const pause of triesMs) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      const { id, size } = await client.uploadArtifact(name, files, folder);
      log.info(`uploaded the report as artifact ${name} (id ${id}, ${size} bytes)`);
      return;
    } catch (error) {
      // A try whose answer was lost has made the artifact all the same.
      if (error instanceof Error && /already exists|409/.test(error.message)) {
        log.info(`artifact ${name} is there already`);
        return;
      }
      cause = error;
    }
  }
  throw new TitleholderError(
    "backend",
    "TH_ARTIFACT_UPLOAD",
    `the report could not be uploaded as ${name}: ${cause instanceof Error ? cause.message : String(cause)}`,
    "run the job again, or set upload-report: false and hand the report over in another way",
    {},
    cause,
  );
}
