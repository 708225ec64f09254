import type { z } from "zod";
import type { BaseCommit } from "./base-commit.ts";
import type { Digest } from "./digest.ts";
import type { Place } from "./error.ts";
import type { Host } from "./host.ts";
import type { Json } from "./json.ts";
import type { CheckVerdict, Verdict } from "./verdict.ts";

/** One question with one verdict. Numbers are finite: what has no value is left out. */
export interface Check {
  readonly id: string;
  readonly verdict: CheckVerdict;
  readonly message: string;
  readonly place?: Place;
  /** Further places it speaks of, such as the first failing rows of a text file. */
  readonly related?: readonly Place[];
  readonly observed?: Json;
  readonly expected?: Json;
  readonly n?: number;
  readonly effect?: number;
  /** An open end is null. */
  readonly interval?: readonly [low: number | null, high: number | null];
  /** What the interval must lie beyond for a pass, where that is not 0: minus a margin. */
  readonly limit?: number;
  readonly p?: number;
  readonly method?: string;
}

export interface Artifact {
  readonly name: string;
  readonly digest: Digest;
  readonly kind: "data" | "model" | "code" | "config" | "report" | "profile";
  readonly uri?: string;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Json[])[];
  /** How many rows were left out. */
  readonly more?: number;
  /** A statement that lists all rows, run where the paths in it start from. */
  readonly query?: string;
  /** A change of a file that the table is about, as the lines of a unified diff. */
  readonly diff?: readonly string[];
}

export interface Series {
  readonly title: string;
  readonly x: readonly (number | string)[];
  readonly lines: Readonly<Record<string, readonly (number | null)[]>>;
  /** How to draw it; lines when absent. */
  readonly form?: "lines" | "bars";
}

/** What a command found; the host adds who ran it, with which configuration and when, and so makes the report. */
export interface Findings {
  readonly verdict: Verdict;
  /** One line, no trailing period. */
  readonly summary: string;
  readonly checks: readonly Check[];
  /** What the verdict is about. */
  readonly subjects: readonly Artifact[];
  /** What it rests on, earlier reports included. */
  readonly materials: readonly Artifact[];
  /** The command's own facts, by its `details` schema. */
  readonly details: Json;
  readonly tables: readonly Table[];
  readonly series: readonly Series[];
  /** Milliseconds by phase. Not part of the result. */
  readonly timings?: Readonly<Record<string, number>>;
}

/** What titleholder.yaml says beside a command's inputs. */
export interface Project {
  /** The model's name: the `model` input, the only model of the file, or `default`. */
  readonly model: string;
  /** Absolute folder that holds reports, `.titleholder` below the working directory. */
  readonly reports: string;
  /** Registry addresses by environment name. */
  readonly environments: Readonly<Record<string, { readonly registry: string }>>;
  /** The command's inputs as they would be with titleholder.yaml of an earlier commit; undefined where they would be refused. */
  readonly inputsAt?: (base: BaseCommit) => Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** What an earlier commit demands of the job's fate; it counts where the inputs are milder. */
export interface Policy {
  readonly mode?: "enforce";
  readonly onInconclusive?: "fail";
}

/** An input's metadata beside its description. */
export interface InputMeta {
  readonly description?: string;
  /** Masked before anything else runs, and left out of reports. */
  readonly secret?: boolean;
  /** How text becomes a list; a new line when absent. */
  readonly separator?: "comma" | "line";
  /** An expression for action.yml, such as the token's. Nothing else may stand there. */
  readonly actionDefault?: string;
  /** `path`: resolved against its source's folder. `path-or-reference`: the same unless it has the form `scheme:rest`. `address`: `file:DIR` is. */
  readonly kind?: "path" | "path-or-reference" | "address";
  /** Not offered as a key of titleholder.yaml (`config`, `working-directory`, `model`). */
  readonly noFile?: boolean;
  /** Offered by this host alone. */
  readonly host?: "action" | "cli";
  /** Example for help and README. */
  readonly example?: string;
}

/**
 * One command = one value. `inputs` holds native types only (no coerce, stringbool or transform), so that its input and output JSON
 * Schemas are equal; hosts decode text by that schema. Keys are camelCase here and kebab-case outside.
 */
export interface Command<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  /** A paragraph or two for `--help` and the README. */
  readonly description: string;
  readonly inputs: I;
  /** The command's own outputs; `verdict`, `summary`, `report` and `report-digest` come with every command. */
  readonly outputs: O;
  /** Schema of `Findings.details`. */
  readonly details: z.ZodType;
  run(
    inputs: z.output<I>,
    host: Host,
    project: Project,
  ): Promise<{ readonly findings: Findings; readonly outputs: z.output<O>; readonly policy?: Policy }>;
  /**
   * The post step, and the CLI's exit path. Idempotent; gets the saved state; touches only what this very run left unfinished
   * (a rollout that is paused or held on purpose is finished business). Must return within 5 s.
   */
  settle?(state: Json, host: Host): Promise<void>;
}

/** A command of which only the general shape is known: what the generated map gives, and hosts run. */
export type AnyCommand = Command;
