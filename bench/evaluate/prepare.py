"""Makes the rows and the two models of bench:evaluate. Usage: prepare.py FOLDER ROWS

Twenty features of float32, a label by a curved rule with noise, and two gradient-boosted models of 100 trees, exported as ONNX.
"""
import json
import os
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

folder, rows = sys.argv[1], int(sys.argv[2])
features = [f"f{place}" for place in range(20)]


def draw(count, seed):
    random = np.random.default_rng(seed)
    x = random.standard_normal((count, len(features)), dtype=np.float32)
    logit = x[:, 0] - 0.7 * x[:, 1] + x[:, 2] * x[:, 3] + 0.5 * np.abs(x[:, 4]) - 0.4
    return x, (random.random(count) < 1 / (1 + np.exp(-logit))).astype(np.int64)


def write_rows():
    path = os.path.join(folder, f"rows-{rows}.parquet")
    if os.path.exists(path):
        return
    schema = pa.schema([("id", pa.int64())] + [(name, pa.float32()) for name in features] + [("y", pa.int64())])
    with pq.ParquetWriter(path + ".part", schema) as writer:
        for start in range(0, rows, 250_000):
            count = min(250_000, rows - start)
            x, y = draw(count, 1000 + start)
            columns = [pa.array(np.arange(start, start + count))] + [pa.array(x[:, place]) for place in range(len(features))]
            writer.write_table(pa.Table.from_arrays([*columns, pa.array(y)], schema=schema))
    os.rename(path + ".part", path)


def write_model(name, learning_rate, seed):
    path = os.path.join(folder, f"{name}.onnx")
    if os.path.exists(path):
        return
    from skl2onnx import to_onnx
    from sklearn.ensemble import GradientBoostingClassifier

    x, y = draw(20_000, seed)
    model = GradientBoostingClassifier(n_estimators=100, max_depth=5, learning_rate=learning_rate, subsample=0.5, random_state=seed)
    exported = to_onnx(model.fit(x, y), x[:1], options={id(model): {"zipmap": False}})
    entry = exported.metadata_props.add()
    entry.key, entry.value = "feature_names", json.dumps(features)
    with open(path, "wb") as file:
        file.write(exported.SerializeToString())


write_rows()
write_model("challenger", 0.12, 1)
write_model("champion", 0.1, 2)
