"""The rules in Great Expectations on pandas. Usage: gx_peer.py DATA RULES_JSON"""
import json
import os
import sys

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

path = sys.argv[1]
with open(sys.argv[2]) as file:
    rules = json.load(file)
frame = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path, parse_dates=["at"])
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
asset = context.data_sources.add_pandas("p").add_dataframe_asset("t")
batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
suite = gx.ExpectationSuite(name="rules")
for rule in rules:
    kind, column = rule["kind"], rule.get("column")
    if kind == "row count":
        suite.add_expectation(gxe.ExpectTableRowCountToBeBetween(min_value=rule["min"] + 1))
    elif kind == "required":
        suite.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=column))
    elif kind == "unique":
        suite.add_expectation(gxe.ExpectColumnValuesToBeUnique(column=column))
    elif kind == "range":
        suite.add_expectation(
            gxe.ExpectColumnValuesToBeBetween(column=column, min_value=rule["min"], max_value=rule["max"])
        )
    else:
        suite.add_expectation(gxe.ExpectColumnValuesToBeInSet(column=column, value_set=rule["values"]))
result = batch.validate(suite)
print(len(result.results), "rules,", "passed" if result.success else "failed")
sys.exit(0 if len(result.results) == len(rules) and result.success else 1)
