"""The manual page, generated from the commands themselves: `thanhuy --man > thanhuy.1`. Its markup is man(7)."""

import re
from collections.abc import Iterator

import click

from crawler import __version__
from crawler.cli.exits import Exit


def format_manual(group: click.Group, headings: dict[str, dict[str, str]]) -> str:
    """The page: what the program is, each verb with its options, the exit codes, the environment. Costs importing
    every verb.
    """
    context = click.Context(group, info_name="thanhuy")
    lines = [f'.TH THANHUY 1 "" "thanhuy-archive {__version__}"', ".SH NAME", r"thanhuy \- archive thanhuytphcm.vn"]
    lines += [".SH SYNOPSIS", r".B thanhuy", r"\fIVERB\fR [\fIOPTION\fR]...", ".SH DESCRIPTION"]
    lines += _text(group.help or "")
    for heading, verbs in headings.items():
        lines.append(f".SH {_escape(heading.upper())}")
        for verb in verbs:
            command = group.get_command(context, verb)
            assert command is not None
            lines += _verb(command, click.Context(command, info_name=verb, parent=context))
    lines.append(".SH EXIT STATUS")
    for code in Exit:
        lines += [".TP", rf".B {code.value}", _escape(code.says)]
    lines += [".SH ENVIRONMENT"]
    lines += [".TP", r".B THANHUY_\fINAME\fR", "The value of the option of that name of crawl and refresh."]
    lines += [".TP", ".B THANHUY_SEAL_PASSPHRASE", "The passphrase of the key that seals."]
    lines += [".TP", ".B THANHUY_DEBUG", "A traceback where an error was unexpected."]
    lines += [".TP", ".B TMPDIR", "Where temporary files go.", ".SH SEE ALSO", ".BR wayback (1)"]
    return "\n".join(lines) + "\n"


def _verb(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS thanhuy {context.info_name} {_escape(usage)}"
    yield from _text(command.help or "")
    for option in command.params:
        record = option.get_help_record(context)
        if record is not None:
            yield from (".TP", rf".B {_escape(record[0])}", _escape(record[1]))


def _text(text: str) -> Iterator[str]:
    """Paragraphs; one that begins with a backspace (click's mark) stands as it is."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if paragraph.lstrip().startswith("\b"):
            lines = paragraph.replace("\b", "").strip("\n").splitlines()
            yield from (".PP", ".nf", *(_escape(line.strip()) for line in lines if line.strip()), ".fi")
        else:
            yield from (".PP", _escape(" ".join(paragraph.split())))


def _escape(text: str) -> str:
    """Text as roff takes it: no line of it is a request, and each dash is one that can be copied."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{text}" if text.startswith((".", "'")) else text
