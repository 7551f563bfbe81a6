"""Click commands whose help and mistakes are in Dutch, from `prompts/nl/help.toml`."""

from __future__ import annotations

from typing import Any

import click


def _text(table: str, key: str) -> str:
    from assistant.reflecting.wording import prompts

    return prompts().wordings(f"help/{table}/{key}")[0]


def _table(ctx: click.Context) -> str:
    """Return the table of a command: its name, behind that of its group where that is not `verbonden` itself."""
    names: list[str] = []
    here: click.Context | None = ctx
    while here is not None and (here.parent is not None or not names):
        names.insert(0, str(here.command.name))
        here = here.parent
    return "_".join(names)


class DutchCommand(click.Command):
    """A command with its help in `prompts/nl/help.toml`, in the table of its name ("journal_list" in a group)."""

    def get_help_option(self, ctx: click.Context) -> click.Option:
        """Return `--help` with a Dutch explanation."""

        def show(context: click.Context, _: click.Parameter, value: bool) -> None:
            if value:
                click.echo(context.get_help(), color=context.color)
                context.exit()

        return click.Option(["--help"], is_flag=True, is_eager=True, expose_value=False, callback=show)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how to call it."""
        arguments = [p.make_metavar(ctx) for p in self.get_params(ctx) if isinstance(p, click.Argument)]
        hint = _text("headings", "command_hint") if isinstance(self, click.Group) else " ".join(arguments)
        formatter.write_usage(ctx.command_path, hint, prefix=_text("headings", "usage") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what it does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_text(_table(ctx), "about"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its options."""
        rows = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                rows.append((record[0], _text(_table(ctx), str(param.name))))
        with formatter.section(_text("headings", "options")):
            formatter.write_dl(rows)


class DutchGroup(DutchCommand, click.Group):
    """A group of such commands; without a command it runs `default`."""

    command_class = DutchCommand
    default = "reflect"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front where none is named."""
        own = {"--help", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its options and its commands."""
        super().format_options(ctx, formatter)
        own = "" if ctx.parent is None else f"{_table(ctx)}_"
        rows = [(name, _text(own + name, "about")) for name in self.list_commands(ctx)]
        with formatter.section(_text("headings", "commands")):
            formatter.write_dl(rows)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Return the command named; raises a usage error that knows the name."""
        if args and self.get_command(ctx, args[0]) is None:
            raise NoSuchCommand(args[0], ctx)
        return super().resolve_command(ctx, args)


class NoSuchCommand(click.UsageError):
    """A command that does not exist."""

    def __init__(self, command: str, ctx: click.Context) -> None:
        super().__init__(command, ctx)
        self.command = command


def mistake(error: click.ClickException) -> str:
    """Return the Dutch line for a wrong call."""
    from assistant.reflecting.wording import prompts

    if isinstance(error, NoSuchCommand):
        return prompts().say("help/mistakes/no_such_command", command=error.command, help=_help(error))
    if isinstance(error, click.NoSuchOption):
        return prompts().say("help/mistakes/no_such_option", option=error.option_name, help=_help(error))
    if isinstance(error, click.MissingParameter):
        what = error.param.human_readable_name if error.param else ""
        return prompts().say("help/mistakes/missing", what=what, help=_help(error))
    if isinstance(error, click.BadOptionUsage):
        return prompts().say("help/mistakes/bad_value", option=error.option_name, help=_help(error))
    if isinstance(error, click.BadParameter):
        option = error.param.opts[0] if error.param else ""
        return prompts().say("help/mistakes/bad_value", option=option, help=_help(error))
    return prompts().say("help/mistakes/other", help=_help(error))


def _help(error: click.ClickException) -> str:
    """Return what to type for the explanation of the command that was called wrongly, as "verbonden journal --help"."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    names: list[str] = []
    while ctx is not None and ctx.parent is not None:
        names.insert(0, str(ctx.command.name))
        ctx = ctx.parent
    return " ".join(("verbonden", *names, "--help"))
