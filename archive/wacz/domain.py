"""Signatures of WACZ files by a domain: whether its certificate was good when it signed, and what the time stamp says.

WACZ Signing and Verification 0.1.0, as servers of authsign sign: `domainCert` is the certificate with those above it,
`created` the signer's time, `timeSignature` an authority's answer (RFC 3161) over the text of the signature, and
`timestampCert` that authority's certificates. The chain is judged at the stamp's time, so that it holds when the
certificate, which lives for weeks, has long expired. Nobody is asked:
that it was revoked is not seen, and what is said of it says so.
"""

import base64
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.seal import verifier
from archive.seal.authority import system_roots
from archive.seal.checkpoint import SealError

APART = timedelta(days=1)
"""A stamp is made at once; further from the signer's time it is another signing's."""
UNASKED = "not checked is whether the certificate was revoked, since nobody is asked"
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})")
_STAMPED = re.compile(r"it was there by (\S+ \S+), says")
_PURPOSE = "verify -purpose sslserver -no-CApath -no-CAstore"


def judge_domain(signed: Mapping[str, Any], roots: str) -> verifier.Line:
    """What is to be said of a signature that is good by the certificate that it names.
    `roots`: certificates in PEM that are believed, else those of this machine.
    """
    domain, chain = str(signed.get("domain")), str(signed.get("domainCert"))
    if shutil.which("openssl") is None:
        return _leave_open(f"the certificate for {domain}, because openssl is not installed")
    if not _HOST.fullmatch(domain):
        return _leave_open("its certificate, because it names no domain")
    created = _read_time(signed.get("created"))
    stamped, says = _judge_stamp(signed, roots)
    if stamped == verifier.REFUSED:
        return stamped, says
    at = _STAMPED.search(says)
    moment = datetime.fromisoformat(at[1]) if at else created
    if moment is None:
        return _leave_open(f"the certificate for {domain}, because it says no time at which it was signed")
    if created and abs(moment - created) > APART:
        return verifier.REFUSED, f"expected a time stamp of when it was signed, {created}, got one of {moment}"
    why = _refuse(f"{_PURPOSE} -partial_chain -verify_hostname {domain}", chain, chain, moment)
    if why:
        return verifier.REFUSED, f"expected a certificate that was good for {domain} at {moment}, got: {why}"
    try:
        why = _refuse(_PURPOSE, chain, roots or system_roots(), moment)
    except SealError as error:
        why = str(error)
    if why and roots:
        return verifier.REFUSED, f"expected a certificate for {domain} by an authority that you named, got: {why}"
    if why:
        return _leave_open(f"who certified {domain}, because no authority that is believed here did ({why}); --ca")
    if not at:
        return _leave_open(
            f"when: {domain} signed it at {moment} by its own clock, because no time stamp is there; {UNASKED}"
        )
    if not roots:
        return _leave_open(
            f"the time stamp of {moment}, because no authority is named; {domain} signed it: --ca; {UNASKED}"
        )
    return (
        verifier.GOOD,
        f"signed by {domain}, whose certificate was good at {moment} by chain and name; {says}; {UNASKED}",
    )


def _leave_open(what: str) -> verifier.Line:
    return verifier.NOTE, f"the signature is good; not checked is {what}"


def _judge_stamp(signed: Mapping[str, Any], roots: str) -> verifier.Line:
    """The stamp over the text of the signature."""
    if not signed.get("timeSignature"):
        return verifier.NOTE, "no time stamp"
    try:
        token = base64.b64decode(str(signed["timeSignature"]), validate=True)
    except ValueError as error:
        return verifier.REFUSED, f"expected a time stamp in base64, got {error}"
    data = str(signed.get("signature")).encode("utf-8", "replace")
    chain = "".join(verifier.CERTIFICATE.findall(str(signed.get("timestampCert"))))
    return verifier.check_stamp(data, token, chain.encode("ascii", "replace").decode(), roots)


def _refuse(words: str, chain: str, roots: str, moment: datetime) -> str:
    """Why the first certificate of a chain does not hold at that time by these roots; empty where it does."""
    leaf, *above = verifier.CERTIFICATE.findall(chain) or [""]
    files = {"leaf": leaf, "above": "".join(above) or leaf, "roots": roots}
    words += f" -attime {int(moment.timestamp())} -CAfile roots -untrusted above leaf"
    done = verifier.openssl(words, {name: text.encode("utf-8", "replace") for name, text in files.items()})
    if not done.returncode:
        return ""
    told = re.findall(rb"error \d+ at \d+ depth lookup: ?([^\n]+)", done.stdout + done.stderr)
    return b"; ".join(told).decode("utf-8", "replace") or "openssl says no"


def _read_time(value: object) -> datetime | None:
    """A time as it is written there: ISO 8601, in UTC where it does not say."""
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
