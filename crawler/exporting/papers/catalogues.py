"""The export for catalogues: Frictionless Data Package (version 1) and Croissant (1.0, MLCommons)."""

from typing import Any

from crawler.exporting.columns import Column, Kind, columns
from crawler.exporting.owned import PACKAGE_NAME
from crawler.exporting.papers.about import (
    LICENSE,
    MEDIA_TYPES,
    RIGHTS,
    TITLE,
    DataFile,
    DataPart,
    cite,
    describe,
    last_capture,
)
from crawler.exporting.tables import flat_names
from crawler.reporting.report_data import ReportData

_TABLE_TYPES = {Kind.TEXT: "string", Kind.WHOLE: "integer", Kind.LIST: "array", Kind.OBJECT: "object"}
_CROISSANT_TYPES = {Kind.TEXT: "sc:Text", Kind.WHOLE: "sc:Integer"}
_ENCODINGS = {"jsonl": "application/jsonlines", "parquet": "application/x-parquet"}
_SOURCE = "articles-file"
"""What fields name as where they are from."""
_NUMBERS = {"version", "comment_count", "warc_offset", "warc_length"}
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


_FORMATS = {"jsonl": "ndjson", "ninjs": "ndjson", "jsonld": "json", "site": "txt"}


def as_data_package(figures: ReportData, file: DataFile) -> dict[str, Any]:
    """`datapackage.json`: a resource for each file with its size, its SHA-256 and, where it is a table, its schema."""
    return {
        "name": PACKAGE_NAME,
        "title": TITLE,
        "description": describe(figures, file),
        "created": last_capture(figures),
        "licenses": [{"name": "InC-1.0", "path": LICENSE, "title": "In Copyright"}],
        "sources": [{"title": "thanhuytphcm.vn", "path": "https://www.thanhuytphcm.vn/"}],
        "resources": [_resource(file, part) for part in file.parts],
    }


def _resource(file: DataFile, part: DataPart) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "name": "-".join(filter(None, ("articles", part.label))),
        "path": part.name,
        "format": _FORMATS.get(file.form, file.form),
        "mediatype": MEDIA_TYPES[file.form],
        "encoding": "utf-8",
        "bytes": part.size,
        "hash": f"sha256:{part.sha256}",
    }
    if file.form == "csv":
        resource |= {
            "profile": "tabular-data-resource",
            "schema": {"fields": _flat_fields(file), "missingValues": [""]},
        }
    elif file.form == "jsonl":  # Parquet tells its types itself, and more of them than Table Schema has names for
        resource["schema"] = {"fields": [_table_field(column) for column in columns() if column.name in file.fields]}
    return resource


def as_croissant(figures: ReportData, file: DataFile) -> dict[str, Any]:
    """Croissant's JSON-LD: the file, and a record set with its fields where the format has columns."""
    document: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": PACKAGE_NAME,
        "description": describe(figures, file),
        "license": LICENSE,
        "url": "https://www.thanhuytphcm.vn/",
        "version": "1.0.0",
        "datePublished": last_capture(figures)[:10],
        "creator": {"@type": "Organization", "name": figures.name},
        "inLanguage": "vi",
        "citeAs": cite(figures),
        "usageInfo": RIGHTS,
        "distribution": _distribution(file),
    }
    fields = _croissant_fields(file)
    if fields:
        key = [{"@id": f"articles/{name}"} for name in ("kind", "id", "version") if name in file.fields]
        document["recordSet"] = [
            {"@type": "cr:RecordSet", "@id": "articles", "name": "articles", "key": key, "field": fields}
        ]
        if not key:
            del document["recordSet"][0]["key"]
    return document


def _distribution(file: DataFile) -> list[dict[str, Any]]:
    """The files, and where there are several the set of them."""
    media = _ENCODINGS.get(file.form, MEDIA_TYPES[file.form])
    files: list[dict[str, Any]] = [
        {
            "@type": "cr:FileObject",
            "@id": "-".join(filter(None, (_SOURCE, part.label))),
            "name": part.name,
            "contentUrl": part.name,
            "contentSize": f"{part.size} B",
            "encodingFormat": media,
            "sha256": part.sha256,
        }
        for part in file.parts
    ]
    if not _is_set(file):
        return files
    whole: dict[str, Any] = {"@type": "cr:FileSet", "@id": _SOURCE, "name": file.name, "encodingFormat": media}
    whole |= {"containedIn": [{"@id": one["@id"]} for one in files], "includes": f"{file.name}/*/*.parquet"}
    return [*files, whole]


def _is_set(file: DataFile) -> bool:
    return any(part.label for part in file.parts)


def _flat_fields(file: DataFile) -> list[dict[str, Any]]:
    said = {column.name: column.says for column in columns()}
    return [
        {"name": name, "type": "integer" if name in _NUMBERS else "string", "description": said.get(name, "")}
        for name in flat_names(file.fields)
    ]


def _table_field(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": _TABLE_TYPES[column.kind], "description": column.says}


def _croissant_fields(file: DataFile) -> list[dict[str, Any]]:
    if file.form not in {"csv", "jsonl", "parquet"}:
        return []
    fields = []
    for column in columns():
        if column.name not in file.fields:
            continue
        texts = column.kind is Kind.LIST and column.inside[0].kind is Kind.TEXT
        if column.kind not in _CROISSANT_TYPES and not texts:
            # nested objects are told by the schema; Croissant 1.0 has no form for a list of them in every reader
            continue
        where = {"jsonPath": f"$.{column.name}"} if file.form == "jsonl" else {"column": column.name}
        field: dict[str, Any] = {
            "@type": "cr:Field",
            "@id": f"articles/{column.name}",
            "name": column.name,
            "description": column.says,
            "dataType": _CROISSANT_TYPES.get(column.kind, "sc:Text"),
            "source": {"fileSet" if _is_set(file) else "fileObject": {"@id": _SOURCE}, "extract": where},
        }
        if texts and file.form != "csv":
            field["repeated"] = True
        fields.append(field)
    return fields
