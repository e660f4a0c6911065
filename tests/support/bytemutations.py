"""Valid files, altered byte by byte: what disks, transfers and other people's programs make of them."""

import random

TOKENS = (
    b"", b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b":", b"=",
    b'"', b"'", b"\\", b"\\u0000", b"\\ud800", b"{", b"}", b"[", b"]", b"[" * 300, b'{"a":' * 300, b"<", b">", b"%", b"%00", b"/", b"../../",
    b"/etc/passwd", b"-1", b"0", b"1", b"99999999999999999999", b"1e999", b"NaN", b"null", b"true", b"1.5", b"2024-02-30T25:61:61Z",
    b"\x1b[2J", b"\xe2\x80\xae", b"A" * 5000, b"9" * 5000, b"WARC/1.1\r\n", b"PK\x01\x02", b"PK\x05\x06", b"\x1f\x8b\x08\x00",
)  # fmt: skip
"""What is put into a file: nothing, what ends or begins something, numbers out of all bounds, and what means harm."""


def mutate(data: bytes, seed: int) -> bytes:
    """The data with a few alterations, the same ones for the same seed."""
    chance = random.Random(seed)
    altered = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 12))):
        start = chance.randrange(len(altered) + 1)
        length = min(len(altered) - start, chance.choice((0, 1, 1, 2, 4, 16, 100, 2000)))
        match chance.randrange(6):
            case 0 if length:
                altered[start] ^= 1 << chance.randrange(8)
            case 1:
                altered[start : start + length] = bytes(chance.randrange(256) for _ in range(length))
            case 2:
                del altered[start : start + length]
            case 3:  # a piece of it once more, elsewhere
                piece = altered[start : start + length]
                place = chance.randrange(len(altered) + 1)
                altered[place:place] = piece * chance.choice((1, 1, 2, 50))
            case 4 if chance.random() < 0.1:
                del altered[start:]
            case _:
                altered[start : start + length] = chance.choice(TOKENS)
    return bytes(altered)
