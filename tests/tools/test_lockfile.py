"""`callsheet.lock`: what was written comes back, and what was not written by us is refused."""

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.errors.service import ConfigurationInvalid
from callsheet.lint.signatures import Found, Missing, Signatures, ToolSignature, Unreachable
from callsheet.runs.tools import ToolInfo, ToolListing
from callsheet.scenario.json import MAX_DEPTH, Json
from callsheet.tools.lockfile import (
    MAX_FILE_BYTES,
    decode_lockfile,
    digest_of,
    encode_lockfile,
    read_lockfile,
    signatures_of,
    write_lockfile,
)
from tests.support.json_values import QUICK, TEXTS, json_values

SEARCH = ToolSignature(
    server="news",
    name="search",
    description="Search the news.\nÜber \u202ealles\x7f \U000e0041.",
    input_schema={"type": "object", "properties": {"url": {"type": "string"}}},
    annotations={"destructiveHint": True},
)
FETCH = ToolSignature(server="web", name="fetch", description="", input_schema={}, output_schema={"type": "object"})
LOCKED = Signatures([SEARCH, FETCH])

OBJECTS = st.dictionaries(TEXTS, json_values(), max_size=3)
TOOLS = st.builds(
    ToolSignature,
    server=TEXTS,
    name=TEXTS,
    description=TEXTS,
    input_schema=OBJECTS,
    output_schema=st.none() | OBJECTS,
    annotations=st.none() | OBJECTS,
)


def document() -> Any:
    return json.loads(encode_lockfile(LOCKED))


def refused(content: bytes) -> str:
    with pytest.raises(ConfigurationInvalid) as refusal:
        decode_lockfile(content, source="callsheet.lock")
    return str(refusal.value)


def test_the_file_is_made_for_reviews() -> None:
    assert encode_lockfile(Signatures([SEARCH])).decode() == (
        """{
  "servers": {
    "news": {
      "search": {
        "annotations": {
          "destructiveHint": true
        },
        "description": "Search the news.\\nÜber \\u202ealles\\u007f \\udb40\\udc41.",
        "digest": "DIGEST",
        "input_schema": {
          "properties": {
            "url": {
              "type": "string"
            }
          },
          "type": "object"
        },
        "output_schema": null
      }
    }
  },
  "version": 1
}
""".replace("DIGEST", digest_of(SEARCH))
    )


def test_the_digest_is_that_of_the_canonical_json() -> None:
    promise = b'{"annotations":null,"description":"","input_schema":{},"output_schema":{"type":"object"}}'
    assert digest_of(FETCH) == f"sha256:{hashlib.sha256(promise).hexdigest()}"


def test_the_same_tools_give_the_same_bytes() -> None:
    turned = ToolSignature(
        server="news",
        name="search",
        description=SEARCH.description,
        input_schema={"properties": {"url": {"type": "string"}}, "type": "object"},
        annotations={"destructiveHint": True},
    )
    assert encode_lockfile(Signatures([FETCH, turned])) == encode_lockfile(LOCKED)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "callsheet.lock"
    write_lockfile(path, LOCKED)
    write_lockfile(path, LOCKED)
    assert list(read_lockfile(path)) == [SEARCH, FETCH]
    assert path.read_bytes() == encode_lockfile(LOCKED)
    assert os.listdir(tmp_path) == ["callsheet.lock"]


@QUICK
@given(tools=st.lists(TOOLS, max_size=4))
def test_any_tools_come_back_and_give_the_same_bytes_again(tools: list[ToolSignature]) -> None:
    signatures = Signatures(tools)
    content = encode_lockfile(signatures)
    again = decode_lockfile(content, source="x")
    assert list(again) == list(signatures)
    assert encode_lockfile(again) == content


def test_the_deepest_schema_that_a_server_may_have_comes_back() -> None:
    deep: Json = 1
    for _ in range(MAX_DEPTH):
        deep = {"a": deep}
    assert isinstance(deep, dict)
    signatures = Signatures([ToolSignature(server="a", name="b", description="", input_schema=deep)])
    assert list(decode_lockfile(encode_lockfile(signatures), source="x")) == list(signatures)


