"""Commands with a module of their own; each is one call from `cli.py`."""
