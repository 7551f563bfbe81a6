"""The child process in which `model.py` tries a model: `python -m assistant.hearing.trial FOLDER`.

Exit code 0 means that the model loaded and heard a second of sound; a broken one ends the process.
"""

from __future__ import annotations

import sys
from pathlib import Path

SECONDS = 2
RATE = 16000


def main(folder: Path) -> None:
    """Load the model and let it hear something like a voice: a buzz that comes and goes."""
    import numpy as np
    import vosk

    vosk.SetLogLevel(-1)
    recogniser = vosk.KaldiRecognizer(vosk.Model(str(folder)), float(RATE))
    recogniser.SetWords(True)
    time = np.arange(SECONDS * RATE) / RATE
    buzz = sum(np.sin(2 * np.pi * 120 * overtone * time) / overtone for overtone in range(1, 30))
    sound = 0.05 * buzz * (np.sin(2 * np.pi * 3 * time) > 0)
    recogniser.AcceptWaveform((sound * 32767).astype("<i2").tobytes())
    recogniser.FinalResult()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
