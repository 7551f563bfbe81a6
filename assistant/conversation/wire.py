"""What was heard, read and said as plain values, for `--json` (docs/json.md)."""

from __future__ import annotations

from assistant.conversation.script import Heard, Say
from assistant.hearing.transcript import Transcript
from assistant.reflecting.reflection import Reflection
from assistant.understanding import Reading


def answer_json(heard: Heard, said: Say) -> dict[str, object]:
    """Return one answer: what was heard, how it was read, what is said."""
    reading = None if said.reading is None else reading_json(said.reading)
    return {"heard": heard_json(heard), "reading": reading, "reflection": reflection_json(said.reflection)}


def reflection_json(reflection: Reflection) -> dict[str, object]:
    """Return what is said, with the keys of its prompts."""
    return {"kind": reflection.kind, "lines": list(reflection.lines), "keys": list(reflection.keys)}


def heard_json(heard: Heard) -> dict[str, object]:
    """Return what was heard: text, whether it was heard surely enough, words."""
    text = heard.transcript.text or heard.text
    return {"text": text, "sure": heard.sure, "words": words_json(heard.transcript)}


def words_json(transcript: Transcript) -> list[dict[str, object]]:
    """Return words with start and end in seconds and confidence from 0 to 1."""
    return [
        {
            "text": w.text,
            "start": round(w.start, 3),
            "end": round(w.end, 3),
            "confidence": round(w.confidence, 3),
        }
        for w in transcript.words
    ]


def reading_json(reading: Reading) -> dict[str, object]:
    """Return a reading in the terms of accounts/SCHEMA.md, with confidence, question and evidence."""
    return {
        "pattern": reading.pattern,
        "teller": reading.teller,
        "partner": reading.partner,
        "topic": reading.topic,
        "fears": list(reading.fears),
        "step": reading.step,
        "safety": reading.safety,
        "confidence": {key: round(value, 3) for key, value in reading.confidence.items()},
        "question": reading.question,
        "evidence": [
            {"conclusion": e.conclusion, "rule": e.rule, "words": e.words, "start": e.start, "end": e.end}
            for e in reading.evidence
        ],
    }
