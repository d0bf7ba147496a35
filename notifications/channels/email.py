"""E-mail through the mail server of this installation (EMAIL_URL)."""

import smtplib

from django.conf import settings
from django.core import mail
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Channel, Outcome, Parcel


class Email(Channel):
    """RFC 3834: nobody's out-of-office answers it. RFC 5322: all about one record is one conversation."""

    name, label = "email", _("E-mail")

    def destination(self, parcel: Parcel) -> str:
        return self.name

    def send(self, parcel: Parcel) -> Outcome:
        try:
            self._mail(parcel).send()
        except Exception as error:  # a mail server may fail in any way; the attempt keeps what it said
            return Outcome(False, is_final=_is_final(error), answer=f"{type(error).__name__}: {error}"[:2000])
        return Outcome(True, provider_id=parcel.headers.get("Message-ID", "")[:120])

    def _mail(self, parcel: Parcel) -> mail.EmailMultiAlternatives:
        parts = [parcel.text]
        if parcel.answer_url:
            parts.append(f"Acknowledge: {parcel.answer_url}")
        if parcel.url:
            parts.append(parcel.url)
        headers = {"Auto-Submitted": "auto-generated", **parcel.headers}
        if parcel.answer_url and parcel.is_important:
            headers["X-Priority"] = "1"
        text = "\n\n".join(part for part in parts if part)
        made = mail.EmailMultiAlternatives(parcel.title, text, settings.DEFAULT_FROM_EMAIL, [parcel.address], headers=headers)
        if parcel.html:
            made.attach_alternative(parcel.html, "text/html")
        return made


def _is_final(error: Exception) -> bool:
    """RFC 5321: a 5xx answer to the recipient or to the text stays the same however often it is tried. A refused login or sender is ours to mend."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _answer in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and 500 <= error.smtp_code < 600
