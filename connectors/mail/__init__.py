"""E-mail by SMTP."""

from connectors.mail.mailer import Mail, Mailer, MailOutcome

__all__ = ["Mail", "MailOutcome", "Mailer"]
