"""Runs a command and prints one line of JSON: wall and CPU seconds (children included), peak memory in bytes of the largest process, exit code.

Usage: measure.py OUTPUT_FILE COMMAND [ARGUMENT ...]
"""
import json
import os
import sys
import time

start = time.monotonic()
pid = os.fork()
if pid == 0:
    output = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
unit = 1 if sys.platform == "darwin" else 1024
print(
    json.dumps(
        {
            "wall": time.monotonic() - start,
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory": usage.ru_maxrss * unit,
            "code": os.waitstatus_to_exitcode(status),
        }
    )
)
