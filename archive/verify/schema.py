"""JSON Lines read strictly: what loaders of data sets choke on, and a record held against its schema.

Only as much of JSON Schema as describes records: `type`, `properties`, `items`, `anyOf`, `enum`, `const`, `pattern`,
`$ref` into `$defs`.
Beyond it this project's rule for objects: every key of the schema is there, in the schema's order, and no other;
only a key with `x-since` may be missing, since lines written before that version have none.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from archive.verify.rules import Problem

BOM = b"\xef\xbb\xbf"
SINCE = "x-since"
"""Keyword of a key that the schema gained: the version of the software that first wrote it."""
SURROGATE = re.compile("[\ud800-\udfff]")
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def parse_line(data: bytes) -> tuple[Any, list[Problem]]:
    """A line without its line feed as a value, and what is wrong with it; the value is None where it cannot be read.
    Lone surrogates are told and replaced, since what is compared with others goes through a database, which takes none.
    """
    problems: list[Problem] = []
    if data.startswith(BOM):
        problems.append(("jsonl-bom", "expected no byte order mark, got one"))
        data = data[len(BOM) :]
    if not data.strip():
        return None, [*problems, ("jsonl-blank-line", "expected an object on each line, got a blank line")]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [
            *problems,
            ("jsonl-utf-8", f"expected UTF-8, got byte {data[error.start]:#04x} at {error.start} of the line"),
        ]
    doubled: list[str] = []
    constants: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(items)
        if len(value) < len(items):
            doubled.extend(key for key in value if sum(key == name for name, _ in items) > 1)
        return value

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constants.append)
    except (ValueError, RecursionError) as error:
        return None, [*problems, ("jsonl-syntax", f"expected JSON, got {error}")]
    problems += [("jsonl-duplicate-key", f"expected each key once, got {key!r} again") for key in doubled]
    problems += [("jsonl-nan", f"expected a number that JSON has, got {constant}") for constant in constants]
    # Escapes may hide surrogates and marks; without any, the line's text is that of its strings.
    plain = "\\u" not in text and unicodedata.is_normalized("NFC", text)
    for place, string in () if plain else _strings(value, ""):
        if SURROGATE.search(string):
            problems.append(("jsonl-surrogate", f"expected text at {place}, got a lone surrogate"))
        elif not unicodedata.is_normalized("NFC", string):
            problems.append(("jsonl-not-nfc", f"expected {place} in NFC, got another form"))
    if any(code == "jsonl-surrogate" for code, _ in problems):
        value = json.loads(SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False)))
    if not isinstance(value, dict):
        problems.append(("jsonl-schema", f"expected an object, got {type(value).__name__}"))
        return None, problems
    return value, problems


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place or "the value", value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _strings(item, f"{place}[{number}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"a key of {place or 'the object'}", key
            yield from _strings(item, f"{place}.{key}" if place else key)


def check_schema(
    value: Any, schema: dict[str, Any], *, root: dict[str, Any] | None = None, place: str = ""
) -> Iterator[Problem]:
    """Hold a value against a schema."""
    if root is None:
        if _compiled(schema)(value):
            return
        root = schema
    where = place or "the object"
    if "$ref" in schema:
        schema = _resolve(root, schema["$ref"])
    if "anyOf" in schema:
        tries = [list(check_schema(value, option, root=root, place=place)) for option in schema["anyOf"]]
        if all(tries):
            yield min(tries, key=len)[0]
        return
    types = schema.get("type")
    names = [types] if isinstance(types, str) else types or []
    if names and not any(_is_type(value, name) for name in names):
        yield "jsonl-schema", f"expected {where} to be {' or '.join(names)}, got {_show(value)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield "jsonl-schema", f"expected {where} to be one of {schema['enum']}, got {_show(value)}"
    if "const" in schema and value != schema["const"]:
        yield "jsonl-schema", f"expected {where} to be {schema['const']!r}, got {_show(value)}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield "jsonl-schema", f"expected {where} to match {schema['pattern']}, got {_show(value)}"
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from check_schema(item, schema["items"], root=root, place=f"{place}[{number}]")
    if isinstance(value, dict) and "properties" in schema:
        yield from _check_object(value, schema["properties"], root, place)


Fits = Callable[[Any], bool]
"""Whether a value fits a schema; why it does not, the slow way tells."""
_KNOWN: list[tuple[dict[str, Any], Fits]] = []
"""The schema that was asked for last, and what it was compiled to."""


def _compiled(schema: dict[str, Any]) -> Fits:
    if not _KNOWN or _KNOWN[0][0] is not schema:
        # A process that is handed it with each call has another object with the same rules each time.
        fits = _KNOWN[0][1] if _KNOWN and _KNOWN[0][0] == schema else _compile(schema, schema)
        _KNOWN[:] = [(schema, fits)]
    return _KNOWN[0][1]


def _compile(schema: dict[str, Any], root: dict[str, Any]) -> Fits:
    """The rules of `check_schema` as one function."""
    if "$ref" in schema:
        schema = _resolve(root, schema["$ref"])
    if "anyOf" in schema:
        options = [_compile(option, root) for option in schema["anyOf"]]
        return lambda value: any(fits(value) for fits in options)
    checks: list[Fits] = []
    names = schema.get("type") or []
    allowed = {kind for name in ([names] if isinstance(names, str) else names) for kind in TYPES[name]}
    if allowed:  # `type` itself: True is no integer
        checks.append(lambda value: type(value) in allowed)
    if "enum" in schema:
        checks.append(lambda value: value in schema["enum"])
    if "const" in schema:
        checks.append(lambda value: bool(value == schema["const"]))
    if "pattern" in schema:
        pattern = re.compile(schema["pattern"])
        checks.append(lambda value: not isinstance(value, str) or pattern.search(value) is not None)
    if "items" in schema:
        item = _compile(schema["items"], root)
        checks.append(lambda value: not isinstance(value, list) or all(map(item, value)))
    if "properties" in schema:
        checks.append(_compile_object(schema["properties"], root))
    return checks[0] if len(checks) == 1 else lambda value: all(check(value) for check in checks)


def _compile_object(properties: dict[str, Any], root: dict[str, Any]) -> Fits:
    rules = {key: _compile(rule, root) for key, rule in properties.items()}
    whole = list(rules)
    since = {key for key, rule in properties.items() if SINCE in rule}

    def fits(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        keys = list(value)
        if keys != whole and keys != [key for key in whole if key in value or key not in since]:
            return False
        return all(rules[key](one) for key, one in value.items())

    return fits


def _check_object(
    value: dict[str, Any], properties: dict[str, Any], root: dict[str, Any], place: str
) -> Iterator[Problem]:
    where = place or "the object"
    missing = [key for key, rule in properties.items() if key not in value and SINCE not in rule]
    unknown = [key for key in value if key not in properties]
    if missing:
        yield "jsonl-schema", f"expected {', '.join(missing)} in {where}, got none"
    if unknown:
        yield "jsonl-schema", f"expected no other keys in {where}, got {', '.join(unknown)}"
    known = [key for key in value if key in properties]
    if known != [key for key in properties if key in value]:
        yield "jsonl-key-order", f"expected the keys of {where} in the schema's order, got {', '.join(known)}"
    for key in known:
        yield from check_schema(value[key], properties[key], root=root, place=f"{place}.{key}" if place else key)


def _resolve(root: dict[str, Any], reference: str) -> dict[str, Any]:
    target: Any = root
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    assert isinstance(target, dict)
    return target


def _is_type(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
