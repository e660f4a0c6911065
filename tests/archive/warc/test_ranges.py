"""Ranges: a file is cut into enough of them for several processes, and not into more than there is work for."""

import io

from archive.warc.ranges import PARTS, SMALLEST, find_ranges
from tests.warcs.build import http_response, response, warcinfo


def test_file_of_some_megabytes_is_shared_and_a_smaller_one_is_not() -> None:
    record = response(block=http_response(b"x" * (SMALLEST // 4)))
    for number, expected in ((2, 1), (16, 4), (100, PARTS)):
        data = b"".join([warcinfo(), *[record] * number])
        ranges = find_ranges(0, io.BytesIO(data))
        assert abs(len(ranges) - expected) <= 1
        assert [(0, None)] == [(ranges[0].start, ranges[-1].stop)]
        assert all(data[one.start :].startswith(b"WARC/1.1\r\n") for one in ranges)
