"""What each form may hold: one marshmallow schema a form, one file a noun."""
