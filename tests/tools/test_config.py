"""Reading `mcp.json`."""

import json
from pathlib import Path
from typing import Any

import pytest

from callsheet.access.patterns import Patterns
from callsheet.errors.service import ConfigurationInvalid
from callsheet.tools.config import parse_servers, read_servers
from callsheet.tools.rate import RateLimit
from callsheet.tools.servers import (
    ClientCredentials,
    HttpServer,
    OAuth,
    PrivateKeyJwt,
    ServerConfig,
    ServerOptions,
    StdioServer,
)

FOLDER = Path("/srv/app")


def parse(servers: Any, **environment: str) -> tuple[ServerConfig, ...]:
    text = json.dumps({"mcpServers": servers})
    return parse_servers(text, source="mcp.json", folder=FOLDER, environment=environment)


def refused(servers: Any, **environment: str) -> str:
    with pytest.raises(ConfigurationInvalid) as refusal:
        parse(servers, **environment)
    return str(refusal.value)


def test_a_command_is_a_stdio_server_and_a_url_an_http_server() -> None:
    stdio, http = parse(
        {"files": {"command": "srv", "args": ["/data"], "env": {"A": "b"}}, "news": {"url": "https://news.example/mcp"}}
    )
    assert stdio == StdioServer(name="files", command="srv", args=("/data",), env={"A": "b"})
    assert http == HttpServer(name="news", url="https://news.example/mcp")


@pytest.mark.parametrize("kind", ["http", "streamable-http"])
def test_http_may_be_spelled_in_two_ways(kind: str) -> None:
    (server,) = parse({"news": {"type": kind, "url": "http://127.0.0.1:1/mcp", "headers": {"X-Key": "k"}}})
    assert isinstance(server, HttpServer)
    assert server.headers == {"X-Key": "k"}


def test_our_options_are_read() -> None:
    ours = {
        "connectTimeout": 1,
        "callTimeout": 2.5,
        "maxInFlight": 3,
        "maxQueue": 0,
        "maxMessageBytes": 4096,
        "tools": ["a", "b"],
        "outputValidation": "warn",
        "idleTimeout": 7,
        "processes": 2,
        "scope": "run",
        "scenarios": ["news_*", "daily"],
        "trustAnnotations": True,
        "lock": "strict",
        "elicits": True,
        "heldFor": "2h",
        "rateLimit": {"calls": 5, "per": 2},
    }
    (server,) = parse({"x": {"command": "x", "callsheet": ours}})
    assert server.options == ServerOptions(
        connect_timeout=1.0,
        call_timeout=2.5,
        max_in_flight=3,
        max_queue=0,
        max_message_bytes=4096,
        tools=frozenset({"a", "b"}),
        output_validation="warn",
        idle_timeout=7.0,
        processes=2,
        scope="run",
        scenarios=Patterns(("news_*", "daily")),
        trust_annotations=True,
        lock="strict",
        elicits=True,
        held_for=7200.0,
        rate_limit=RateLimit(calls=5, per=2.0),
    )


def test_how_we_sign_in_is_read_with_its_secrets() -> None:
    def server(auth: Any) -> Any:
        return {"url": "http://h/mcp", "callsheet": {"auth": auth}}

    oauth, ours, key = parse(
        {
            "a": server({"type": "oauth", "scopes": ["read"], "clientMetadataUrl": "https://me.example/client.json"}),
            "b": server(
                {"type": "client_credentials", "clientId": "id", "clientSecret": "${secret:pass}", "issuer": "http://i"}
            ),
            "c": server(
                {
                    "type": "private_key_jwt",
                    "clientId": "id",
                    "key": "${secret:pass}",
                    "algorithm": "ES256",
                    "issuer": "http://i",
                }
            ),
        },
        CALLSHEET_SECRET_pass="s3cret",
    )
    assert isinstance(oauth, HttpServer)
    assert isinstance(ours, HttpServer)
    assert isinstance(key, HttpServer)
    assert oauth.auth == OAuth(scopes=("read",), client_metadata_url="https://me.example/client.json")
    assert ours.auth == ClientCredentials(client_id="id", client_secret="s3cret", issuer="http://i")
    assert key.auth == PrivateKeyJwt(client_id="id", key="s3cret", algorithm="ES256", issuer="http://i")
    assert "s3cret" not in repr((ours, key))


def test_the_old_transport_can_be_named() -> None:
    (server,) = parse({"x": {"type": "sse", "url": "http://h/sse"}})
    assert isinstance(server, HttpServer)
    assert server.transport == "sse"


def test_what_is_left_out_has_the_defaults_of_the_options() -> None:
    (server,) = parse({"x": {"command": "x", "callsheet": {}}})
    assert server.options == ServerOptions()


