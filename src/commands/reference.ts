import { dirname, join, resolve } from "node:path";
import type { DataSource } from "../dataset/dataset.ts";
import type { Artifact } from "../kernel/command.ts";
import { type Digest, digestOf } from "../kernel/digest.ts";
import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { isJsonObject, type Json, parseJson } from "../kernel/json.ts";
import type { Profile } from "../profile/profile.ts";
import { profileFromJson } from "../profile/profile-json.ts";
import { profileDataset } from "../profile/profiling.ts";
import { locateData, openData } from "./data.ts";
import { readEvidence } from "./evidence.ts";
import { shownPath } from "./paths.ts";

/** One profile that current data is compared with, and the artifacts that it rests on. */
export interface ReadReference {
  readonly profile: Profile;
  /** Of the profile's file, or of the data when it was profiled here. */
  readonly digest: Digest;
  readonly materials: readonly Artifact[];
}

/** A profile of a thousand columns has about 30 MB. */
const largestProfile = 256e6;

/** How data is profiled that is named instead of a profile, and what a text file is parsed by. */
export interface ReferenceOptions extends Pick<DataSource, "declared" | "text"> {
  /** Columns wanted; all when absent. */
  readonly columns?: readonly string[];
  /** The input that names it; `reference` when absent. */
  readonly input?: string;
}

/**
 * The reference's profile: read from a profile.json, found beside a report of validate-data, or computed from data.
 * @throws TH_REFERENCE_MISSING, TH_REFERENCE_FORMAT, TH_PROFILE_FORMAT, and what reading data and reports throws (all configuration).
 */
export async function readReference(
  pattern: string,
  host: Host,
  options: ReferenceOptions = {},
): Promise<ReadReference> {
  const { input = "reference" } = options;
  if (!/\.json(?:@sha256:[0-9a-f]*)?$/.test(pattern)) return profileData(pattern, host, input, options);
  const [path = pattern] = pattern.split("@sha256:");
  const json = await readJson(path, host, input);
  const schema = isJsonObject(json.value) ? String(json.value.schema) : "";
  if (schema.startsWith("titleholder/profile/")) {
    return {
      profile: profileFromJson(json.value, shownPath(host, path)),
      digest: json.digest,
      materials: [{ kind: "profile", name: shownPath(host, path), digest: json.digest }],
    };
  }
  if (schema.startsWith("titleholder/report/")) return profileOfReport(pattern, path, host, input);
  throw configurationError(
    "TH_REFERENCE_FORMAT",
    `${shownPath(host, path)} is neither a profile nor a report`,
    "name a profile.json, the report of validate-data, or data files",
    { input, file: shownPath(host, path) },
  );
}

async function readJson(
  path: string,
  host: Host,
  input: string,
): Promise<{ readonly value: Json; readonly digest: Digest }> {
  const file = shownPath(host, path);
  const size = (await host.files.facts(path))?.size ?? 0;
  const bytes = size > largestProfile ? undefined : await host.files.read(path);
  if (bytes !== undefined) return { value: parseJson(new TextDecoder().decode(bytes), file), digest: digestOf(bytes) };
  throw configurationError(
    "TH_REFERENCE_MISSING",
    size > largestProfile ? `${file} is too large for a profile` : `there is no file ${file}`,
    "name a profile.json that validate-data wrote (its output `profile`), or data files",
    { input, file },
  );
}

/** The profile that a report of validate-data names by digest: beside the report, or where the run wrote it. */
async function profileOfReport(pattern: string, path: string, host: Host, input: string): Promise<ReadReference> {
  const [evidence] = await readEvidence([pattern], host, input);
  const file = shownPath(host, path);
  const named = evidence?.report.subjects.find(({ kind }) => kind === "profile");
  if (evidence === undefined || named === undefined) {
    throw configurationError(
      "TH_REFERENCE_FORMAT",
      `the report ${file} names no profile`,
      "name a report of validate-data",
      {
        input,
        file,
      },
    );
  }
  for (const candidate of [join(dirname(path), "profile.json"), resolve(host.cwd, named.name)]) {
    const bytes = await host.files.read(candidate);
    if (bytes === undefined || digestOf(bytes) !== named.digest) continue;
    const shown = shownPath(host, candidate);
    return {
      profile: profileFromJson(parseJson(new TextDecoder().decode(bytes), shown), shown),
      digest: named.digest,
      materials: [
        { kind: "profile", name: shown, digest: named.digest },
        { kind: "report", name: evidence.path, digest: evidence.digest },
      ],
    };
  }
  throw configurationError(
    "TH_REFERENCE_MISSING",
    `the profile that ${file} names is not at hand: ${named.name} is missing, or has another digest`,
    "keep profile.json beside the report, or name the profile itself",
    { input, file },
  );
}

async function profileData(
  pattern: string,
  host: Host,
  input: string,
  { columns, declared, text }: ReferenceOptions,
): Promise<ReadReference> {
  const parsing = { ...(declared === undefined ? {} : { declared }), ...(text === undefined ? {} : { text }) };
  const { source, fingerprint } = await locateData([pattern], host, input, parsing);
  await using dataset = await openData(source, host, { input });
  const profile = await profileDataset(dataset, {
    data: fingerprint.digest,
    onColumn: (done, total) => host.log.progress("profiling the reference", done, total),
    ...(columns === undefined ? {} : { columns }),
  });
  return {
    profile,
    digest: fingerprint.digest,
    materials: fingerprint.files.map(({ path, digest }) => ({ kind: "data", name: path, digest })),
  };
}