def test_no_tools_are_a_lock_too() -> None:
    assert list(decode_lockfile(encode_lockfile(Signatures()), source="x")) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The JSON is broken: Expecting value (line 1, column 1)."),
        (b"{", "The JSON is broken: "),
        (b"<<<<<<< HEAD\n", "The JSON is broken: "),
        (b"\xff", "The text is not UTF-8"),
        (b'{"version": 1, "version": 1}', "/version: The JSON cannot be used: the key"),
        (b'{"version": NaN}', "/version: The JSON cannot be used: NaN"),
        (b"[" * 100_000, "nested deeper"),
        (b"[]", "expected an object."),
        (b"{}", "/version: expected 1, the only version that this Callsheet can read."),
        (b'{"version": 2}', "/version: expected 1"),
        (b'{"version": true, "servers": {}}', "/version: expected 1"),
        (b'{"version": 1}', "/servers: expected an object."),
        (b'{"version": 1, "servers": []}', "/servers: expected an object."),
        (b'{"version": 1, "servers": {}, "x\\u001b": 1}', r"/x\u001b: unknown key."),
        (b'{"version": 1, "servers": {"a/b": 1}}', "/servers/a~1b: expected an object."),
        (b'{"version": 1, "servers": {"a": {"t": 1}}}', "/servers/a/t: expected an object."),
        (b'{"version": 1, "servers": {"a": {"t": {}}}}', "/servers/a/t: 'annotations' is missing."),
        (b" " * (MAX_FILE_BYTES + 1), "the file is larger than 16777216 bytes."),
        (b'{"version": 1, "servers": [' + b"0," * 1_000_000 + b"0]}", "more than 1000000 values."),
    ],
)
def test_a_file_that_is_no_lock_is_refused_with_what_to_do(content: bytes, says: str) -> None:
    sentence = refused(content)
    assert sentence.startswith("callsheet.lock: ")
    assert says in sentence
    assert sentence.endswith(". Write the lock anew with 'callsheet lock'.")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("description", None, "/description: expected a text."),
        ("input_schema", None, "/input_schema: expected an object."),
        ("output_schema", [], "/output_schema: expected an object."),
        ("annotations", "x", "/annotations: expected an object."),
        ("extra", 1, "/extra: unknown key."),
        ("description", "Search everything.", "/digest: the digest is not that of the content, so the file was edited"),
        ("input_schema", {}, "/digest: the digest is not"),
        ("output_schema", {}, "/digest: the digest is not"),
        ("annotations", {"destructiveHint": 1}, "/digest: the digest is not"),
        ("digest", 5, "/digest: the digest is not"),
    ],
)
def test_a_tool_that_was_edited_by_hand_is_refused(field: str, value: object, says: str) -> None:
    edited = document()
    edited["servers"]["news"]["search"][field] = value
    assert f"callsheet.lock: /servers/news/search{says}" in refused(json.dumps(edited).encode())


@pytest.mark.parametrize("field", ["annotations", "description", "digest", "input_schema", "output_schema"])
def test_a_tool_has_every_field(field: str) -> None:
    edited = document()
    del edited["servers"]["web"]["fetch"][field]
    assert f"/servers/web/fetch: '{field}' is missing." in refused(json.dumps(edited).encode())


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"callsheet\.lock: the lock cannot be read: No such file"):
        read_lockfile(tmp_path / "callsheet.lock")
    with pytest.raises(ConfigurationInvalid, match="cannot be read: Is a directory"):
        read_lockfile(tmp_path)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "callsheet.lock"
    write_lockfile(path, Signatures([FETCH]))

    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, fails)
    with pytest.raises(ConfigurationInvalid, match="the lock cannot be written: No space left on device"):
        write_lockfile(path, LOCKED)
    assert list(read_lockfile(path)) == [FETCH]
    assert os.listdir(tmp_path) == ["callsheet.lock"]


def test_an_interrupt_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "callsheet.lock"
    write_lockfile(path, Signatures([FETCH]))

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_lockfile(path, LOCKED)
    assert list(read_lockfile(path)) == [FETCH]
    assert os.listdir(tmp_path) == ["callsheet.lock"]


def test_the_content_is_on_disk_before_it_has_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "callsheet.lock"
    seen: list[tuple[bool, bool]] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        sync(descriptor)
        seen.append((os.path.samestat(os.fstat(descriptor), os.stat(tmp_path)), path.exists()))

    monkeypatch.setattr(os, "fsync", watched)
    write_lockfile(path, LOCKED)
    assert seen == [(False, False), (True, True)]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="the lock cannot be written: No such file"):
        write_lockfile(tmp_path / "gone" / "callsheet.lock", LOCKED)


def test_a_link_stays_and_the_mode_is_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.lock", tmp_path / "callsheet.lock"
    write_lockfile(real, Signatures([FETCH]))
    real.chmod(0o640)
    link.symlink_to(real)
    write_lockfile(link, LOCKED)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert list(read_lockfile(real)) == [SEARCH, FETCH]


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "callsheet.lock"
    large = ToolSignature(server="a", name="b", description="x" * MAX_FILE_BYTES, input_schema={})
    with pytest.raises(ConfigurationInvalid, match=r"larger than 16777216 bytes\. The lock was not written\.$"):
        write_lockfile(path, Signatures([large]))
    assert os.listdir(tmp_path) == []


def test_the_signatures_of_a_listing_know_the_silent_servers_too() -> None:
    info = ToolInfo(server="web", name="fetch", description="", input_schema={}, output_schema={"type": "object"})
    listing = ToolListing(tools=(info,), unavailable={"news": "refused"})
    signatures = signatures_of(listing, servers=["web", "idle", "news"])
    assert signatures.find("web", "fetch") == Found(signature=FETCH)
    assert signatures.find("idle", "fetch") == Missing(similar=())
    assert signatures.find("news", "x") == Unreachable(reason="'news': refused")
