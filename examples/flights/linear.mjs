// Logistic regression by iteratively reweighted least squares (Hastie, Tibshirani & Friedman, "The Elements of
// Statistical Learning", 4.4.1), on standardised features with a small ridge penalty.
import { logistic } from "./trees.mjs";

const RIDGE = 1e-3;
export const STEPS = 8;

/** Solves A x = b for a small symmetric positive definite A, by Gaussian elimination in place. */
function solve(matrix, vector) {
  const size = vector.length;
  for (let pivot = 0; pivot < size; pivot += 1) {
    for (let row = pivot + 1; row < size; row += 1) {
      const factor = matrix[row][pivot] / matrix[pivot][pivot];
      for (let column = pivot; column < size; column += 1) matrix[row][column] -= factor * matrix[pivot][column];
      vector[row] -= factor * vector[pivot];
    }
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    for (let column = row + 1; column < size; column += 1) vector[row] -= matrix[row][column] * vector[column];
    vector[row] /= matrix[row][row];
  }
  return vector;
}

function standardise(column) {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

/** Trains on columns of equal length and labels 0 or 1; `onStep(done, scores)` follows the work. */
export function trainLinear(columns, labels, onStep = () => {}) {
  const scales = columns.map(standardise);
  const size = columns.length + 1;
  const rowOf = (row) => [
    1,
    ...columns.map((column, index) => (column[row] - scales[index].mean) / scales[index].deviation),
  ];
  const rows = Array.from(labels, (_, row) => rowOf(row));
  let weights = new Array(size).fill(0);
  const scoreOf = (values) => values.reduce((sum, value, index) => sum + value * weights[index], 0);
  for (let done = 1; done <= STEPS; done += 1) {
    const hessian = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => (i === j ? RIDGE : 0)),
    );
    const gradient = weights.map((weight) => -RIDGE * weight);
    for (const [row, values] of rows.entries()) {
      const probability = logistic(scoreOf(values));
      const spread = probability * (1 - probability);
      for (let i = 0; i < size; i += 1) {
        gradient[i] += (labels[row] - probability) * values[i];
        for (let j = 0; j < size; j += 1) hessian[i][j] += spread * values[i] * values[j];
      }
    }
    const step = solve(hessian, gradient);
    weights = weights.map((weight, index) => weight + step[index]);
    onStep(done, Float64Array.from(rows, scoreOf));
  }
  // Back from standardised to raw features, in the precision that the exported model has.
  const raw = weights.slice(1).map((weight, index) => Math.fround(weight / scales[index].deviation));
  const intercept = raw.reduce((sum, weight, index) => sum - weight * scales[index].mean, weights[0]);
  return { kind: "linear", weights: raw, intercept: Math.fround(intercept) };
}

/** The probability of label 1 for each row. */
export function predictLinear(model, columns) {
  return Float64Array.from(columns[0], (_, row) =>
    logistic(model.weights.reduce((sum, weight, index) => sum + weight * columns[index][row], model.intercept)),
  );
}
