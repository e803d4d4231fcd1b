"""The plugins of the demo's Moodles get their keys and send a first notification, signed as any other."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable

import requests

from coil_bridge.demo.consortium import Partner
from coil_bridge.services.activity.hook_keys import NewKey
from coil_bridge.services.activity.hooks import sign
from coil_bridge.services.context import SYSTEM
from coil_bridge.settings import Settings
from coil_bridge.wiring.services.installation import build_services

_SECONDS = 10


def switch_on_notifications(settings: Settings, partners: Iterable[Partner]) -> None:
    """Make a key for each Moodle with the plugin; its first notification tells of somebody in a group."""
    services = build_services(settings)
    try:
        sites = {site.base_url: site for site in services.sites.all()}
        for partner in partners:
            if partner.moodle.site.plugin.version:
                made = services.activity.hook_keys.make(SYSTEM, sites[partner.moodle.url.rstrip("/")].id)
                partner.moodle.site.plugin.hook_url = made.address
                for course in partner.courses.values():
                    notify(made, partner.moodle.url, "group_member_added", course.id)
    finally:
        services.close()


def notify(key: NewKey, site_url: str, kind: str, course_id: int) -> int:
    """Send one notification as the plugin does; the status of the answer."""
    now = int(time.time())
    event = {"id": str(uuid.uuid4()), "type": kind, "at": now, "courseid": course_id}
    body = json.dumps({"site": site_url.rstrip("/"), "events": [event]}).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Coil-Timestamp": str(now),
        "X-Coil-Key": key.id,
        "X-Coil-Delivery": str(uuid.uuid4()),
        "X-Coil-Signature": sign(key.secret, str(now), body),
    }
    return requests.post(key.address, data=body, headers=headers, timeout=_SECONDS).status_code
