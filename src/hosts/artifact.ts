import { TitleholderError } from "../kernel/error.ts";

const triesMs = [0, 2000, 8000];
/** GitHub keeps as many artifacts of a job. */
const mostCopies = 500;

/**
 * Uploads a report's files and nothing that lies beside them, so that a job on another machine can rest on it. The job's other steps, and the other jobs of a matrix, may have
 * taken the name: then it ends in `-2`, `-3` and so on. A name that is taken after a try without an answer was taken by that try.
 * @returns the artifact's number; undefined where an earlier try, which was not answered, took the name
 * @throws TitleholderError TH_ARTIFACT_UPLOAD (backend): without it the next job would miss its evidence and not know why.
 */
export async function uploadReport(
  files: readonly string[],
  folder: string,
  name: string,
  log: { info(text: string): void },
): Promise<number | undefined> {
  const { default: client } = await import("@actions/artifact");
  let copy = 1;
  let unanswered: string | undefined;
  let cause: unknown;
  for (const pause of triesMs) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    for (; copy <= mostCopies; copy += 1) {
      const own = copy === 1 ? name : `${name}-${copy}`;
      try {
        const { id, size } = await client.uploadArtifact(own, [...files], folder);
        log.info(`uploaded the report as artifact ${own} (id ${id}, ${size} bytes)`);
        return id;
      } catch (error) {
        cause = error;
        if (!isTaken(error)) {
          unanswered = own;
          break;
        }
        if (own === unanswered) {
          log.info(`artifact ${own} is there already`);
          return undefined;
        }
      }
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

function isTaken(error: unknown): boolean {
  return error instanceof Error && /already exists|409/.test(error.message);
}
