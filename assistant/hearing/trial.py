"""The child process in which `model.py` tries a model: `python -m assistant.hearing.trial FOLDER`.

Exit code 0 means that the model loaded and heard something; a broken one ends the process.
"""

from __future__ import annotations

import sys
from pathlib import Path

RATE = 16000
BUZZ_SECONDS = 0.3
SILENCE_SECONDS = 0.5


def main(folder: Path) -> None:
    """Load the model and let it hear something like a vowel.

    Not longer: on two seconds of this, which no word fits, the search for words takes half a minute.
    """
    import numpy as np

    from assistant.hearing.library import vosk as load_vosk

    vosk = load_vosk()
    vosk.SetLogLevel(-1)
    recogniser = vosk.KaldiRecognizer(vosk.Model(str(folder)), float(RATE))
    recogniser.SetWords(True)
    time = np.arange(int(BUZZ_SECONDS * RATE)) / RATE
    overtone = np.arange(1, 30)[:, None]
    buzz = np.sum(np.sin(2 * np.pi * 120 * overtone * time) / overtone, axis=0)
    recogniser.AcceptWaveform((0.05 * buzz * 32767).astype("<i2").tobytes())
    recogniser.AcceptWaveform(bytes(2 * int(SILENCE_SECONDS * RATE)))
    recogniser.FinalResult()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
