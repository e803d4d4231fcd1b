"""Telling people: messages and their delivery, news of sessions, digests, reminders, ending them."""
