"""Where objects are put together: ``services`` knows nothing of the web, ``pages`` is the web."""
