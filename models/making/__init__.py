"""The maker of the bundled Dutch speech model: text and espeak-ng in, a folder in Vosk's format out.

Nothing in here is needed when the assistant runs. See README.md.
"""
