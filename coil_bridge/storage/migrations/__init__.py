"""The schema's history, for Alembic; run through ``coil_bridge.storage.migrate``."""
