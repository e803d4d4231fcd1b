"""The web server: gunicorn with the application."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication

from coil_bridge.app import create_app
from coil_bridge.settings import Settings


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no annotations
    """gunicorn, configured by our settings and nothing else."""

    def __init__(self, chosen: Settings) -> None:
        self._chosen = chosen
        super().__init__()

    def load_config(self) -> None:
        """Take over what the settings say."""
        for name, value in {
            "bind": self._chosen.listen,
            "workers": self._chosen.web_workers,
            "threads": self._chosen.web_threads,
            "worker_class": "coil_bridge.commands.gathering.GatheringWorker",
            "proc_name": "coil-bridge",
            "control_socket_disable": True,  # it would lie in the home folder of whoever runs us
            "timeout": 60,
            "graceful_timeout": 20,
            "max_requests": 20_000,
            "max_requests_jitter": 2_000,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made in each worker process after the fork."""
        return create_app(self._chosen)
