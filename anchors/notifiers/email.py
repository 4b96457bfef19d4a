"""E-mail by SMTP. A mail names the kind of event and the page to read it on, and contains no personal data."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate

from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.kernel.people.deliveries import Delivery
from mydata_ledger.ledger.kernel.people.subscriptions import Subscription

TIMEOUT = 10
PERMANENT_FAILURE = 500
"""SMTP reply codes from here on are permanent (RFC 5321 §4.2.1)."""
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}")
EVENT_TEXTS = {
    "consent.asked": "somebody asks for your consent",
    "consent.granted": "a consent was signed",
    "consent.withdrawn": "a consent was withdrawn",
    "consent.expiring": "a consent ends soon",
    "data.used": "your data were used",
    "data.broke_glass": "your data were opened in an emergency",
    "data.emergency_extended": "an emergency was extended to all your health data",
    "delegation.named": "somebody was named to sign for somebody",
    "study.results": "a study has results",
    "link.opened": "one of your links was opened",
    "link.made": "a link to data was made",
    "link.passcode_wrong": "a wrong passcode was entered for one of your links",
    "transfer.asked": "a person asks you to transfer data",
    "transfer.ended": "a request to transfer data ended",
    "copies.expiring": "copies that you have must be deleted soon",
    "copies.to_delete": "copies that you have must be deleted now",
    "retention.ended": "data was deleted at the deadline of a consent",
    "binding.made": "a patient number was bound to a person",
    "binding.ended": "a patient number is not bound any more",
    "binding.disputed": "a person disputed a patient number",
    "record.withdrawn": "a record that was not yours was withdrawn",
    "record.reissued": "a record of the wrong person was issued to you",
    "contact.sent": "a party that you let contact you sent a message",
    "export.made": "your delegate downloaded everything about you",
}
"""The text of each `ledger.message.Event`, for the subject line of the mail."""


@dataclass(frozen=True, slots=True)
class EmailNotifier:
    """Sends mail through one SMTP server (RFC 5321).

    With `tls` the connection is encrypted by STARTTLS (RFC 3207) before a login or a mail is sent.
    """

    host: str
    port: int
    sender: str
    portal: str
    tls: bool = True
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, delivery: Delivery, subscription: Subscription) -> None:
        """Send one mail.

        Raises SourceUnavailable when a later attempt may succeed, InvalidStatement when the address never will work.
        """
        mail = self._email(delivery, subscription.address)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
                if self.tls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if codes and min(codes) >= PERMANENT_FAILURE:
                raise InvalidStatement("the mail server refuses the address for good") from error
            raise SourceUnavailable("the mail server refuses the address for now") from error
        except (OSError, smtplib.SMTPException) as error:
            raise SourceUnavailable(f"the mail server does not accept the mail ({type(error).__name__})") from error

    def _email(self, delivery: Delivery, address: str) -> EmailMessage:
        mail = EmailMessage()
        if not ADDRESS.fullmatch(address):
            raise InvalidStatement("that is no e-mail address")
        try:
            mail["From"], mail["To"] = self.sender, address
        except ValueError as error:
            raise InvalidStatement("that is no e-mail address") from error
        mail["Subject"] = "MyData Ledger: " + EVENT_TEXTS.get(delivery.event, "something happened")
        mail["Date"], mail["Message-ID"] = formatdate(delivery.occurred_at), f"<{delivery.delivery_id}@mydata-ledger>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"Sign in to see it: {self.portal}\n\nThis mail contains no personal data on purpose.\n")
        return mail
