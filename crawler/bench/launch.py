"""A small parent for a timed process: `python -I -S launch.py COMMAND …` runs it and prints what it took as JSON.

Linux counts to a process's peak memory what its parent held when it started it, so the parent must be small:
this script imports next to nothing.
What outlives the command for a moment, as the process that forks its workers does, is waited for and counted too.
"""

import contextlib
import ctypes
import json
import os
import resource
import sys
import time

PR_SET_CHILD_SUBREAPER = 36

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
began = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status = os.waitpid(child, 0)
seconds = time.perf_counter() - began
with contextlib.suppress(ChildProcessError):
    while True:
        os.wait()
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
taken = {
    "seconds": seconds,
    "cpu_seconds": usage.ru_utime + usage.ru_stime,
    "peak_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    "exit_code": os.waitstatus_to_exitcode(status),
}
print(json.dumps(taken))
