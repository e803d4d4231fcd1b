"""The ``coil-bridge`` command, a file for each of its subjects; put together in ``coil_bridge.cli``."""
