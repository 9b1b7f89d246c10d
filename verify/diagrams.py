"""Mermaid's text as klo prints it, read independently of klo: boxes with what is written in them, and lines."""

import html
import re
from dataclasses import dataclass, field

OPEN = {"[(": "data", "[[": "channel", "([": "outside", "{{": "value", "[": "unit"}
NODE = re.compile(r'^(n_\w+)(\[\(|\[\[|\(\[|\{\{|\[)"(.*)"[\])}]+$')
LINE = re.compile(r"^(n_\w+) (==>|-\.->|--o|-->)\|([^|]+)\| (n_\w+)$")
STYLES = re.compile(r"^(flowchart (LR|TB)|subgraph g_\w+\[\" \"\]|end|(linkStyle|classDef|class) .+)$")


@dataclass
class Diagram:
    """One picture: the text in each box, and lines as (from, arrow, label, to)."""

    text: str
    comments: list[str]
    boxes: dict[str, list[str]] = field(default_factory=dict)
    looks: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[str, str, str, str]] = field(default_factory=list)

    def named(self, sort: str, name: str) -> list[str]:
        """The boxes that name something of a sort: `database` and `orders`."""
        several = re.compile(rf"\d+ {re.escape(sort.split(' ')[0])}s{re.escape(sort[len(sort.split(' ')[0]):])}")
        return [
            symbol
            for symbol, text in self.boxes.items()
            if text[:2] == [sort, name] or (several.fullmatch(text[0]) and name in text[1:])
        ]


def read(text: str) -> list[Diagram]:
    """The diagrams in what `klo graph --format mermaid` printed, each with the comments above it."""
    found: list[Diagram] = []
    comments: list[str] = []
    for line in text.splitlines():
        if line.startswith("%% "):
            comments.append(line[3:])
            continue
        if line.startswith("flowchart "):
            found.append(Diagram("", comments))
            comments = []
        found[-1].text += line + "\n"
        line = line.strip()
        if node := NODE.match(line):
            symbol, shape, label = node.groups()
            found[-1].boxes[symbol] = [html.unescape(part.replace("#", "&#")) for part in label.split("<br/>")]
            found[-1].looks[symbol] = OPEN[shape]
        elif edge := LINE.match(line):
            found[-1].lines.append(edge.groups())
        else:
            assert STYLES.match(line), line
    return found


def in_markdown(page: str) -> list[str]:
    """The Mermaid blocks of a page."""
    return re.findall(r"^```mermaid\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
