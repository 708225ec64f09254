"""Python onnxruntime over a Parquet file. Usage: inference_peer.py ROWS.parquet MODEL.onnx BATCH OUTPUT.f64

Rows stream in batches of the given size through one thread; the positive class's probabilities are kept, and written as raw float64. Prints the
CPU seconds of the loop, and of them those inside the session, as JSON.
"""
import json
import sys
import time

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq

pa.set_cpu_count(1)
pa.set_io_thread_count(1)
rows, model, batch, output = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
features = [f"f{place}" for place in range(20)]
scores = []
running = 0.0
begun = time.process_time()
for piece in pq.ParquetFile(rows).iter_batches(batch_size=batch, columns=features, use_threads=False):
    x = np.stack([piece.column(place).to_numpy() for place in range(len(features))], axis=1)
    start = time.process_time()
    label, probabilities = session.run(None, {"X": x})
    running += time.process_time() - start
    scores.append(probabilities[:, 1].astype(np.float64))
loop = time.process_time() - begun
np.concatenate(scores).tofile(output)
print(json.dumps({"loop": loop, "session": running}))
