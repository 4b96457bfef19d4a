"""E-mail by SMTP: that something happened and where to read it, and nothing of what it is."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.kernel.people.deliveries import Delivery
from mydata_ledger.ledger.kernel.people.subscriptions import Subscription

TIMEOUT = 10
REFUSED = 500
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}")
WORDS = {
    "consent.asked": "somebody asks for your consent",
    "consent.granted": "a consent was signed",
    "consent.withdrawn": "a consent was withdrawn",
    "consent.expiring": "a consent ends soon",
    "data.used": "your data were used",
    "data.broke_glass": "your data were opened in an emergency",
    "delegation.named": "somebody was named to sign for somebody",
    "study.results": "a study has results",
    "link.made": "your delegate made a share link",
    "link.opened": "somebody opened your share link",
    "link.passcode_wrong": "somebody gave a wrong passcode for your share link",
    "export.made": "your delegate downloaded everything about you",
}


@dataclass(frozen=True, slots=True)
class EmailNotifier:
    """One SMTP server (RFC 5321); with `tls` the connection is upgraded before anything is said (RFC 3207)."""

    host: str
    port: int
    sender: str
    portal: str
    tls: bool = True
    user: str = ""
    password: str = ""

    def send(self, parcel: Delivery, subscription: Subscription) -> None:
        """Send it. Raises SourceUnavailable for a server that cannot now, InvalidStatement for one that never will."""
        letter = self._letter(parcel, subscription.address)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
                if self.tls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if codes and min(codes) >= REFUSED:
                raise InvalidStatement("the mail server refuses the address for good") from error
            raise SourceUnavailable("the mail server refuses the address for now") from error
        except (OSError, smtplib.SMTPException) as error:
            raise SourceUnavailable(f"the mail server does not take it ({type(error).__name__})") from error

    def _letter(self, parcel: Delivery, address: str) -> EmailMessage:
        letter = EmailMessage()
        if not ADDRESS.fullmatch(address):
            raise InvalidStatement("that is no e-mail address")
        try:
            letter["From"], letter["To"] = self.sender, address
        except ValueError as error:
            raise InvalidStatement("that is no e-mail address") from error
        letter["Subject"] = "MyData Ledger: " + WORDS.get(parcel.event, "something happened")
        letter["Date"], letter["Message-ID"] = formatdate(parcel.at), f"<{parcel.delivery_id}@mydata-ledger>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(f"Sign in to see it: {self.portal}\n\nThis letter says nothing about anyone on purpose.\n")
        return letter
