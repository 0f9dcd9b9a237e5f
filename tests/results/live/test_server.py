"""Who gets what from the server of a page: two files for browsers of this machine that know the token, else nothing."""

import http.client
import socket

import pytest

from backsweep.results.live.server import LiveServer

FILES = {"watch.html": b"<!doctype html>", "watch.json": b"{}"}


@pytest.fixture(scope="module")
def server():
    with LiveServer(FILES, token="a-token") as found:
        yield found


def asked(server, path, method="GET", host=None, **headers):
    """The status, the headers and the body of an answer. host: None for the right one."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name in [f"127.0.0.1:{server.server_port}"] if host is None else host:
        connection.putheader("Host", name)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def test_both_files_are_served(server):
    for name, content in FILES.items():
        status, headers, body = asked(server, f"/a-token/{name}")
        assert (status, body) == (200, content)
        assert int(headers["Content-Length"]) == len(content)
        assert asked(server, f"/a-token/{name}", "HEAD")[::2] == (200, b"")
    assert asked(server, "/a-token/watch.json", host=[f"localhost:{server.server_port}"])[0] == 200
    server.replace("watch.json", b"[]")
    assert asked(server, "/a-token/watch.json")[2] == b"[]"


def test_every_answer_forbids_to_keep_embed_or_guess_it(server):
    for path in ("/a-token/watch.html", "/elsewhere"):
        headers = asked(server, path)[1]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in headers
        assert "Python" not in headers["Server"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get"])
def test_other_methods_are_refused(server, method):
    status, _, body = asked(server, "/a-token/watch.json", method)
    assert status == 501
    assert b"[" not in body


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/watch.json", "/a-token", "/a-token/", "/b-token/watch.json", "//watch.json", "/a-token//watch.json"),
        *("/A-token/watch.json", "/a-token/../watch.json", "/a-token/watch.json/", "/a-token/watch.json?x", "/favicon.ico"),
        *(
            "/a-token/%77atch.json",
            "/a-token/../../etc/passwd",
            "/a-token/manifest.json",
            "/a-tok%C3%A9/watch.json",
            "/é/watch.json",
        ),
    ],
)
def test_nothing_else_is_there(server, path):
    line = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.server_port}\r\nConnection: close\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=60) as connection:
        connection.sendall(line)
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert answer.endswith(b"\r\n\r\nNot Found\n")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:{}", "127.0.0.1.evil.example:{}"])
def test_an_address_that_was_made_to_lead_here_is_refused(server, host):
    assert asked(server, "/a-token/watch.json", host=[host.format(server.server_port)])[::2] == (403, b"Forbidden\n")


def test_a_request_names_one_host(server):
    here = f"127.0.0.1:{server.server_port}"
    assert asked(server, "/a-token/watch.json", host=[])[0] == 403
    assert asked(server, "/a-token/watch.json", host=[here, here])[0] == 403


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1:{}", "http://localhost:{}"]
)
def test_another_page_is_refused(server, origin):
    assert asked(server, "/a-token/watch.json", Origin=origin.format(server.server_port))[0] == 403
    assert asked(server, "/a-token/watch.json", Origin=f"http://127.0.0.1:{server.server_port}")[0] == 200


def test_it_listens_on_this_machine_alone_and_no_two_tokens_are_alike():
    with LiveServer(FILES) as one, LiveServer(FILES) as other:
        assert one.server_address[0] == "127.0.0.1"
        assert one.token != other.token
        assert len(one.token) >= 32
        assert asked(one, f"/{other.token}/watch.json")[0] == 404
        with pytest.raises(OSError):  # noqa: PT011  # each system says in its own words that the port is taken
            LiveServer(FILES, port=one.server_port)
