"""What our cookies say about themselves.

Moodle shows the tool in a frame of another site, where only ``SameSite=None; Secure; Partitioned`` (CHIPS)
is kept. Every cookie of an installation is set alike, for sign-in links too: two cookies of one name in two
jars would both reach a tab, in no certain order. That is no weaker than ``Lax``: a partitioned cookie of a
tab is not sent to frames in other sites, and forms are protected by tokens. Over plain HTTP browsers
refuse such cookies, except on ``localhost``; there it is ``Lax``, which works where both are one site.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from coil_bridge.settings import Settings


@dataclass(frozen=True, slots=True)
class Cookies:
    """Sets cookies in the way that this installation can."""

    across_sites: bool

    @classmethod
    def of(cls, settings: Settings) -> Cookies:
        """By the address at which people reach us."""
        return cls(settings.https or urlsplit(settings.public_url).hostname == "localhost")

    @property
    def same_site(self) -> str:
        """The attribute SameSite."""
        return "None" if self.across_sites else "Lax"

    def keep(
        self, response: Response, name: str, value: str, *, seconds: int | None, path: str = "/"
    ) -> None:
        """Set a cookie; without ``seconds`` it lasts as long as the browser runs."""
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            httponly=True,
            secure=self.across_sites,
            samesite=self.same_site,
            partitioned=self.across_sites,
        )

    def drop(self, response: Response, name: str, *, path: str = "/") -> None:
        """Delete a cookie; the attributes name the jar it is in."""
        self.keep(response, name, "", seconds=0, path=path)
