"""A small parent for a timed process: `python -I -S launch.py COMMAND …` runs it and prints what it took as JSON.

Linux counts to a process's peak memory what its parent held when it started it, so the parent must be small:
this script imports next to nothing.
"""

import json
import os
import sys
import time

began = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(child, 0)
taken = {
    "seconds": time.perf_counter() - began,
    "cpu_seconds": usage.ru_utime + usage.ru_stime,
    "peak_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    "exit_code": os.waitstatus_to_exitcode(status),
}
print(json.dumps(taken))
