"""Pages are read while the crawl goes on, and one that takes its time holds up nothing."""

import json
import subprocess
import sys

SCRIPT = """
import asyncio, json, os, time
from twisted.internet import asyncioreactor
loop = asyncio.new_event_loop()
asyncioreactor.install(loop)
from archive.watched import CallBounds, Watched
from crawler.engine import readers
readers.MOST = 1
lent = readers.Readers(lambda: Watched(CallBounds(seconds=20, patience=60, memory=1 << 30)), concurrency=4)
done, ticks, started = [], 0, []

def sleep(seconds):
    time.sleep(seconds)
    return os.getpid()

async def read(seconds):
    started.append(await lent.call(lambda: None, sleep, seconds))
    done.append(seconds)

async def give_up():
    asked = iter(range(3))
    def check():
        if next(asked, None) is None: raise RuntimeError("the crawl ends")
    await lent.call(check, time.sleep, 60)

async def tick():
    global ticks
    while True:
        ticks += 1
        await asyncio.sleep(0.05)

async def main():
    beside = asyncio.ensure_future(tick())
    await asyncio.gather(read(3), read(0.01), read(0.02), read(0.03))
    beside.cancel()
    at_once = len(set(started))
    began = time.monotonic()
    try:
        await give_up()
    except RuntimeError as error:
        told = str(error)
    await read(0.04)
    lent.stop()
    print(json.dumps([done, ticks, at_once, told, time.monotonic() - began]))

loop.run_until_complete(main())
"""


def test_what_comes_after_a_page_that_takes_its_time_is_read_meanwhile() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert 0 == ran.returncode, ran.stderr
    done, ticks, readers, told, seconds = json.loads(ran.stdout)
    assert [0.01, 0.02, 0.03, 3, 0.04] == done, "in their order, past the one that takes its time"
    assert ticks > 10, "nothing waited for them"
    assert readers == 2, "one more than usual, for as long as it was needed"
    assert ("the crawl ends", True) == (told, seconds < 30)
