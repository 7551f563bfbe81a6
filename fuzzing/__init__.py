"""Fuzzing of everything that reads from outside: `python -m fuzzing --help`."""
