"""The WSGI entry: ``gunicorn wsgi:application``, with the settings of this machine."""

import os

from coil_bridge.app import create_app
from coil_bridge.logs import write_json_logs
from coil_bridge.settings import load_settings

write_json_logs()
application = create_app(load_settings(os.environ))
