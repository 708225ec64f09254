import { predictors } from "../generated/predictors.ts";
import type { Digest } from "../kernel/digest.ts";
import type { Host } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import type { PredictorLimits, PredictorSession } from "../model/model.ts";
import { shownPath } from "./paths.ts";

/** Enough for tabular models of some hundred megabytes; a model that wants more asks by the command's inputs. */
export const defaultPredictorLimits: PredictorLimits = { memoryBytes: 2 ** 30, wallMs: 30 * 60_000, threads: 1 };

/**
 * Opens a model by its content in a limited helper process. `reference` is how people named it, when not by its path; `named` the order
 * of the columns of a model that takes one matrix and does not say so itself, and the outputs of one that has several of a kind.
 * @throws TitleholderError TH_MODEL_* (configuration)
 */
export async function openPredictor(
  model: { readonly path: string; readonly digest: Digest; readonly reference?: string },
  host: Host,
  limits: PredictorLimits = defaultPredictorLimits,
  named: { readonly features?: readonly string[] | undefined; readonly outputs?: readonly string[] | undefined } = {},
): Promise<PredictorSession> {
  const onnx = predictors.onnx;
  if (onnx === undefined) throw new Error("the ONNX predictor is not in the generated map");
  const settings: Record<string, Json> = {};
  for (const [name, list] of Object.entries(named)) if (list !== undefined) settings[name] = [...list];
  const predictor = (await onnx.load()).create(settings, host);
  const { path, digest, reference } = model;
  return predictor.open({ path, digest, shown: reference ?? shownPath(host, path) }, limits);
}
