"""The LTI 1.3 Advantage tool: registration, login, launch, deep linking, roster and grades.

A thin layer of our own on PyJWT: the ready-made libraries accept launches that must be refused (missing
``exp``, foreign ``azp``, another state's nonce). No Flask in here; pages are in ``coil_bridge.web``.
"""
