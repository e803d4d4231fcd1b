"""Texts in the reader's language, typed; everything in ``web/`` takes them from here.

Flask-Babel carries no annotations. The names are those that pybabel extracts by.
"""

from __future__ import annotations

from typing import Any

import flask_babel  # type: ignore[import-untyped]  # carries no annotations

from coil_bridge.errors import Reason
from coil_bridge.i18n import tell


def gettext(message: str, **values: Any) -> str:
    """Translate a message and fill in its ``%(name)s`` places."""
    return str(flask_babel.gettext(message, **values))


def say(reason: Reason | str) -> str:
    """Tell a reason in the reader's language."""
    return tell(reason, gettext)


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """Translate by number; ``%(num)s`` is filled in."""
    return str(flask_babel.ngettext(one, many, num, **values))


def lazy_gettext(message: str) -> str:
    """A text for a table of constants: translated each time it is shown."""
    lazy: str = flask_babel.lazy_gettext(message)
    return lazy
