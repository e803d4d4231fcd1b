"""Links by which a person subscribes to a feed in the calendar at hand.

None of the one-click addresses is documented by its maker. Google takes the feed as ``webcal`` in
``cid`` and mostly refuses ``https`` there; Outlook wants ``https``. The feed's address is encoded
whole: unencoded, everything after its first ``&`` would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlunsplit

from scheduling.ical_values import split_web_address


@dataclass(frozen=True)
class SubscriptionLinks:
    """Five doors to one feed; all carry its private address, so none is shown in a repr or logged."""

    https: str = field(repr=False)
    webcal: str = field(repr=False)
    google: str = field(repr=False)
    outlook_live: str = field(repr=False)
    outlook_office: str = field(repr=False)


def subscription_links(https_url: str, name: str = "") -> SubscriptionLinks:
    """The links for a feed at ``https_url``; Outlook calls the calendar ``name`` where one is given.

    A plain http address keeps its scheme, for a demo on one's own machine. Raises UnsafeText, a
    ValueError, for anything else and for an address with a user name or password in it.
    """
    parts = split_web_address(https_url, "feed address")
    feed = urlunsplit(parts)
    webcal = urlunsplit(parts._replace(scheme="webcal"))
    outlook = urlencode({"url": feed} | ({"name": name} if name else {}), quote_via=quote)
    return SubscriptionLinks(
        https=feed,
        webcal=webcal,
        google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        outlook_live=f"https://outlook.live.com/calendar/0/addfromweb?{outlook}",
        outlook_office=f"https://outlook.office.com/calendar/0/addfromweb?{outlook}",
    )
