"""scikit-learn and SciPy over two models' probabilities. Usage: paired_peer.py ROWS.parquet CHALLENGER.f64 CHAMPION.f64

Metrics of both, an exact McNemar test, a paired t on log-losses, and DeLong by ranks (Sun and Xu, 2014). Prints one line of JSON.
"""
import json
import sys
import time

import numpy as np
import pyarrow.parquet as pq
from scipy import stats
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

y = pq.read_table(sys.argv[1], columns=["y"]).column(0).to_numpy()
one, other = np.fromfile(sys.argv[2]), np.fromfile(sys.argv[3])


def delong(y, *scores):
    positive = y == 1
    m, n = positive.sum(), (~positive).sum()
    aucs, of_positives, of_negatives = [], [], []
    for score in scores:
        ranks = stats.rankdata(score)
        of_positive = (ranks[positive] - stats.rankdata(score[positive])) / n
        of_negatives.append(1 - (ranks[~positive] - stats.rankdata(score[~positive])) / m)
        of_positives.append(of_positive)
        aucs.append(of_positive.mean())
    variance = np.cov(of_positives) / m + np.cov(of_negatives) / n
    difference = aucs[0] - aucs[1]
    return difference, np.sqrt(variance[0, 0] + variance[1, 1] - 2 * variance[0, 1])


start = time.process_time()
right, other_right = (one > 0.5) == y, (other > 0.5) == y
gains, losses = (right & ~other_right).sum(), (~right & other_right).sum()
found = {
    "accuracy": [accuracy_score(y, one > 0.5), accuracy_score(y, other > 0.5)],
    "mcnemar": stats.binomtest(int(gains), int(gains + losses)).pvalue,
    "auc": [roc_auc_score(y, one), roc_auc_score(y, other)],
    "delong": [float(value) for value in delong(y, one, other)],
    "log_loss": [log_loss(y, one), log_loss(y, other)],
}
loss = lambda p: -np.log(np.clip(np.where(y == 1, p, 1 - p), 1e-15, 1))
found["t"] = float(stats.ttest_rel(loss(other), loss(one)).statistic)
found["cpu"] = time.process_time() - start
print(json.dumps(found))
