import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Feature } from "../../../contract/handling.ts";
import type { Artifact, Check } from "../../../kernel/command.ts";
import { type Digest, digestOfStream } from "../../../kernel/digest.ts";
import { configurationError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import { nearest } from "../../../kernel/naming.ts";
import { shownPath } from "../../paths.ts";
import type { Part, Situation } from "../part.ts";

/** The contract's feature dictionary: what is derived from the columns, in which version, by which code. */
export async function featureDictionary({ contract, host }: Situation): Promise<Part> {
  const features = contract.value.features ?? [];
  if (features.length === 0) return {};
  const folder = dirname(resolve(host.cwd, contract.path));
  const coded = await Promise.all(
    features.map(async (feature) => ({
      feature,
      code: feature.code === undefined ? undefined : await codeOf(feature, join(folder, feature.code), host),
    })),
  );
  const codes = coded.flatMap(({ code }) => (code === undefined ? [] : [code]));
  return {
    checks: coded.map(({ feature, code }) => featureCheck(feature, code)),
    materials: [...new Map(codes.map((code) => [code.name, code])).values()],
    details: {
      features: coded.map(({ feature: { name, version, sources }, code }) => ({
        name,
        version,
        sources,
        code: code === undefined ? null : { path: code.name, digest: code.digest },
      })),
    },
    tables: [
      {
        title: "Features derived from the data",
        columns: ["feature", "version", "made from", "code", "what it is"],
        rows: coded.map(({ feature, code }) => [
          feature.name,
          feature.version,
          feature.sources.join(", "),
          code?.name ?? null,
          feature.description ?? null,
        ]),
      },
    ],
  };
}

function featureCheck({ name, version, digest, place }: Feature, code: Artifact | undefined): Check {
  const head = { id: `feature.${name}`, place };
  if (code === undefined)
    return {
      ...head,
      verdict: "unchecked",
      message: `the feature ${name} names no code: a change of it would not be seen`,
    };
  if (digest === undefined)
    return { ...head, verdict: "pass", message: `the code of ${name} ${version} is on record`, observed: code.digest };
  if (digest === code.digest)
    return { ...head, verdict: "pass", message: `the code of ${name} is that of version ${version}`, observed: digest };
  return {
    ...head,
    verdict: "fail",
    message: `the code of ${name} in ${code.name} is no longer that of version ${version}: give the feature a new version and this digest`,
    observed: code.digest,
    expected: digest,
  };
}

/** @throws TH_FEATURE_CODE (configuration) for a file that is not there, or outside of the working directory: a contract may come from anyone. */
async function codeOf({ name, code = "", place }: Feature, path: string, host: Host): Promise<Artifact> {
  const refuse = (why: string, fix: string) =>
    configurationError("TH_FEATURE_CODE", `the code of the feature ${name}, ${code}, ${why}`, fix, place);
  const inside = relative(host.cwd, path);
  if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    throw refuse(
      "lies outside of the working directory",
      "name a file of the project, relative to the contract's folder",
    );
  for (let at = path; at !== host.cwd; at = dirname(at))
    if ((await host.files.facts(at))?.link === true)
      throw refuse("is reached by a symbolic link", "name the file itself");
  const facts = await host.files.facts(path);
  if (facts?.kind !== "file") {
    const near = facts === undefined ? nearest(basename(path), await host.files.list(dirname(path))) : undefined;
    throw refuse(
      "is no file",
      near === undefined ? "name a file, relative to the contract's folder" : `did you mean "${near}"?`,
    );
  }
  const { digest }: { digest: Digest } = await digestOfStream(host.files.stream(path));
  return { name: shownPath(host, path), kind: "code", digest };
}
