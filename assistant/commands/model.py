"""`verbonden model`: the real speech model in one command. The only command that uses the network."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from assistant.dutch_help import DutchGroup
from assistant.trouble import ExitCode, Trouble


class ModelGroup(DutchGroup):
    """`verbonden model`; without a subcommand it lists the models."""

    default = "list"


@click.group(cls=ModelGroup, name="model")
def model() -> None:
    """Fetch, choose and remove speech models."""


@model.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_models(as_json: bool) -> None:
    """Show the published models and those on this machine, without a network."""
    models = [_described(name) for name in _names()]
    if as_json:
        from assistant.fetching.catalogue import catalogue

        known = catalogue()
        click.echo(json.dumps({"recorded": known.recorded, "source": known.source, "models": models}))
        return
    for each in models:
        click.echo(_shown(each))
    click.echo("\n" + _footer())


def _names() -> list[str]:
    """Return every model there is to speak of: published, the bundled one, and others that were installed."""
    from assistant.fetching.catalogue import catalogue
    from assistant.hearing import store

    published = [entry.name for entry in catalogue().entries]
    others = [each.name for each in store.installed() if each.name not in published]
    return [*published, *others, store.bundled_name()]


def _described(name: str) -> dict[str, Any]:
    """Return what `list` says of one model."""
    from assistant.fetching.catalogue import catalogue
    from assistant.hearing import store

    entry, here = catalogue().find(name), store.find(name)
    bundled = name == store.bundled_name()
    licence = entry.licence if entry else "Apache-2.0" if bundled else here.note.get("licence") if here else None
    return {
        "name": name,
        "megabytes": entry.megabytes if entry else None,
        "licence": licence,
        "non_commercial": entry.non_commercial if entry else None,
        "wer": dict(entry.wer) if entry else None,
        "advised": bool(entry and entry.advised),
        "installed": here is not None or bundled,
        "bundled": bundled,
        "in_use": name == _in_use(),
    }


def _in_use() -> str | None:
    """Return the name of the model that would hear now; None where the one that was asked for is not right."""
    from assistant.hearing.model import choose
    from assistant.settings import load

    try:
        return choose(None, os.environ, load().model).name
    except Trouble:
        return None


def _shown(each: dict[str, Any]) -> str:
    """Return the lines about one model."""
    marks = [_say(f"list/{mark}") for mark in ("in_use", "advised") if each[mark]]
    if each["installed"] and not each["in_use"]:
        marks.append(_say("list/bundled" if each["bundled"] else "list/installed"))
    lines = [each["name"] + (f" ({', '.join(marks)})" if marks else "")]
    if each["bundled"]:
        lines.append("  " + _say("list/about_bundled"))
        return "\n".join(lines)
    size = _say("list/size", megabytes=str(each["megabytes"])) if each["megabytes"] else _say("list/no_size")
    licence = each["licence"] or _say("list/no_licence")
    kind = "non_commercial" if each["non_commercial"] else "free" if each["non_commercial"] is False else "own"
    lines.append("  " + _say(f"list/{kind}", size=size, licence=licence))
    if each["wer"]:
        errors = {key: f"{value:g}".replace(".", ",") for key, value in each["wer"].items()}
        lines.append("  " + _say("list/wer", **errors))
    return "\n".join(lines)


def _footer() -> str:
    from assistant.fetching.catalogue import catalogue

    known = catalogue()
    year, month, day = known.recorded.split("-")
    return _say("list/footer", date=f"{int(day)}-{int(month)}-{year}", source=known.source, name=known.advised.name)


@model.command()
@click.argument("name", metavar="NAAM")
@click.option("--yes", is_flag=True)
def install(name: str, yes: bool) -> None:
    """Fetch a published model, check it, unpack it and use it from now on."""
    from assistant.fetching import install as fetching
    from assistant.hearing import store

    if store.find(name) or name == store.bundled_name():
        store.use(name)
        tell("installed/already", name=name)
        return
    agree(name, yes)
    with progress_bar() as progress:
        placed = fetching.install(name, progress, lambda what: tell(f"install/{what}"))
    _told_of(placed.name, placed.note)


def agree(name: str, yes: bool) -> None:
    """Say what a model's licence allows and ask where it does not allow everything; raises Trouble not_agreed."""
    from assistant.fetching.catalogue import catalogue

    entry = catalogue().find(name)
    if entry and not entry.non_commercial:
        tell("install/free", name=name, megabytes=str(entry.megabytes), licence=entry.licence)
        return
    if entry:
        tell("install/non_commercial", name=name, megabytes=str(entry.megabytes), licence=entry.licence)
    else:
        tell("install/unknown_licence", name=name)
    if not yes and not asked("install/agree"):
        raise Trouble("not_agreed", ExitCode.NOT_AGREED, name=name)


