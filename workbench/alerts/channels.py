"""Channels through Apprise, which only this module imports: opening one by its address, delivering, trying again.

An address holds passwords: it is never shown, logged or kept, and what a service says is cleaned of its parts.
"""

from __future__ import annotations

import copy
import logging
import os
import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigurationError
from workbench.settings import AlertSettings

if TYPE_CHECKING:
    from apprise import AppriseResult, NotifyBase

_FROM_ENVIRONMENT = "env:"
_FORMS = {"html": "html", "markdown": "md", "text": "txt"}
_KINDS = {"critical": "failure", "high": "warning"}
# A part shorter than this is as likely a word of the sentence.
_TELLING = 5


@dataclass(frozen=True)
class Delivery:
    """What became of a message: whether it arrived, after how many attempts, and why not."""

    is_sent: bool
    attempts: int
    detail: str = ""


@dataclass(frozen=True)
class Channel:
    """An open channel. `form` is the kind of text it takes (html, md, txt), `limit_bytes` how long one may be."""

    name: str
    form: str
    limit_bytes: int
    has_title: bool
    _services: tuple[NotifyBase, ...]
    _secrets: tuple[str, ...]
    _retries: int
    _retry_seconds: float
    _sleep: Callable[[float], None]

    def deliver(self, title: str, body: str, severity: str) -> Delivery:
        """Send, and where that fails again after a pause that doubles each time.

        Who has got it is not sent it again when another recipient of the channel could not be reached.
        """
        waiting = list(self._services)
        attempt, detail = 0, ""
        while True:
            attempt += 1
            failed = []
            for service in waiting:
                with _quietly():
                    result = _notify(service, title, body, self.form, severity)
                if not result:
                    failed.append(service)
                    detail = self._reason(result)
            waiting = failed
            if not waiting or attempt > self._retries:
                return Delivery(not waiting, attempt, detail if waiting else "")
            self._sleep(self._retry_seconds * 2 ** (attempt - 1))

    def _reason(self, result: AppriseResult) -> str:
        said = [entry.message for entry in result.logs()]
        return " ".join(cleaned(said[-1], self._secrets).split()) if said else "it gave no reason"


def open_channel(
    settings: AlertSettings,
    name: str,
    environ: Mapping[str, str] = os.environ,
    sleep: Callable[[float], None] = time.sleep,
) -> Channel:
    """A channel by its name in the settings; ConfigurationError says what is wrong with its address, without it."""
    address = settings.channels[name].get_secret_value().strip()
    if address.startswith(_FROM_ENVIRONMENT):
        variable = address.removeprefix(_FROM_ENVIRONMENT)
        address = environ.get(variable, "").strip()
        if not address:
            raise ConfigurationError(f"[alerts.channels] {name} asks for {variable} in the environment: set it.")
    with _quietly():
        service = _open(address)
        if service is None:
            raise ConfigurationError(
                f"[alerts.channels] {name} is no address that Apprise understands: compare it with"
                " https://appriseit.com/services/."
            )
        is_mail = service.service_name == "E-Mail"
        form = _FORMS[_format(service, "html" if is_mail else "text")]
    if is_mail:
        # The pause between messages is for services with quotas; this is the shop's own mail server.
        service.request_rate_per_sec = 0
    return Channel(
        name,
        form,
        service.body_maxlen,
        service.title_maxlen > 0,
        tuple(_one_by_one(service)) if is_mail else (service,),
        secrets_of(address),
        settings.retries,
        settings.retry_seconds,
        sleep,
    )


def secrets_of(address: str) -> tuple[str, ...]:
    """Parts of an address that must not be shown: all but its scheme and its server."""
    rest = address.partition("://")[2]
    server = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    parts = {part for part in re.split(r"[/?#&=@:]", rest) if len(part) >= _TELLING and part != server}
    return tuple(sorted(parts, key=lambda part: (-len(part), part)))


def cleaned(text: str, secrets: tuple[str, ...]) -> str:
    """A text without the secret parts of an address."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _open(address: str) -> NotifyBase | None:
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(
        app_id="Stock Workbench",
        app_desc="Stock Workbench",
        app_url="",
        # No picture from somebody's server in a message about a shop's stock.
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        service_timeout=0,
        allow_templates=False,
        pgp_autogen=False,
        pem_autogen=False,
    )
    return Apprise.instantiate(address, asset=asset, suppress_exceptions=True) if address else None


def _format(service: NotifyBase, wanted: str) -> str:
    from apprise import NotifyFormat

    return str(service.resolve_format(NotifyFormat(wanted)).value)


def _one_by_one(service: Any) -> Iterator[NotifyBase]:
    """A mail service for each recipient, so that each is tried again by himself."""
    for target in service.targets:
        one = copy.copy(service)
        one.targets = [target]
        yield one


def _notify(service: NotifyBase, title: str, body: str, form: str, severity: str) -> AppriseResult:
    from apprise import Apprise

    sender = Apprise(asset=service.asset)
    sender.add(service)
    formats = {short: long for long, short in _FORMS.items()}
    return sender.notify(body, title=title, body_format=formats[form], notify_type=_KINDS.get(severity, "info"))


@contextmanager
def _quietly() -> Iterator[None]:
    """Apprise logs addresses and bodies on some levels, and one of its modules imports what Python 3.13 drops."""
    logger = logging.getLogger("apprise")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = False
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'imghdr' is deprecated", DeprecationWarning)
        yield
