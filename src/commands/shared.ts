import { z } from "zod";
import type { InputMeta } from "../kernel/command.ts";

/** Attaches an input's metadata, checked against `InputMeta` (zod itself takes any). */
export function input<T extends z.ZodType>(schema: T, meta: InputMeta & { readonly description: string }): T {
  return schema.meta({ ...meta }) as T;
}

/** A test's error. Below a millionth the tails reach the resolution of a double. */
export const alpha = z.number().min(1e-6).lt(0.5).default(0.05);

const workflowToken = {
  secret: true,
  noFile: true,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of a workflow
  actionDefault: "${{ github.token }}",
} as const;

/** Inputs that every command has. */
export const baseInputs = {
  config: input(z.string().optional(), {
    description: "Path of `titleholder.yaml`. Found in the working directory when absent; the file is optional.",
    noFile: true,
  }),
  model: input(z.string().optional(), {
    description: "Which model of `titleholder.yaml` is meant. May be left out when the file has one.",
    noFile: true,
    example: "churn",
  }),
  workingDirectory: input(z.string().optional(), {
    description: "Folder that relative paths start from. The current folder when absent.",
    noFile: true,
  }),
  mode: input(z.enum(["enforce", "report-only"]).default("enforce"), {
    description: "`report-only` lets the job succeed whatever the verdict. Errors still fail it.",
  }),
  onInconclusive: input(z.enum(["fail", "pass"]).default("fail"), {
    description: "What an inconclusive verdict does to the job.",
  }),
  report: input(z.string().optional(), {
    description:
      "Where the report goes. `.titleholder/MODEL/COMMAND/report.json` when absent; the HTML page stands beside it.",
    kind: "path",
  }),
  annotations: input(z.boolean().default(true), {
    description: "Show failing checks as annotations on the files they speak of.",
    host: "action",
  }),
  uploadReport: input(z.boolean().default(true), {
    description:
      "Upload the report as the artifact `titleholder-MODEL-COMMAND-JOB-ATTEMPT`. A further one of the same job ends in `-2`.",
    host: "action",
  }),
  comment: input(z.boolean().default(true), {
    description:
      "In a pull request: keep a section of the one comment that all gates of a model share. Needs `pull-requests: write`; without it the log says so, and the verdict stands.",
    host: "action",
  }),
  githubToken: input(z.string().optional(), {
    description: "Token that writes the comment (`pull-requests: write`).",
    ...workflowToken,
    host: "action",
  }),
} as const;

/** Inputs of the commands that read or write a model registry. */
export const registryInputs = {
  environment: input(z.string().optional(), {
    description: "Which of the environments in `titleholder.yaml` is meant; it supplies the registry.",
    example: "prod",
  }),
  registry: input(z.string().optional(), {
    description:
      "Address of the model registry, `file:DIR`. The environment's when absent, else `file:.titleholder/registry`.",
    kind: "address",
    example: "file:/srv/titleholder",
  }),
  allowEphemeralRegistry: input(z.boolean().default(false), {
    description: "Accept a `file:` registry on a GitHub-hosted runner, where it vanishes with the job.",
  }),
} as const;

export const evidenceInput = {
  evidence: input(z.array(z.string()).default([".titleholder/**/report.json"]), {
    description:
      "Reports of earlier gates (paths and globs). `PATH@sha256:DIGEST` pins one. Those about the same digests are used.",
    kind: "path",
  }),
} as const;

/** Inputs of the commands that hold what decides against an earlier commit. */
export const baseCommitInputs = {
  base: input(z.string().optional(), {
    description:
      "What the contract is held against: an earlier contract's file, or a commit, branch or tag. When absent the base of the pull request, the commit before a push, or where this branch left the remote's main one.",
    noFile: true,
    example: "origin/main",
  }),
  allowLoosening: input(z.boolean().default(false), {
    description:
      "A change that lets data through which was stopped before warns instead of failing. In `titleholder.yaml` it counts from the merge on.",
  }),
  githubToken: input(z.string().optional(), {
    description:
      "Token that reads the base where the checkout does not hold it (`contents: read`), and writes the comment and suggestions (`pull-requests: write`).",
    ...workflowToken,
  }),
} as const;

export const dryRunInput = {
  dryRun: input(z.boolean().default(false), {
    description: "Read and decide everything, write nothing but the report.",
  }),
} as const;
