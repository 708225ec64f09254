// Gradient-boosted decision trees for a yes-or-no label: logistic loss, second-order leaf values, histograms of at most
// 64 bins a feature (Chen & Guestrin, "XGBoost", KDD 2016; Ke et al., "LightGBM", NIPS 2017).

const BINS = 64;

/** Small seeded generator of numbers in [0, 1) (mulberry32): the same seed gives the same model. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Values at which a feature may be split, ascending: a row goes left when its value is at most the edge. */
function edgesOf(column) {
  const sorted = column.slice().sort();
  const edges = [];
  for (let bin = 1; bin < BINS; bin += 1) {
    const value = sorted[Math.floor((bin * sorted.length) / BINS)];
    if (value < sorted[sorted.length - 1] && value !== edges[edges.length - 1]) edges.push(value);
  }
  return Float32Array.from(edges);
}

/** For each row the number of edges below its value. */
function binsOf(column, edges) {
  const bins = new Uint8Array(column.length);
  for (let row = 0; row < column.length; row += 1) {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle] < column[row]) low = middle + 1;
      else high = middle;
    }
    bins[row] = low;
  }
  return bins;
}

function histogramOf(bins, rows, gradients, hessians) {
  const gradient = new Float64Array(BINS);
  const hessian = new Float64Array(BINS);
  const count = new Uint32Array(BINS);
  for (const row of rows) {
    const bin = bins[row];
    gradient[bin] += gradients[row];
    hessian[bin] += hessians[row];
    count[bin] += 1;
  }
  return { gradient, hessian, count };
}

/** The split of these rows that lowers the loss most, or undefined when none does. */
function bestSplit(binned, rows, gradients, hessians, options) {
  const total = { gradient: 0, hessian: 0 };
  for (const row of rows) {
    total.gradient += gradients[row];
    total.hessian += hessians[row];
  }
  const score = (gradient, hessian) => (gradient * gradient) / (hessian + options.lambda);
  let best;
  for (const [feature, { bins, edges }] of binned.entries()) {
    const histogram = histogramOf(bins, rows, gradients, hessians);
    let [gradient, hessian, count] = [0, 0, 0];
    for (let bin = 0; bin < edges.length; bin += 1) {
      gradient += histogram.gradient[bin];
      hessian += histogram.hessian[bin];
      count += histogram.count[bin];
      if (count < options.minRows || rows.length - count < options.minRows) continue;
      const gain =
        score(gradient, hessian) +
        score(total.gradient - gradient, total.hessian - hessian) -
        score(total.gradient, total.hessian);
      if (gain > (best?.gain ?? 1e-9)) best = { feature, bin, gain, count };
    }
  }
  return { best, leaf: (-options.learningRate * total.gradient) / (total.hessian + options.lambda) };
}

/** Nodes in an array, children after their parent; a leaf has `left` −1. */
function growTree(binned, rows, gradients, hessians, options) {
  const nodes = [];
  const grow = (members, depth) => {
    const index = nodes.length;
    const { best, leaf } = bestSplit(binned, members, gradients, hessians, options);
    if (depth === options.depth || best === undefined) {
      nodes.push({ feature: 0, bin: 0, threshold: 0, left: -1, right: -1, value: Math.fround(leaf) });
      return index;
    }
    const { feature, bin } = best;
    const node = { feature, bin, threshold: binned[feature].edges[bin], left: -1, right: -1, value: 0 };
    nodes.push(node);
    const bins = binned[feature].bins;
    node.left = grow(
      members.filter((row) => bins[row] <= bin),
      depth + 1,
    );
    node.right = grow(
      members.filter((row) => bins[row] > bin),
      depth + 1,
    );
    return index;
  };
  grow(rows, 0);
  return nodes;
}

function leafValue(nodes, goesLeft) {
  let node = nodes[0];
  while (node.left !== -1) node = nodes[goesLeft(node) ? node.left : node.right];
  return node.value;
}

export const logistic = (score) => 1 / (1 + Math.exp(-score));

/** Trains on columns of equal length and labels 0 or 1; `onTree(done, scores)` follows the work. */
export function trainTrees(columns, labels, options, onTree = () => {}) {
  const random = generator(options.seed);
  const binned = columns.map((column) => {
    const edges = edgesOf(column);
    return { edges, bins: binsOf(column, edges) };
  });
  const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const base = Math.fround(Math.log(share / (1 - share)));
  const scores = new Float64Array(labels.length).fill(base);
  const gradients = new Float64Array(labels.length);
  const hessians = new Float64Array(labels.length);
  const trees = [];
  for (let done = 1; done <= options.trees; done += 1) {
    const rows = [];
    for (let row = 0; row < labels.length; row += 1) {
      const probability = logistic(scores[row]);
      gradients[row] = probability - labels[row];
      hessians[row] = probability * (1 - probability);
      if (random() < options.rowShare) rows.push(row);
    }
    const nodes = growTree(binned, Int32Array.from(rows), gradients, hessians, options);
    trees.push(nodes);
    for (let row = 0; row < labels.length; row += 1) {
      scores[row] += leafValue(nodes, (node) => binned[node.feature].bins[row] <= node.bin);
    }
    onTree(done, scores);
  }
  return { kind: "trees", base, trees };
}

/** The probability of label 1 for each row. */
export function predictTrees(model, columns) {
  return Float64Array.from(columns[0], (_, row) => {
    let score = model.base;
    for (const nodes of model.trees) score += leafValue(nodes, (node) => columns[node.feature][row] <= node.threshold);
    return logistic(score);
  });
}
