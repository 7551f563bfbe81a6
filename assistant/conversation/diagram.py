"""A script as a picture: Mermaid, which GitHub and most editors draw from plain text."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.conversation.states import Conditions, Script, State

LONGEST_LABEL = 90


def mermaid(script: Script) -> str:
    """Return a script as a Mermaid flowchart: rounded states ask, double ones end."""
    lines = ["flowchart TD"]
    for state in script.states.values():
        lines.append(f"    {state.name}{_box(state)}")
    for state in script.states.values():
        lines += _ways(state)
    for when in script.when:
        label = f"{when.fact}, na {when.most} keer" if when.most else when.fact
        if when.after:
            lines.append(f'    anywhere(["op elk moment"]) -. "{label}" .-> {when.after}')
    return "\n".join(lines) + "\n"


def page(script: Script) -> str:
    """Return the page of `docs/` that shows a script, with all that it says."""
    about = (
        f"# The script `{script.name}`\n\nDrawn by `python tools/draw_scripts.py` from"
        f" `prompts/nl/scripts/{script.name}.toml`; a test checks that it is up to date.\n"
        f"At most {script.most_questions} questions; at most {script.most_answers}"
        " answers, commands aside, before it ends by itself.\n"
    )
    return f"{about}\n```mermaid\n{mermaid(script)}```\n"


def _box(state: State) -> str:
    texts = [line.wordings[0] for line in (*state.say, *state.ask)]
    text = texts[-1] if state.listens else texts[0] if texts else state.name
    if len(text) > LONGEST_LABEL:
        text = text[:LONGEST_LABEL].rsplit(" ", 1)[0] + " …"
    label = text.replace('"', "'").replace("{", "‹").replace("}", "›")
    if state.end:
        return f'[["{label}"]]'
    return f'("{label}")' if state.listens else f'["{label}"]'


def _ways(state: State) -> Iterator[str]:
    for way in state.next:
        label = _label(way.conditions)
        yield f"    {state.name} --> " + (f'|"{label}"| ' if label else "") + way.to


def _label(conditions: Conditions) -> str:
    written = [condition.written.replace("|", " of ").replace("not ", "geen ") for condition in conditions]
    return " en ".join(f"({each})" if " of " in each and len(written) > 1 else each for each in written)
