import { dirname } from "node:path";
import type { Dataset } from "../../dataset/dataset.ts";
import type { Fingerprint } from "../../dataset/fingerprint.ts";
import { type Digest, digestOf } from "../../kernel/digest.ts";
import type { Host } from "../../kernel/host.ts";
import { canonicalJson } from "../../kernel/json.ts";
import type { Profile } from "../../profile/profile.ts";
import { profileToJson } from "../../profile/profile-json.ts";
import { profileDataset } from "../../profile/profiling.ts";
import { shownPath } from "../paths.ts";

/** A profile, and the file it was written to. */
export interface WrittenProfile {
  /** As shown to people. */
  readonly path: string;
  readonly digest: Digest;
  readonly value: Profile;
}

/**
 * Profiles the data once for all that needs it: at the edges of what it is held against, where there is something.
 *
 * @param hidden columns whose levels are named by digest
 */
export async function profileOf(
  dataset: Dataset,
  fingerprint: Fingerprint,
  hidden: readonly string[],
  like: Profile | undefined,
  host: Host,
): Promise<Profile> {
  return profileDataset(dataset, {
    data: fingerprint.digest,
    hidden,
    ...(like === undefined ? {} : { like }),
    onColumn: (done, total) => host.log.progress("profiling columns", done, total),
  });
}

export async function writeProfile(profile: Profile, path: string, host: Host): Promise<WrittenProfile> {
  const bytes = new TextEncoder().encode(`${canonicalJson(profileToJson(profile))}\n`);
  await host.files.makeDirectory(dirname(path));
  await host.files.replace(path, bytes);
  return { path: shownPath(host, path), digest: digestOf(bytes), value: profile };
}
