import type { ColumnBatch } from "../dataset/dataset.ts";
import type { Digest } from "../kernel/digest.ts";

/** `shape`: null where the model leaves a dimension open (the rows). `type`: ONNX element type in lower case: float, double, int64, string, bool … */
export interface TensorSpec {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | null)[];
}

export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

export interface PredictorLimits {
  readonly memoryBytes: number;
  readonly wallMs: number;
  readonly threads: number;
}

export interface Predictor {
  readonly name: string;
  /** Inspects, then opens in a helper process. Refused or broken model → TH_MODEL_* (configuration); over limits → TH_MODEL_LIMIT. */
  open(model: { readonly path: string; readonly digest: Digest }, limits: PredictorLimits): Promise<PredictorSession>;
}

export interface Predictions {
  /** Predicted class of each row, when the model gives one. */
  readonly label?: readonly (string | number)[];
  /** One array a class (binary models: the positive class last), each of the batch's length; a regression gives one. */
  readonly scores?: readonly Float64Array[];
}

export interface PredictorSession extends AsyncDisposable {
  readonly signature: Signature;
  /** Rows in = rows out, same order. Missing and unseen values are the caller's to count beforehand. One call at a time. */
  predict(batch: ColumnBatch): Promise<Predictions>;
}
