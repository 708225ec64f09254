// How well probabilities foretell labels of 0 and 1.

/** Mean of −ln(probability of what happened). */
export function logLoss(probabilities, labels) {
  let sum = 0;
  for (const [row, label] of labels.entries()) sum -= Math.log(label ? probabilities[row] : 1 - probabilities[row]);
  return sum / labels.length;
}

/** Area under the ROC curve: the share of pairs in the right order, ties counted half. */
export function rocAuc(probabilities, labels) {
  const order = Array.from(labels, (_, row) => row).sort((a, b) => probabilities[a] - probabilities[b]);
  let [pairs, below, positives] = [0, 0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from;
    let late = 0;
    while (to < order.length && probabilities[order[to]] === probabilities[order[from]]) late += labels[order[to++]];
    const onTime = to - from - late;
    pairs += late * (below + onTime / 2);
    below += onTime;
    positives += late;
    from = to;
  }
  return pairs / (positives * below);
}