def test_keys_of_other_programs_are_ignored_and_disabled_servers_are_not_there() -> None:
    servers = parse({"a": {"command": "x", "autoApprove": ["y"]}, "b": {"disabled": True, "command": "${UNSET}"}})
    assert [server.name for server in servers] == ["a"]


def test_references_are_expanded_everywhere_in_a_server() -> None:
    stdio, http = parse(
        {
            "a": {"command": "${BIN}", "args": ["--key=${KEY}", "${GONE:-x:-y}"], "env": {"K": "${KEY}"}},
            "b": {"url": "http://${HOST}/mcp", "headers": {"Authorization": "Bearer ${KEY}"}},
        },
        BIN="srv",
        KEY="k1",
        HOST="h",
    )
    assert isinstance(stdio, StdioServer)
    assert (stdio.command, stdio.args, stdio.env) == ("srv", ("--key=k1", "x:-y"), {"K": "k1"})
    assert isinstance(http, HttpServer)
    assert (http.url, http.headers) == ("http://h/mcp", {"Authorization": "Bearer k1"})


def test_the_secrets_of_a_server_are_known_by_name() -> None:
    (server,) = parse(
        {"a": {"command": "x", "env": {"K": "${secret:key}", "L": "${L}"}}}, CALLSHEET_SECRET_key="k", L="l"
    )
    assert server.secrets == {"key": "k"}


def test_relative_paths_start_from_the_files_folder() -> None:
    (server,) = parse({"a": {"command": "./bin/srv", "cwd": "data", "args": ["./x"]}})
    assert isinstance(server, StdioServer)
    assert (server.command, server.cwd, server.args) == ("/srv/app/bin/srv", FOLDER / "data", ("./x",))


def test_a_servers_secrets_are_not_in_its_repr() -> None:
    servers = parse(
        {
            "a": {"command": "x", "args": ["s3cret"], "env": {"K": "s3cret"}},
            "b": {"url": "http://h/", "headers": {"K": "s3cret"}},
        }
    )
    assert "s3cret" not in repr(servers)


@pytest.mark.parametrize(
    ("server", "key", "sentence"),
    [
        ({"command": "x", "callsheet": {"callTimout": 1}}, "callsheet.callTimout", "Did you mean 'callTimeout'?"),
        ({"command": "x", "callsheet": {"callTimeout": "1"}}, "callsheet.callTimeout", "valid number"),
        ({"command": "x", "callsheet": {"callTimeout": 0}}, "callsheet.callTimeout", "greater than 0"),
        ({"command": "x", "callsheet": {"outputValidation": "no"}}, "callsheet.outputValidation", "'strict'"),
        ({"command": "x", "callsheet": {"scenarios": "news"}}, "callsheet.scenarios", "expected a list of patterns"),
        ({"command": "x", "callsheet": {"scenarios": ["a", 1]}}, "callsheet.scenarios", "expected a list of patterns"),
        ({"command": "x", "callsheet": {"scenarios": ["a b"]}}, "callsheet.scenarios", "'a b' is no pattern"),
        ({"command": "x", "args": "y"}, "args", "valid list"),
        ({"command": "x", "args": [1]}, "args.0", "valid string"),
        ({"command": 7}, "command", "valid string"),
        ({"command": "x", "args": ["${NOT_SET}"]}, "args[0]", "the environment variable NOT_SET is not set"),
        ({"command": "x", "env": {"K": "${secret:k}"}}, "env.K", "Set the environment variable CALLSHEET_SECRET_k"),
        ({"command": "x", "env": {"A=B": "c"}}, "env", "'A=B' cannot be a name"),
        ({"command": "x", "args": ["a\0b"]}, "args[0]", "NUL"),
        ({}, "type", "command"),
        ({"command": "x", "url": "http://h/"}, "type", "only one"),
        ({"type": "http", "command": "x"}, "url", "needs a url"),
        ({"type": "stdio", "url": "http://h/"}, "command", "needs a command"),
        ({"command": "x", "args": ["${a-b}"]}, "args[0]", "${a-b} is not ${NAME}"),
        ({"command": "x", "callsheet": {"heldFor": "soon"}}, "callsheet.heldFor", "heldFor"),
        ({"command": "x", "callsheet": {"rateLimit": {"calls": 0, "per": 1}}}, "callsheet.rateLimit.calls", "than"),
        ({"url": "http://h/", "callsheet": {"auth": {"type": "magic"}}}, "callsheet.auth", "oauth"),
        (
            {"url": "http://h/", "callsheet": {"auth": {"type": "oauth", "clientMetadataUrl": "https://me/"}}},
            "callsheet.auth.clientMetadataUrl",
            "https:// and a path",
        ),
        ({"command": "x", "callsheet": {"auth": {"type": "oauth"}}}, "callsheet.auth", "only a server with a url"),
        (
            {"url": "http://h/", "callsheet": {"auth": {"type": "oauth", "clientSecret": "s"}}},
            "callsheet.auth.clientId",
            "it is missing",
        ),
        (
            {"url": "http://h/", "callsheet": {"auth": {"type": "oauth", "clientId": "c", "clientSecret": "s"}}},
            "callsheet.auth.issuer",
            "Write down the authorization server",
        ),
        (
            {"url": "http://h/", "callsheet": {"auth": {"type": "oauth", "issuer": "id.example"}}},
            "callsheet.auth.issuer",
            "https://",
        ),
        ({"type": "ftp", "url": "http://h/"}, "type", "'stdio'"),
        ({"url": "ftp://h/"}, "url", "http://"),
        ({"url": "http://h:abc/"}, "url", "http://"),
        ({"url": "http://[::1/"}, "url", "http://"),
        ({"url": "http://h/", "headers": {"A": "b "}}, "headers.A", "ends with a space"),
        ({"url": "http://h/", "headers": {"A": "\u00e9"}}, "headers.A", "printable ASCII"),
        ({"url": "http://h/", "callsheet": {"auth": "oauth"}}, "callsheet.auth", "expected an object"),
        ({"url": "http://h/", "callsheet": []}, "callsheet", "expected an object."),
        ({"url": "http://h/", "callsheet": {"auth": {}}}, "callsheet.auth", "'private_key_jwt'"),
        (
            {"url": "http://h/", "callsheet": {"auth": {"type": "oauth", "clientID": "x"}}},
            "callsheet.auth.clientID",
            "Did you mean 'clientId'?",
        ),
        (
            {"url": "http://h/", "callsheet": {"auth": {"type": "oauth", "scopes": ['a"']}}},
            "callsheet.auth.scopes",
            "cannot be a scope",
        ),
        (
            {
                "url": "http://h/",
                "callsheet": {"auth": {"type": "client_credentials", "clientId": "x", "clientSecret": "s"}},
            },
            "callsheet.auth.issuer",
            "it is missing.",
        ),
        ({"command": "x", "callsheet": {"rateLimit": {"call": 1, "per": 1}}}, "callsheet.rateLimit.calls", "missing"),
        ({"url": "http:///mcp"}, "url", "host"),
        ({"url": "http://h/", "headers": {"A B": "c"}}, "headers", "'A B' cannot be a name"),
        ({"url": "http://h/", "headers": {"A": "b\nc"}}, "headers.A", "no header may have"),
    ],
)
def test_a_fault_is_named_with_file_server_and_key(server: Any, key: str, sentence: str) -> None:
    text = refused({"srv": server})
    assert text.startswith(f"mcp.json: server 'srv', key {key!r}: ")
    assert sentence in text


