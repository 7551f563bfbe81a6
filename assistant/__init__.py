"""Verbonden: listens, offline and in Dutch, to somebody who has had a row with their partner."""

__version__ = "0.1.0"
