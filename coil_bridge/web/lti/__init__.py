"""The pages of the LTI 1.3 tool: login, launch, keys, registration, and what follows them."""
