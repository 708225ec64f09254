import { globSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { DefaultArtifactClient } from "@actions/artifact";
import { getBooleanInput, getInput, getMultilineInput, setFailed, setOutput, warning } from "@actions/core";

const name = getInput("name");
const hidden = getBooleanInput("include-hidden-files");
const patterns = getMultilineInput("path", { required: true }).map((pattern) => resolve(pattern));

function filesOf(pattern) {
  const matches = globSync(pattern);
  const all = matches.flatMap((match) => (statSync(match).isDirectory() ? globSync(join(match, "**")) : [match]));
  return all.filter((file) => statSync(file).isFile());
}

function isHidden(file) {
  return file
    .slice(process.cwd().length)
    .split(sep)
    .some((part) => part.startsWith("."));
}

/** The part of a pattern before its first wildcard. */
function searchPath(pattern) {
  const parts = pattern.split(sep);
  const wild = parts.findIndex((part) => /[*?[{]/.test(part));
  return (wild === -1 ? parts : parts.slice(0, wild)).join(sep);
}

function sharedFolder(paths) {
  const [first = [], ...others] = paths.map((path) => path.split(sep));
  const end = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return first.slice(0, end === -1 ? first.length : end).join(sep);
}

/** As the original does: paths in the artifact begin below the one search path, or below what several share. */
function rootOf(files) {
  const paths = patterns.map(searchPath);
  if (paths.length > 1) return sharedFolder(paths);
  return files.length === 1 && files[0] === paths[0] ? dirname(files[0]) : paths[0];
}

const files = [...new Set(patterns.flatMap(filesOf))].filter((file) => hidden || !isHidden(file));
if (files.length > 0) {
  const { id } = await new DefaultArtifactClient().uploadArtifact(name, files, rootOf(files));
  setOutput("artifact-id", id);
} else {
  const message = `No files were found with the provided path: ${getInput("path")}`;
  if (getInput("if-no-files-found") === "error") setFailed(message);
  else if (getInput("if-no-files-found") === "warn") warning(message);
}
