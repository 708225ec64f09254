"""The thirty rules in Great Expectations on pandas. Usage: peer_gx.py FILE ROWS"""
import os
import sys

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

path, rows = sys.argv[1], int(sys.argv[2])
frame = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path, parse_dates=["at"])
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
batch = (
    context.data_sources.add_pandas("p").add_dataframe_asset("t").add_batch_definition_whole_dataframe("all")
).get_batch({"dataframe": frame})
suite = gx.ExpectationSuite(name="rules")
rules = [
    gxe.ExpectTableRowCountToBeBetween(min_value=1001),
    gxe.ExpectColumnValuesToNotBeNull(column="id"),
    gxe.ExpectColumnValuesToBeUnique(column="id"),
    gxe.ExpectColumnValuesToNotBeNull(column="at"),
]
rules += [gxe.ExpectColumnValuesToBeBetween(column=f"n{k}", min_value=-1000, max_value=100000) for k in range(10)]
rules += [gxe.ExpectColumnValuesToNotBeNull(column=f"n{k}") for k in range(10, 18)]
rules += [
    gxe.ExpectColumnValuesToBeInSet(column=f"c{k}", value_set=[f"c{level}" for level in range(5 + 6 * k)])
    for k in range(8)
]
for rule in rules:
    suite.add_expectation(rule)
result = batch.validate(suite)
print(len(result.results), "rules,", "passed" if result.success else "failed")
sys.exit(0 if len(result.results) == 30 and result.success else 1)
