"""`callsheet.lock`: the tools that scenarios use as they were when somebody looked at them.

```
{"version": 1,
 "servers": {NAME: {TOOL: {"annotations": …, "description": …, "digest": "sha256:…",
                           "input_schema": …, "output_schema": …}}}}
```

The bytes are a function of the tools alone, one value a line, so that a review shows what changed. Characters that do
not print are escapes: a description cannot hide in them. The digest is over the canonical JSON of the other four.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from callsheet.errors.service import ConfigurationInvalid
from callsheet.lint.changes import printable
from callsheet.lint.signatures import Signatures, ToolSignature
from callsheet.replacing import replace_file
from callsheet.runs.tools import ToolInfo, ToolListing
from callsheet.scenario.codec import DocumentInvalid, canonical, decode_json
from callsheet.scenario.json import MAX_DEPTH, Json, JsonObject, escape, is_object

LOCKFILE: Final = "callsheet.lock"
"""Its name, beside mcp.json."""

VERSION: Final = 1
"""The version of the format that is written, and the only one that is read."""

MAX_FILE_BYTES: Final = 16 * 2**20
"""A larger file is not read, and not written."""

_MAX_NODES: Final = 1_000_000
_FIELDS: Final = ("annotations", "description", "digest", "input_schema", "output_schema")
_AROUND: Final = 4
"""How deep a schema lies in the file: /servers/NAME/TOOL/input_schema."""

_LONGEST_POINTER: Final = 300
_ANEW: Final = "Write the lock anew with 'callsheet lock'."
_UNPRINTED: Final = re.compile(r"[^\n\x20-\x7e]")


def signatures_of(listing: ToolListing, servers: Iterable[str] = ()) -> Signatures:
    """The signatures in `listing`; `servers` are those that are configured, which may offer no tool at all."""
    return Signatures(map(signature_of, listing.tools), servers=servers, unavailable=listing.unavailable)


def signature_of(tool: ToolInfo) -> ToolSignature:
    """The signature of one tool."""
    return ToolSignature(
        server=tool.server,
        name=tool.name,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=tool.annotations,
    )


def digest_of(signature: ToolSignature) -> str:
    """`sha256:` and the SHA-256 of the canonical JSON of what the tool promises, in hexadecimal."""
    return f"sha256:{hashlib.sha256(canonical(signature.promise())).hexdigest()}"


def encode_lockfile(signatures: Signatures) -> bytes:
    """The file's content for `signatures`: the same bytes for the same tools."""
    servers: JsonObject = {}
    for signature in signatures:
        tools = servers.setdefault(signature.server, {})
        if isinstance(tools, dict):
            tools[signature.name] = {**signature.promise(), "digest": digest_of(signature)}
    text = json.dumps({"version": VERSION, "servers": servers}, ensure_ascii=False, indent=2, sort_keys=True)
    return f"{_UNPRINTED.sub(_escaped, text)}\n".encode()


def decode_lockfile(content: bytes, *, source: str) -> Signatures:
    """The signatures in a file's content. `source` names it in errors.

    Raises:
        ConfigurationInvalid: the file, the place in it, what is wrong there and what to do.
    """
    if len(content) > MAX_FILE_BYTES:
        raise _damaged(source, "", f"the file is larger than {MAX_FILE_BYTES} bytes")
    try:
        document = decode_json(content, max_depth=MAX_DEPTH + _AROUND, max_nodes=_MAX_NODES)
    except DocumentInvalid as error:
        line = f" (line {error.line}, column {error.column})" if error.line else ""
        raise _damaged(source, error.pointer, f"{str(error).rstrip('.')}{line}") from error
    return Signatures(_tools(document, source))


def read_lockfile(path: Path) -> Signatures:
    """The locked signatures; they know of no other server or tool.

    Raises:
        ConfigurationInvalid: the file cannot be read, or is not as `write_lockfile` wrote it; with the file, the
            place in it, what is wrong there and what to do.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigurationInvalid(f"{path}: the lock cannot be read: {error.strerror or error}. {_ANEW}") from error
    return decode_lockfile(content, source=str(path))


def write_lockfile(path: Path, signatures: Signatures) -> None:
    """Replace the file, all or nothing: after a failure or a crash the old content or the new one is there.

    A link is followed. What was written is durable, and `read_lockfile` gives the same signatures back.

    Raises:
        ConfigurationInvalid: the file cannot be written, or could not be read again; the old one is as it was.
    """
    content = encode_lockfile(signatures)
    try:
        decode_lockfile(content, source=str(path))
    except ConfigurationInvalid as error:
        raise ConfigurationInvalid(f"{str(error).removesuffix(_ANEW)}The lock was not written.") from error
    try:
        replace_file(path.resolve(), content)
    except OSError as error:
        raise ConfigurationInvalid(f"{path}: the lock cannot be written: {error.strerror or error}.") from error


def _tools(document: Json, source: str) -> Iterator[ToolSignature]:
    if not is_object(document):
        raise _damaged(source, "", "expected an object")
    version = document.get("version")
    if type(version) is not int or version != VERSION:
        raise _damaged(source, "/version", f"expected {VERSION}, the only version that this Callsheet can read")
    _only(document, ("servers", "version"), source, "")
    for server, tools in _object(document.get("servers"), source, "/servers").items():
        at = f"/servers/{escape(server)}"
        for name, value in _object(tools, source, at).items():
            yield _tool(server, name, value, source, f"{at}/{escape(name)}")


def _tool(server: str, name: str, value: Json, source: str, pointer: str) -> ToolSignature:
    fields = _object(value, source, pointer)
    _only(fields, _FIELDS, source, pointer)
    for field in _FIELDS:
        if field not in fields:
            raise _damaged(source, pointer, f"'{field}' is missing")
    description = fields["description"]
    if not isinstance(description, str):
        raise _damaged(source, f"{pointer}/description", "expected a text")
    signature = ToolSignature(
        server=server,
        name=name,
        description=description,
        input_schema=_object(fields["input_schema"], source, f"{pointer}/input_schema"),
        output_schema=_object_or_null(fields["output_schema"], source, f"{pointer}/output_schema"),
        annotations=_object_or_null(fields["annotations"], source, f"{pointer}/annotations"),
    )
    if fields["digest"] != digest_of(signature):
        reason = "the digest is not that of the content, so the file was edited by hand or merged"
        raise _damaged(source, f"{pointer}/digest", reason)
    return signature


def _object(value: Json, source: str, pointer: str) -> JsonObject:
    if not is_object(value):
        raise _damaged(source, pointer, "expected an object")
    return value


def _object_or_null(value: Json, source: str, pointer: str) -> JsonObject | None:
    return None if value is None else _object(value, source, pointer)


def _only(fields: JsonObject, known: tuple[str, ...], source: str, pointer: str) -> None:
    for key in fields:
        if key not in known:
            raise _damaged(source, f"{pointer}/{escape(key)}", "unknown key")


def _damaged(source: str, pointer: str, reason: str) -> ConfigurationInvalid:
    place = f"{source}: {printable(pointer[:_LONGEST_POINTER])}: " if pointer else f"{source}: "
    return ConfigurationInvalid(f"{place}{reason}. {_ANEW}")


def _escaped(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]
