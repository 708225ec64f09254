import { configurationError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import { refuseFork } from "../../fork.ts";
import type { PredictorCommand } from "./command.ts";

interface Written {
  readonly predictor: "onnx" | "command";
  readonly predictorCommand?: readonly string[] | undefined;
  readonly predictorFormat: PredictorCommand["format"];
  readonly allowForks: boolean;
}

/**
 * The command that scores, or undefined where models are opened here.
 * @throws TitleholderError (configuration) TH_PREDICTOR_COMMAND, TH_PREDICTOR_FORK
 */
export function predictorCommandOf(given: Written, wallMs: number, host: Host): PredictorCommand | undefined {
  const [program, ...rest] = given.predictorCommand ?? [];
  if (given.predictor === "onnx") {
    if (program === undefined) return undefined;
    throw configurationError(
      "TH_PREDICTOR_COMMAND",
      "a predictor-command is written, and predictor: onnx opens models without one",
      "write predictor: command, or leave the command out",
      { input: "predictor" },
    );
  }
  if (program === undefined || program.trim() === "") {
    throw configurationError(
      "TH_PREDICTOR_COMMAND",
      "predictor: command has no command to run",
      "write the program and its arguments in predictor-command, such as [python, score.py]",
      { input: "predictor-command" },
    );
  }
  refuseFork(given.allowForks, host, "TH_PREDICTOR_FORK", "score with a program");
  return { argv: [program, ...rest], format: given.predictorFormat, wallMs };
}
