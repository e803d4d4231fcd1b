"""People: who runs the consortium, signing in, sessions of browsers, what is held on somebody."""
