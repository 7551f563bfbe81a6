"""From what an engine renders to what is pleasant to hear: even loudness, soft edges, pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.hearing.sound import to_pcm, to_samples

if TYPE_CHECKING:
    from assistant.hearing.sound import Samples
    from assistant.speaking.rendering import SpokenSentence

LOUDNESS = 0.1
"""The root of the mean square of the speech itself: -20 dBFS, as usual for spoken sound."""
HIGHEST_PEAK = 0.85
"""-1.4 dBFS: no sample is clipped, whatever converts the rate afterwards."""
QUIET = 0.003
"""Below this (-50 dBFS) an engine is waiting, not speaking."""
EDGE_SECONDS = 0.03
FADE_SECONDS = 0.01

PAUSE = 0.53
PAUSE_AT_QUESTION = 0.77
"""To these come the edges of both sentences, up to 0.08 s: what is heard is 0.57 and 0.83 s."""


def pause_between(sentence: str, following: str) -> float:
    """Return for how many seconds to be silent between two sentences; longer before a question, and after one."""
    return PAUSE_AT_QUESTION if _asks(sentence) or _asks(following) else PAUSE


def _asks(sentence: str) -> bool:
    return sentence.rstrip(" \"'”’»)").endswith("?")


def shape(samples: Samples, rate: int) -> bytes:
    """Return rendered speech, shape (n,), as 16-bit samples: trimmed, evenly loud, faded in and out.

    Nothing but silence becomes nothing at all.
    """
    import numpy as np

    loud = np.flatnonzero(np.abs(samples) > QUIET)
    if not len(loud):
        return b""
    edge = int(EDGE_SECONDS * rate)
    speech = samples[max(0, loud[0] - edge) : loud[-1] + 1 + edge].astype(np.float32)
    speech *= _gain(speech)
    fade = min(int(FADE_SECONDS * rate), len(speech) // 2)
    ramp = np.linspace(0, 1, fade, endpoint=False, dtype=np.float32)
    speech[:fade] *= ramp
    speech[len(speech) - fade :] *= ramp[::-1]
    return to_pcm(speech)


def _gain(speech: Samples) -> float:
    import numpy as np

    voiced = speech[np.abs(speech) > QUIET]
    rms = float(np.sqrt(np.mean(voiced**2, dtype=np.float64)))
    return min(LOUDNESS / rms, HIGHEST_PEAK / float(np.abs(speech).max()))


def louder(pcm: bytes, volume: float) -> bytes:
    """Return 16-bit sound `volume` times as loud, never clipped: what is asked for beyond that is not given."""
    if volume == 1.0 or not pcm:
        return pcm
    import numpy as np

    samples = to_samples(pcm)
    most = HIGHEST_PEAK / max(1e-6, float(np.abs(samples).max()))
    return to_pcm((samples * min(volume, most)).astype(np.float32))


def soft_sound() -> SpokenSentence:
    """Return two soft tones that swell and die away, to announce a voice without startling anybody."""
    import numpy as np

    from assistant.speaking.rendering import SpokenSentence

    rate = 22050
    seconds = np.arange(int(1.6 * rate)) / rate
    sound = np.zeros(len(seconds))
    for start, pitch in ((0.0, 392.0), (0.45, 523.25)):
        since = np.clip(seconds - start, 0, None)
        sound += np.sin(2 * np.pi * pitch * since) * np.minimum(since / 0.06, 1) * np.exp(-since / 0.35)
    return SpokenSentence("", to_pcm((0.06 * sound).astype(np.float32)), rate, 0.3)
