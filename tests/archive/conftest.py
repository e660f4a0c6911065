"""What tests of object storage share: one server for a whole process of tests."""

from collections.abc import Iterator

import pytest

from tests.support.object_store import serve_s3


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An S3 server; what the environment must say."""
    with serve_s3(tmp_path_factory.mktemp("s3")) as environment:
        yield environment


@pytest.fixture
def s3(s3_server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The same, and the environment says it."""
    for name, value in s3_server.items():
        monkeypatch.setenv(name, value)
    return s3_server
