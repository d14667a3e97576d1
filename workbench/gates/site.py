"""Data Docs as a static site that works without internet: the library's pages, freed of everything that they would
fetch from elsewhere, below an index of our own.

The pages ask five services for bootstrap, bootstrap-table, a date picker, Font Awesome, jQuery, popper and vega, and
one more for a logo. Scripts are taken out: they sort and fold, and only the library's index needs them to say anything
at all. Style comes from one sheet of ours.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from workbench.gates.door import Judgement
from workbench.gates.judging import VERDICTS, Court
from workbench.words import label, sentence

_SCRIPT = re.compile(r"<script\b.*?</script\s*>", re.DOTALL | re.IGNORECASE)
_FETCHED = re.compile(
    r"<(?:link|img|source|iframe|embed)\b[^>]*?\b(?:href|src)\s*=\s*[\"'](?:https?:)?//[^>]*>", re.IGNORECASE
)
_FOOTER = re.compile(r"<footer\b.*?</footer\s*>", re.DOTALL | re.IGNORECASE)
_AWAY = re.compile(r"<a\b[^>]*\bhref\s*=\s*[\"'](?:https?:)?//[^>]*>(.*?)</a\s*>", re.DOTALL | re.IGNORECASE)
_URL = re.compile(r"url\(\s*['\"]?(?:https?:)?//[^)]*\)", re.IGNORECASE)
_CLICKED = re.compile(r"\s(?:onclick|data-toggle|data-target)\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_CLASSES = {"fail": "bad", "error": "bad", "warn": "soso"}
# Pictures of the library's tutorials, which our pages do not show.
_LEFT_OUT = ("static/images", "static/fonts")

STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #b3261e; --soso: #8a5a00; --good: #1b6e3c; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --soso: #ffca6b; --good: #80d8a0; } }
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 0 auto;
  max-width: 76rem; padding: 1rem 1.5rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
a { color: inherit; } h1 { font-size: 1.4rem; } .alert { border-left: 4px solid var(--line); padding: .2rem .8rem; }
.bad, .text-danger { color: var(--bad); font-weight: 600; } .soso, .text-warning { color: var(--soso); }
.text-success { color: var(--good); } .fa-check-circle::before { content: "✔"; } .fa-times::before { content: "✘"; }
.fa-exclamation-triangle::before, .fa-exclamation::before { content: "!"; }
.btn, .btn-group, .sticky, .cooltip .top, .modal, .invisible { display: none; }
nav ol { list-style: none; padding: 0; display: flex; gap: .8rem; } .badge { border: 1px solid; padding: 0 .3rem; }
"""


def publish(court: Court, folder: Path, judgements: Sequence[Judgement], heading: str, language: str) -> str:
    """Write the site anew into `folder`; what went wrong, empty where nothing did, and then the old one stays."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    fault = court.publish(draft)
    if fault:
        return fault
    for path in draft.rglob("*.html"):
        depth = len(path.relative_to(draft).parts) - 1
        path.write_text(_freed(path.read_text(encoding="utf-8"), "../" * depth), encoding="utf-8")
    for path in draft.rglob("*.css"):
        path.write_text(_URL.sub("none", path.read_text(encoding="utf-8")), encoding="utf-8")
    for part in _LEFT_OUT:
        shutil.rmtree(draft / part, ignore_errors=True)
    (draft / "workbench.css").write_text(STYLE, encoding="utf-8")
    (draft / "index.html").write_text(_index(draft, judgements, heading, language), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return ""


def _freed(text: str, root: str) -> str:
    """A page that asks nobody for anything."""
    for pattern in (_SCRIPT, _FOOTER, _FETCHED, _CLICKED):
        text = pattern.sub("", text)
    text = _AWAY.sub(r"\1", text)
    text = _URL.sub("none", text)
    text = re.sub(r"<link\b[^>]*icon[^>]*>", "", text)
    return text.replace("</head>", f'<link rel="stylesheet" href="{root}workbench.css">\n</head>', 1)


def _index(folder: Path, judgements: Sequence[Judgement], heading: str, language: str) -> str:
    """What was judged, the gravest first, each with what was wrong and a link to its page."""
    pages = {path.parts[-3]: path.relative_to(folder).as_posix() for path in folder.glob("validations/**/*.html")}
    rows = []
    for one in sorted(judgements, key=lambda j: VERDICTS.index(j.verdict)):
        name = html.escape(one.name)
        page = pages.get(one.batch)
        link = f'<a href="{html.escape(page)}">{name}</a>' if page else name
        said = [j for verdict in ("fail", "error", "warn") for j in one.having(verdict)]
        why = "<br>".join(f'<span class="{_CLASSES[j.verdict]}">{html.escape(j.said(language))}</span>' for j in said)
        verdict = f'<span class="{_CLASSES.get(one.verdict, "")}">{html.escape(label(one.verdict, language))}</span>'
        counts = f'<td class="n">{sum(j.verdict != "not_applicable" for j in one.judged):,}</td>'
        rows.append(
            f"<tr><td>{link}</td><td>{html.escape(one.table)}</td><td>{verdict}</td>{counts}<td>{why}</td></tr>"
        )
    names = [label(n, language) for n in ("file", "table_name", "status", "tested", "why")]
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "\n".join(rows) or f'<tr><td colspan="5">{html.escape(sentence("nothing_judged", language))}</td></tr>'
    title = html.escape(heading)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="workbench.css"></head>'
        f"<body><h1>{title}</h1>\n<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></body></html>\n"
    )
