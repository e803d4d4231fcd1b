"""A simulated Moodle behind a real socket."""

from __future__ import annotations

import secrets
import socket
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask import Flask, redirect, request
from werkzeug.routing import Map, RuleFactory
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Response as AnyResponse

from connectors.moodle.plugin import OLDEST_PLUGIN
from connectors.moodle.simulator.faults import Faults
from connectors.moodle.simulator.lti.api import Lti
from connectors.moodle.simulator.lti.blueprints import lti_blueprints
from connectors.moodle.simulator.lti.keys import SigningKey
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.nologin import NoLogin
from connectors.moodle.simulator.pages import Pages
from connectors.moodle.simulator.records import SITE_COURSE, LoggedCall, Site
from connectors.moodle.simulator.releases import RELEASES
from connectors.moodle.simulator.rest import Endpoint
from connectors.moodle.simulator.traffic import Traffic
from connectors.moodle.simulator.world import World


class _Handler(WSGIRequestHandler):
    """No line per request on the terminal, and the site's own idea of what time it is."""

    site: Site

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""

    def connection_dropped(self, *_: object) -> None:
        """Wait for no further request on a connection that broke."""
        self.close_connection = True

    def version_string(self) -> str:
        """Return the Server header."""
        return "Apache"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the Date header, wrong by the site's clock skew."""
        moment = datetime.now(UTC) if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(moment + self.site.clock_skew, usegmt=True)


class _Addresses(Map):
    """The addresses below a wwwroot, the same at every site: worked out for the first of a process."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._known: set[tuple[str, str, frozenset[str]]] = set()

    def add(self, rulefactory: RuleFactory) -> None:
        """Take a rule in, unless it is here."""
        for rule in rulefactory.get_rules(self):
            known = (rule.rule, str(rule.endpoint), frozenset(rule.methods or ()))
            if known not in self._known:
                super().add(rule)
                self._known.add(known)


_ADDRESSES = _Addresses()


class Simulator:
    """One simulated Moodle; start it, use `url` and `token`, change `world`, break it with `faults`.

    `version` is "4.1", "4.5" or "5.1"; `zone` is the server's IANA time zone. With port 0 the first start
    picks a free port and keeps it for later starts. `lti` is the site's LTI side; its signing key is made on
    first use unless one is given; `plugin` has local_coilbridge installed. Raises KeyError for an unknown
    version, and OSError from `start()` when the port is taken. Also a context manager.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        version: str = "4.5",
        name: str = "Univerzitet u Beogradu",
        zone: str = "Europe/Belgrade",
        host: str = "127.0.0.1",
        port: int = 0,
        lti_key: RSAPrivateKey | None = None,
        plugin: bool = False,
    ) -> None:
        self.world = World() if world is None else world
        self.site = Site(name, zone, RELEASES[version])
        self.site.plugin.version = OLDEST_PLUGIN if plugin else 0
        self.world.courses[SITE_COURSE].fullname = name
        self.token = self.world.add_token(self.world.service_user, secrets.token_hex(16)).value
        self.faults = Faults(self._refuse_connections)
        self.lti = Lti(Platform(self.world, self.site, SigningKey(lti_key)))
        self._traffic = Traffic(self.world.clock)
        self._host, self._port = host, port
        self._lock = threading.Lock()
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._reserved: socket.socket | None = None
        self._app = self._build()

    @property
    def url(self) -> str:
        """The site's wwwroot, without a final slash; complete once started."""
        return self.site.url

    @property
    def calls(self) -> tuple[LoggedCall, ...]:
        """The web service calls answered so far."""
        return self._traffic.calls

    @property
    def peak(self) -> int:
        """The most web service requests that were in hand at the same time."""
        return self._traffic.peak

    def start(self) -> Simulator:
        """Listen; returns when connections are accepted. Raises OSError when the port is taken."""
        with self._lock:
            if self._server is None:
                self._listen(self._bind())
        return self

    def stop(self) -> None:
        """Stop listening and let hanging requests go."""
        self.faults.clear()
        with self._lock:
            self._close()

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _bind(self) -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((self._host, self._port))
        except OSError:
            bound.close()
            raise
        self._port = bound.getsockname()[1]
        self.site.url = f"http://{self._host}:{self._port}"
        # Cookies ignore ports: without a name of its own each site would sign people out of the others.
        self._app.config["SESSION_COOKIE_NAME"] = f"MoodleSession{self._port}"
        return bound

    def _listen(self, bound: socket.socket) -> None:
        with bound:  # the server works on a duplicate of the descriptor
            bound.listen(128)
            self._server = make_server(
                self._host,
                self._port,
                self._app,
                threaded=True,
                request_handler=type("SiteHandler", (_Handler,), {"site": self.site}),
                fd=bound.fileno(),
            )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name=f"moodle-{self._port}", daemon=True
        )
        self._thread.start()

    def _close(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server = self._thread = None
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None

    def _refuse_connections(self, refuse: bool) -> None:
        with self._lock:
            if refuse and self._server is not None:
                self._close()
                # Bound but not listening: the kernel refuses connections and nobody else gets the port.
                self._reserved = self._bind()
            elif not refuse and self._reserved is not None:
                bound, self._reserved = self._reserved, None
                self._listen(bound)

    def _build(self) -> Flask:
        app = Flask("connectors.moodle.simulator", static_folder=None)
        app.url_map = _ADDRESSES
        # A reset is an exception that has to get past Flask; a real mistake should be seen as well.
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.secret_key = secrets.token_bytes(32)
        app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
        pages = Pages(self.world, self.site, self.lti.platform)
        app.register_blueprint(pages.blueprint())
        for blueprint in lti_blueprints(self.lti, pages, self.faults):
            app.register_blueprint(blueprint)
        app.register_blueprint(NoLogin(self.site, self.faults).blueprint())
        app.register_blueprint(Endpoint(self.world, self.site, self.faults, self._traffic).blueprint())
        app.before_request(self._own_address_only)
        return app

    def _own_address_only(self) -> AnyResponse | None:
        # A Moodle asked by another name than its wwwroot sends the browser there.
        if f"http://{request.host}" == self.site.url:
            return None
        path = request.full_path.rstrip("?") if self.site.release.at_least("4.5") else ""
        return redirect(self.site.url + path, 303)
