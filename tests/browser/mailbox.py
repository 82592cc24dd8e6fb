"""The mail that the installation sent: written as .eml files, read as a person's mail program would."""

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.browser.installation import Installation

ARRIVES_WITHIN = 20.0


def mails(site: Installation, address: str) -> list[EmailMessage]:
    """Everything that went to an address, in the order of the files."""
    files = sorted((site.data_dir / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [mail for mail in read if address in str(mail["To"])]


def arrives(site: Installation, address: str, words: str) -> None:
    """Wait for a mail to `address` whose subject or text holds these words."""
    deadline = time.monotonic() + ARRIVES_WITHIN
    while not any(words in f"{mail['Subject']}{_text(mail)}" for mail in mails(site, address)):
        assert time.monotonic() < deadline, f"no mail to {address} with {words!r}\n{site.said()[-2000:]}"
        time.sleep(0.2)


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def link(site: Installation, address: str, path: str) -> str:
    """Wait for a mail to `address` that holds a link to a path that begins like this, and give the link."""
    pattern = re.compile(re.escape(site.url + path) + r"\S+")
    deadline = time.monotonic() + ARRIVES_WITHIN
    while True:
        found = [match for mail in mails(site, address) for match in pattern.findall(_text(mail))]
        if found:
            return str(found[-1])
        assert time.monotonic() < deadline, f"no mail to {address} with {path}\n{site.said()[-2000:]}"
        time.sleep(0.2)
