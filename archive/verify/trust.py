"""Whom a verification believes. Of itself it loads nothing that checks a signature."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SealRules:
    """Whom a verification believes."""

    key: bytes | None = None
    """The public key that is expected, else the one of this machine."""
    whole: bool = True
    """Whether all records that were sealed have to be there."""
    vkey: str = ""
    """The same as one line, as proofs name it."""
    witnesses: tuple[str, ...] = ()
    """Keys of those who should have signed as well."""
    roots: str = ""
    """Certificates in PEM of the authorities whose stamps count, else whoever a stamp names."""
    headers: tuple[bytes, ...] = ()
    """Headers of blocks of Bitcoin that are believed."""
