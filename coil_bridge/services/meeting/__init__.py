"""The rooms of joint sessions and the way in."""
