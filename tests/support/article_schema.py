"""The schema of the article record as its fields say it: types and docstrings of `Article`, and the contract's rules."""

import copy
import json
from typing import Any

from itemadapter import ItemAdapter

from archive.verify.schema import SINCE
from crawler.items import ADDED, IDENTITY, STAMPED, Article

DAY = r"^\d{4}-\d\d-\d\d$"


LOCAL_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?\+07:00$"


TIGHTER: dict[str, dict[str, Any]] = {
    "schema": {"const": "article/1"},
    "id": {"pattern": r"^\d+$"},
    "kind": {"enum": ["tin-tuc", "tu-lieu"]},
    "date": {"pattern": DAY},
    "published_at": {"pattern": LOCAL_TIME},
    "modified_at": {"pattern": LOCAL_TIME},
    "date_source": {"enum": [None, "metadata", "page", "image-name", "dateline", "id-estimate"]},
    "event_date": {"pattern": DAY},
    "text_digest": {"pattern": r"^sha256:[0-9a-f]{64}$"},
    "status": {"enum": ["live", "gone"]},
    "captured_at": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$"},
}
"""What the contract says of a field beyond its type."""


def derive_schema() -> dict[str, Any]:
    """JSON Schema of a line in a collection: that of `Article`, less the nulls that only exist outside a collection."""
    schema = copy.deepcopy(ItemAdapter.get_json_schema(Article))
    properties = schema["properties"]
    for name in STAMPED | IDENTITY:
        properties[name] = _without_null(properties[name])
    for name, rule in TIGHTER.items():
        properties[name].update(rule)
    for name, version in ADDED.items():
        properties[name][SINCE] = version
    return schema


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    schema = dict(schema)
    if isinstance(schema.get("type"), list):
        schema["type"] = [name for name in schema["type"] if name != "null"]
    if "anyOf" in schema:
        schema["anyOf"] = [option for option in schema["anyOf"] if option.get("type") != "null"]
    return schema


def format_schema() -> str:
    """What `crawler.articles.SCHEMA_FILE` has to say."""
    return json.dumps(derive_schema(), ensure_ascii=False, indent=1) + "\n"
