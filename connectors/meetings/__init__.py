"""Meeting services behind one protocol: BigBlueButton, Jitsi, and links that somebody has pasted."""
