import { join, matchesGlob, resolve } from "node:path";
import { DefaultArtifactClient } from "@actions/artifact";
import { getBooleanInput, getInput, info, setFailed, setOutput } from "@actions/core";

const name = getInput("name");
const pattern = getInput("pattern") || "*";
const target = resolve(getInput("path") || ".");
const client = new DefaultArtifactClient();

const { artifacts } = await client.listArtifacts({ latest: true });
const wanted = artifacts.filter((artifact) => (name ? artifact.name === name : matchesGlob(artifact.name, pattern)));

if (name && wanted.length === 0) setFailed(`Unable to download artifact(s): Artifact not found for name: ${name}`);
for (const artifact of wanted) {
  const path = name || getBooleanInput("merge-multiple") ? target : join(target, artifact.name);
  info(`Downloading ${artifact.name} to ${path}`);
  await client.downloadArtifact(artifact.id, { path });
}
setOutput("download-path", target);
