"""A real mail server and a real webhook server on this machine, and a shop with findings of three severities."""

from __future__ import annotations

import email
import email.policy
import http.server
import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.conftest import RULE, Shop, copied

RECEIPTS = """location_code,receipt_no,line_no,product_code,received_qty,received_at,line_amount
S01,R1,1,P1,12,2025-03-01,120
S02,R2,1,P2,500,2025-03-02,5000
S01,R3,1,P3,7,2025-03-03,70
"""


@dataclass
class Mailbox:
    """A mail server. Addresses that begin with `nobody` are refused."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails += [(to, message) for to in envelope.rcpt_tos]
        return "250 OK"

    def url(self, to: str = "audit@shop.example", more: str = "") -> str:
        return f"mailto://127.0.0.1:{self.port}?from=workbench@shop.example&to={to}{more}"

    def html(self, number: int = -1) -> str:
        part = self.mails[number][1].get_body(("html",))
        assert part is not None
        return str(part.get_content())


@dataclass
class Hooks:
    """A webhook server: what was posted, by path. Paths in `failing` answer 500 so many times."""

    port: int = 0
    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    # A process that is killed as soon as its message has arrived.
    victim: subprocess.Popen[str] | None = None

    def url(self, path: str) -> str:
        return f"json://127.0.0.1:{self.port}/{path}"

    def at(self, path: str) -> list[dict[str, Any]]:
        return [body for p, body in self.posts if p == f"/{path}"]


@pytest.fixture(scope="module")
def _mail_server() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def mailbox(_mail_server: Mailbox) -> Mailbox:
    _mail_server.mails.clear()
    return _mail_server


@pytest.fixture(scope="module")
def _hook_server() -> Iterator[Hooks]:
    hooks = Hooks()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            left = hooks.failing.get(self.path.strip("/"), 0)
            hooks.failing[self.path.strip("/")] = left - 1
            if left <= 0:
                hooks.posts.append((self.path, json.loads(content)))
            if hooks.victim is not None:
                hooks.victim.kill()
                hooks.victim.wait()
                return
            self.send_response(500 if left > 0 else 200)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hooks.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield hooks
        server.shutdown()
        thread.join()


@pytest.fixture
def hooks(_hook_server: Hooks) -> Hooks:
    _hook_server.posts.clear()
    _hook_server.failing.clear()
    _hook_server.victim = None
    return _hook_server


@pytest.fixture(scope="session")
def checked_template(shop_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that was checked: one critical finding, two high ones, three low ones, on three receipts."""
    folder = tmp_path_factory.mktemp("alerts") / "shop"
    shop = copied(shop_template, folder)
    for name, severity, limit in (("received_far_too_much", "critical", "100.0"), ("received_a_bit", "low", "5.0")):
        text = RULE.replace('severity = "high"', f'severity = "{severity}"')
        shop.rule(name, text.replace("limit_qty = 10.0", f"limit_qty = {limit}"))
    shop.load("receipt_line.csv", RECEIPTS)
    shop.check()
    shop.close()
    return folder


@pytest.fixture
def checked(checked_template: Path, tmp_path: Path) -> Iterator[Shop]:
    shop = copied(checked_template, tmp_path / "shop")
    yield shop
    shop.close()


Route = Callable[..., None]


@pytest.fixture
def alerts(checked: Shop) -> Route:
    """Write the shop's settings: `[alerts]` lines, channels, and one table for each route."""

    def configure(general: str = "", channels: dict[str, str] | None = None, *routes: str, shop: str = "") -> None:
        addresses = "".join(f"{name} = {json.dumps(url)}\n" for name, url in (channels or {}).items())
        tables = "".join(f"[[alerts.routes]]\n{route}\n" for route in routes)
        checked.configure(
            f"{shop}\n[alerts]\nretries = 1\nretry_seconds = 0.01\n{general}\n[alerts.channels]\n{addresses}\n{tables}"
        )

    return configure