def asked(key: str) -> bool:
    """Ask a question that is answered with yes or no; where nobody can answer: no."""
    if not sys.stdin.isatty():
        return False
    answer = click.prompt(_say(key), default="", show_default=False, err=True, prompt_suffix=" ")
    return str(answer).strip().lower() in {"j", "ja"}


def _told_of(name: str, note: Any) -> None:
    from assistant.settings import load

    tell("installed/ready", name=name, sha256=str(note.get("sha256")))
    chosen = load().model
    if chosen is not None or os.environ.get("VERBONDEN_MODEL"):
        tell("installed/but", model=os.environ.get("VERBONDEN_MODEL") or str(chosen))


@contextmanager
def progress_bar() -> Iterator[Any]:
    """Give what a download calls with the bytes that are there and that there will be: a bar on a terminal."""
    bars: list[Any] = []

    def progress(there: int, whole: int) -> None:
        if not sys.stderr.isatty():
            if not bars:
                bars.append(None)
                tell("install/fetching", megabytes=str(round(whole / 1e6)))
            return
        if not bars and there >= whole:
            return
        if not bars:
            form = {"file": sys.stderr, "show_pos": False, "width": 30, "fill_char": "█", "empty_char": "·"}
            bars.append(click.progressbar(length=whole, label=_say("install/bar"), **form))  # type: ignore[arg-type]
            bars[0].__enter__()
        bars[0].update(there - bars[0].pos)
        if there >= whole:
            bars.pop().render_finish()

    try:
        yield progress
    finally:
        if bars and bars[0] is not None:
            bars[0].render_finish()


@model.command("import")
@click.argument("archive", type=click.Path(path_type=Path), metavar="BESTAND.zip")
def import_archive(archive: Path) -> None:
    """Take a model from a zip file at hand, without a network."""
    from assistant.fetching import install as fetching

    placed = fetching.import_archive(archive, lambda what: tell(f"install/{what}"))
    _told_of(placed.name, placed.note)


@model.command()
@click.argument("name", metavar="NAAM")
def use(name: str) -> None:
    """Choose which of the models on this machine hears."""
    from assistant.hearing import store

    store.use(name)
    tell("installed/used", name=name)
    if _in_use() != name:
        from assistant.settings import load

        tell("installed/but", model=os.environ.get("VERBONDEN_MODEL") or str(load().model))


@model.command()
@click.argument("name", metavar="NAAM")
@click.option("--yes", is_flag=True)
def remove(name: str, yes: bool) -> None:
    """Delete a model from this machine."""
    from assistant.hearing import store

    found = store.find(name)
    if name == store.bundled_name():
        raise Trouble("bundled_stays", ExitCode.BAD_INPUT, name=name)
    if found is None:
        raise Trouble("not_installed", ExitCode.NO_MODEL, name=name)
    if not yes and not asked("remove/sure"):
        raise Trouble("not_removed", ExitCode.NOT_AGREED, name=name)
    store.remove(name)
    tell("remove/done", name=name, used=_in_use() or "?")


@model.command()
@click.option("--json", "as_json", is_flag=True)
@click.option("--model", "option", type=click.Path(path_type=Path), metavar="MAP")
def info(as_json: bool, option: Path | None) -> None:
    """Say which model hears, and why this one."""
    from assistant.fetching.catalogue import catalogue
    from assistant.hearing import store
    from assistant.hearing.model import choose
    from assistant.settings import load

    chosen = choose(option, os.environ, load().model)
    found = store.find(chosen.name)
    note = found.note if found and found.path == chosen.path else {}
    entry = catalogue().find(chosen.name)
    licence = note.get("licence") or (entry.licence if entry else "Apache-2.0" if chosen.bundled else None)
    size = store.size(chosen.path)
    if as_json:
        facts: dict[str, Any] = {"name": chosen.name, "path": str(chosen.path), "reason": chosen.reason.value}
        facts |= {"bundled": chosen.bundled, "bytes": size, "licence": licence}
        facts |= {"wer": dict(entry.wer) if entry else None, "sha256": note.get("sha256")}
        facts |= {"origin": note.get("origin"), "installed": note.get("installed")}
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(_say("info/name", name=chosen.name))
    click.echo(_say("info/path", path=str(chosen.path), megabytes=str(max(1, round(size / 1e6)))))
    click.echo(_say(f"info/{chosen.reason.value}"))
    if licence:
        click.echo(_say("info/licence", licence=licence))
    if note.get("sha256"):
        click.echo(_say("info/sha256", sha256=note["sha256"]))
    if chosen.bundled:
        click.echo(_say("list/about_bundled"))


def _say(key: str, **values: Any) -> str:
    from assistant.reflecting.wording import prompts

    return prompts().say(f"model/{key}", **values)


def tell(key: str, **values: str) -> None:
    """Show one line of `prompts/nl/model.toml`."""
    from assistant.conversation.screen import wrapped

    click.echo(wrapped(_say(key, **values)), err=True)