@pytest.mark.parametrize(
    "server",
    [
        {"command": "x", "env": {"K": ["s3cret"]}},
        {"command": "x", "args": [["s3cret"]]},
        {"url": ["s3cret"]},
        {"url": "http://h/", "headers": {"K": ["s3cret"]}},
        {"url": "http://h/", "headers": {"K": "s3cret "}},
        {"url": "http://h/", "callsheet": {"auth": {"type": "client_credentials", "clientSecret": "s3cret"}}},
        {"url": "http://h/", "callsheet": {"auth": {"clientSecret": "s3cret"}}},
        {"url": "http://h/", "callsheet": {"auth": {"type": "oauth", "clientSecret": ["s3cret"]}}},
    ],
)
def test_what_may_be_a_secret_is_not_in_the_sentence_about_it(server: Any) -> None:
    assert "s3cret" not in refused({"srv": server})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not JSON: .* at line 1, column 2"),
        ("[]", "mcpServers"),
        ("{}", "mcpServers"),
        ('{"mcpServers": []}', "must be an object"),
        ('{"mcpServers": {"a": 1}}', "server 'a' must be an object"),
        ('{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}}', "'a' appears twice"),
        ('{"mcpServers": {" ": {"command": "x"}}}', "cannot be a server's name"),
        ('{"mcpServers": {"a": {"command": "x", "callsheet": {"callTimeout": NaN}}}}', "NaN is not JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_document_that_is_no_configuration_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=sentence):
        parse_servers(text, source="mcp.json", folder=FOLDER, environment={})


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text('\ufeff{"mcpServers": {"a": {"command": "./x"}}}', encoding="utf-8")
    (server,) = read_servers(path, {})
    assert isinstance(server, StdioServer)
    assert server.command == str(tmp_path / "x")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"nowhere\.json: the file cannot be read: No such file"):
        read_servers(tmp_path / "nowhere.json", {})


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mcp.json").write_bytes(b'{"\xff')
    with pytest.raises(ConfigurationInvalid, match=r"not UTF-8 \(byte 2\)"):
        read_servers(tmp_path / "mcp.json", {})
