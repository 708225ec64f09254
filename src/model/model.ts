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

/** A column that a model needs, and the element type that its values become; `any` where they are handed on as they are. */
export interface Feature {
  readonly name: string;
  readonly type: string;
}

export interface PredictorLimits {
  readonly memoryBytes: number;
  /** From opening to disposal. */
  readonly wallMs: number;
  readonly threads: number;
  /** Which of the limits a person wrote: those count in a model's trial too, which is held to tighter ones else. */
  readonly written?: { readonly memory: boolean; readonly time: boolean };
}

export interface ModelAt {
  /** Absolute. */
  readonly path: string;
  readonly digest: Digest;
  /** How people know it: a relative path or a registry reference. */
  readonly shown: string;
}

export interface Predictor {
  readonly name: string;
  /** Inspects, then opens in a helper process. Refused or broken model → TH_MODEL_* (configuration); over limits → TH_MODEL_LIMIT. */
  open(model: ModelAt, limits: PredictorLimits): Promise<PredictorSession>;
}

export interface Predictions {
  /** Predicted class of each row, when the model gives one. */
  readonly label?: readonly (string | number)[];
  /** One array a class (binary models: the positive class last), each of the batch's length; a regression gives one. */
  readonly scores?: readonly Float64Array[];
}

/** How long the model took for one batch. */
export interface Timing {
  /** Milliseconds from the tensors' bytes to the model's answer, without the way to the helper and back. */
  readonly ms: number;
  /** Milliseconds that a fixed amount of arithmetic took right before: it tells a busy machine from a slow model. */
  readonly referenceMs: number;
}

/** What the model's process holds of the machine's memory. */
export interface ModelMemory {
  /** Before the model's bytes were read, its runtime loaded. */
  readonly emptyBytes: number;
  /** The most so far. */
  readonly peakBytes: number;
}

export interface PredictorSession extends AsyncDisposable {
  /**
   * Whose answers these are: a `model` answers any rows, a `command` too but starts a program each time, a `file` and a `column` (or an
   * expression over columns) hold answers to the data's own rows and give no others.
   */
  readonly from: "model" | "command" | "file" | "column";
  /** About how many rows one call should bring; as the caller likes when absent. */
  readonly rowsAtOnce?: number;
  readonly signature: Signature;
  /** The columns that every batch must hold, in the model's order. */
  readonly features: readonly Feature[];
  /** What `predict` will give; known without a row. */
  readonly gives: { readonly label: boolean; readonly scores: boolean };
  /** By column of texts: the categories that the model knows, where it says so. */
  readonly categories?: ReadonlyMap<string, ReadonlySet<string>>;
  /** The classes of the score columns in their order, where their names are known. */
  readonly classes?: readonly string[];
  /**
   * Rows in = rows out, same order. Missing values become NaN where the model takes floats; unseen ones are the caller's to count
   * beforehand. One call at a time; after an error the session is of no more use.
   * @throws TitleholderError (configuration) TH_MODEL_COLUMNS (a column is not in the batch), TH_MODEL_COLUMN_TYPE, TH_MODEL_MISSING (a missing
   *   value where the model takes none), TH_MODEL_RUN (the model failed), TH_MODEL_LIMIT, TH_MODEL_CRASH.
   */
  predict(batch: ColumnBatch): Promise<Predictions>;
  /** Scores a batch for its time alone; absent where the way to the model and back cannot be told from it. Throws what `predict` does. */
  time?(batch: ColumnBatch): Promise<Timing>;
  /** Absent where the model does not run in a helper process. */
  memory?(): Promise<ModelMemory>;
}
