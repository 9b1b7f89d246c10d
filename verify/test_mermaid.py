"""The pictures of graphs and the page for the reviewer: drawn by the real Mermaid in a real browser, and read
by a parser of Markdown that nobody here wrote."""

import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

import diagrams
import pytest
from browser import evaluate, goto, visit
from formats import package
from grown import grow
from stacks import TEST_APPS, apps
from tools import REPOSITORY, SCRATCH, compiled, klo, run

# What a page of GitHub's is wide enough for without shrinking letters of 16 pixels below 10.5, and
# what Mermaid takes by default.
WIDEST = 1340
MOST_TEXT, MOST_LINES = 50_000, 500
SIZES = (13, 60)
THEMES = ("default", "dark")

MEASURE = """async ([texts, theme]) => {
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme });
  const place = document.getElementById("here");
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return [left, top, right, bottom];
  };
  const shape = (node) => node.querySelector("rect, polygon, path, circle, .label-container") ?? node;
  const seen = [];
  for (const text of texts) {
    try {
      const { svg } = await mermaid.render("picture", text);
      place.innerHTML = svg;
      const drawn = place.querySelector("svg");
      const [, , width, height] = drawn.getAttribute("viewBox").split(" ").map(Number);
      drawn.style.maxWidth = "none";
      drawn.setAttribute("width", width);
      drawn.setAttribute("height", height);
      seen.push({
        width,
        height,
        scripts: drawn.querySelectorAll("script, img, a, iframe").length,
        nodes: [...drawn.querySelectorAll("g.node")].map((node) => ({
          text: node.querySelector(".nodeLabel, text").innerHTML.replace(/<br *\\/?>/g, "\\n").replace(/<\\/?(p|span|i|em|strong)[^>]*>/g, ""),
          box: box(shape(node)),
          label: box(node.querySelector(".nodeLabel, text")),
        })),
        labels: [...drawn.querySelectorAll(".edgeLabel .label, .edgeLabels .edgeLabel")].map(box).filter(([l, , r]) => r > l),
        lines: drawn.querySelectorAll("path.flowchart-link").length,
        groups: [...drawn.querySelectorAll("g.cluster rect")].map((frame) => getComputedStyle(frame).fill),
      });
    } catch (error) {
      seen.push({ error: String(error) });
    }
  }
  return seen;
}"""

PAGE = """(text) => {
  const place = document.getElementById("here");
  place.innerHTML = marked.parse(text, { gfm: true });
  const all = (selector) => [...place.querySelectorAll(selector)];
  return {
    headings: all("h1, h2, h3").map((heading) => heading.textContent),
    details: all("details").map((part) => ({
      summary: [...part.children].filter((child) => child.tagName === "SUMMARY").length,
      nested: part.querySelectorAll("details, h1, h2, h3").length,
      others: part.children.length - 1,
    })),
    ragged: all("table").filter((table) => new Set([...table.rows].map((row) => row.cells.length)).size !== 1).length,
    tables: all("table").length,
    open: all("table").filter((table) => !table.closest("details")).map((table) => table.rows.length),
    strays: all("p, li, summary").map((one) => one.textContent).filter((text) => /^\\s*\\||<\\/?(details|summary|b|code)>|^#+ /.test(text)),
    elements: [...new Set(all("*").map((one) => one.tagName.toLowerCase()))],
    items: all("li").map((one) => one.textContent),
  };
}"""


@pytest.fixture(scope="module")
def page() -> Path:
    modules = package("mermaid/package.json").parents[1]
    folder = SCRATCH / "mermaid"
    folder.mkdir(parents=True, exist_ok=True)
    scripts = [modules / "mermaid" / "dist" / "mermaid.min.js", modules / "marked" / "lib" / "marked.umd.js"]
    tags = "".join(f'<script src="{script.resolve().as_uri()}"></script>' for script in scripts)
    made = folder / "page.html"
    made.write_text(f"<!doctype html><meta charset=utf-8><title>x</title>{tags}<body><div id=here></div>")
    return made


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("grown")
    return {f"grown-{size}": grow(folder / f"grown-{size}", size) for size in SIZES}


APPS = [app.name for app in apps()] + [f"grown-{size}" for size in SIZES]


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest, grown: dict[str, Path]) -> Path:
    return grown.get(request.param) or next(app for app in apps() if app.name == request.param)


def graphs(app: Path) -> list[dict[str, Any]]:
    found = json.loads(run(klo(), "graph", str(app), "--quiet", cwd=REPOSITORY).stdout)
    return found if isinstance(found, list) else [found]


def pictures(app: Path, environment: str) -> list[diagrams.Diagram]:
    command = (klo(), "graph", str(app), "--env", environment, "--format", "mermaid", "--quiet")
    return diagrams.read(run(*command, cwd=REPOSITORY).stdout)


def overlaps(one: list[float], other: list[float], by: float = 1) -> bool:
    return (
        one[0] + by < other[2] and other[0] + by < one[2] and one[1] + by < other[3] and other[1] + by < one[3]
    )


def judge(text: str, seen: dict[str, Any], where: str) -> None:
    """One picture as it was drawn."""
    assert "error" not in seen, f"{where}: {seen.get('error')}\n{text}"
    [drawn] = diagrams.read(text)
    assert len(text) < MOST_TEXT and len(drawn.lines) < MOST_LINES, where
    assert seen["scripts"] == 0, where
    assert seen["lines"] == len(drawn.lines), where
    # Browsers show no space at the end of a line.
    told = sorted("\n".join(line.strip() for line in text) for text in drawn.boxes.values())
    shown = sorted(html.unescape(node["text"]) for node in seen["nodes"])
    assert shown == told, where
    assert seen["width"] <= WIDEST, f"{where} is {seen['width']} wide\n{text}"
    assert all(fill in ("none", "rgba(0, 0, 0, 0)") for fill in seen["groups"]), where
    for index, node in enumerate(seen["nodes"]):
        left, top, right, bottom = node["label"]
        outer = node["box"]
        inside = left >= outer[0] - 2 and right <= outer[2] + 2 and top >= outer[1] - 2 and bottom <= outer[3] + 2
        assert inside, f"{where}: {node} is larger than its box"
        for other in seen["nodes"][index + 1 :]:
            assert not overlaps(outer, other["box"]), f"{where}: {node} and {other}"


def test_mermaid_draws_every_picture(app: Path, page: Path) -> None:
    texts = {}
    for environment in sorted(compiled(app).iterdir()):
        if environment.is_dir():
            review = (environment / "REVIEW.md").read_text()
            texts |= {
                f"{environment.name}, {number}": text
                for number, text in enumerate(diagrams.in_markdown(review))
            }
            printed = [one.text for one in pictures(app, environment.name)]
            assert printed == diagrams.in_markdown(review)
    steps = [evaluate(MEASURE, [list(texts.values()), theme]) for theme in THEMES]
    saw = visit([goto(page), *steps])
    assert not saw.console
    assert all(address.startswith("file:") for address in saw.requests)
    assert texts
    for theme, answer in zip(THEMES, saw.answers[1:], strict=True):
        for (where, text), seen in zip(texts.items(), answer, strict=True):
            judge(text, seen, f"{app.name}, {where}, {theme}")


def sort_and_name(id: str) -> tuple[str, str]:
    """What stands in the box of an id."""
    other, _, own = id.rpartition(":")
    sort, _, name = own.partition(".")
    sort = {"config": "setting"}.get(sort, sort)
    return (f"{sort} of {other}" if other else sort, name)


def test_nothing_is_lost(app: Path) -> None:
    for graph in graphs(app):
        found = pictures(app, graph["environment"])
        parts = [one for one in found if not any(text[0].startswith("Part ") for text in one.boxes.values())]
        comments = "\n".join(comment for one in found for comment in one.comments)

        def boxes(one: diagrams.Diagram, id: str) -> list[str]:
            if id in ("internet", "internal"):
                return [symbol for symbol, text in one.boxes.items() if text == [id]]
            return one.named(*sort_and_name(id))

        listed = set(re.findall(r"[\w-]+\.[\w-]+", comments))
        for intent in graph["intents"]:
            id = intent["id"]
            assert any(boxes(one, id) for one in found) or id in listed, id
        told: dict[str, dict[str, int]] = {}
        for edge in graph["edges"]:
            ends, access = (edge["from"], edge["to"]), set(edge["access"])
            unit = [text for one in parts for symbol in boxes(one, ends[0]) for text in [one.boxes[symbol]]]
            if ends[0].startswith("schedule."):
                started = [one.boxes[symbol] for one in parts for symbol in boxes(one, ends[1])]
                assert any(re.match("at |on a schedule", line) for text in started for line in text[2:]), edge
            elif access == {"read"} and ends[1].split(".")[0] in ("secret", "config") and ":" not in ends[1]:
                kind = {"secret": "secret", "config": "setting"}[ends[1].split(".")[0]]
                told.setdefault(ends[0], {}).setdefault(kind, 0)
                told[ends[0]][kind] += 1
                assert ends[1] in listed and unit, edge
            else:
                drawn = [
                    set(label.split(", "))
                    for one in parts
                    for start, _, label, end in one.lines
                    if start in boxes(one, ends[0]) and end in boxes(one, ends[1])
                ]
                assert access in drawn, f"{edge} in {drawn}"
        for id, counts in told.items():
            words = [f"{number} {kind}{'s' * (number > 1)}" for kind, number in sorted(counts.items())]
            lines = [line for one in parts for symbol in boxes(one, id) for line in one.boxes[symbol][2:]]
            assert f"reads {', '.join(words)}" in lines, (id, lines)


def read_pages(page: Path, texts: list[str]) -> list[dict[str, Any]]:
    saw = visit([goto(page), *(evaluate(PAGE, text) for text in texts)])
    assert not saw.console
    return saw.answers[1:]


def judge_page(text: str, seen: dict[str, Any]) -> None:
    assert text.count("<details>") == text.count("</details>") == len(seen["details"])
    assert all(part["summary"] == 1 and part["nested"] == 0 and part["others"] > 0 for part in seen["details"])
    assert seen["ragged"] == 0
    assert len(re.findall(r"^\|[-|]+\|$", text, re.MULTILINE)) == seen["tables"]
    assert all(rows <= 10 for rows in seen["open"]), "a long table is folded away"
    assert seen["strays"] == []
    known = "h1 h2 h3 p ul ol li a pre code table thead tbody tr th td details summary b strong br blockquote".split()
    assert set(seen["elements"]) <= set(known)
    assert len(seen["headings"]) == len(set(seen["headings"]))


def test_the_page_is_markdown(app: Path, page: Path) -> None:
    texts = [review.read_text() for review in sorted(compiled(app).glob("*/REVIEW.md"))]
    assert texts
    for text, seen in zip(texts, read_pages(page, texts), strict=True):
        judge_page(text, seen)
        order = [heading for heading in seen["headings"] if heading in ORDER]
        assert order == [heading for heading in ORDER if heading in order]
        assert "What changed" not in text


ORDER = [
    "What rules found",
    "Who uses what",
    "What costs money each month, used or not",
    "Permissions",
    "Decisions",
    "Resources by intent",
]


def test_a_reviewer_reads_permissions_in_words(page: Path) -> None:
    review = compiled(REPOSITORY / "examples" / "shop") / "prod" / "REVIEW.md"
    [seen] = read_pages(page, [review.read_text()])
    for sentence in (
        "orders-api may read objects in bucket receipts",
        "orders-api may connect to database orders",
        "orders-api may send messages to queue receipt-requests",
        "orders-api may read the value of secret payments-api-key",
        "orders-api takes requests from the internet",
        "receipt-worker is started by messages of queue receipt-requests",
        "nightly-report is started by the clock: 30 2 * * * (UTC)",
    ):
        assert sentence in seen["items"]


def test_what_changed_is_markdown(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(REPOSITORY / "examples" / "shop", folder)
    git = ("git", "-c", "user.name=klo", "-c", "user.email=klo@example.com")
    for command in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "state")):
        run(*git, *command, cwd=folder)
    file = folder / "klo.yaml"
    file.write_text(file.read_text().replace("backup_days: 35", "backup_days: 7"))
    run(klo(), "compile", "--base", "HEAD", "--quiet", cwd=folder)
    text = (folder / "infra" / "prod" / "REVIEW.md").read_text()
    [seen] = read_pages(page, [text])
    judge_page(text, seen)
    assert seen["headings"][1] == "What changed since HEAD"
    assert "Data at risk" in text and text.index("Data at risk") < text.index("## Who uses what")


def test_hostile_names_are_shown_as_they_are(page: Path) -> None:
    """What klo's own test prints of names that would break out, before the real Mermaid."""
    snapshots = REPOSITORY / "compiler" / "intent" / "src" / "drawing" / "snapshots"
    [printed] = snapshots.glob("*hostile_names*.snap")
    boxes = {line.strip() for line in printed.read_text().splitlines() if line.strip().startswith("n_")}
    # Mermaid takes what stands between `$$` for mathematics, however it is written; it stays in its box.
    parts = [f"flowchart TB\n  {box}\n" for box in sorted(boxes) if "#36;#36;" not in box]
    answers = visit([goto(page), evaluate(MEASURE, [parts, "default"])]).answers[1]
    shown = set()
    for part, seen in zip(parts, answers, strict=True):
        judge(part, seen, part)
        shown |= {html.unescape(node["text"]) for node in seen["nodes"]}
    assert len(boxes) > 20
    for name in ("end", "`code` **bold** _it_ ~x~", "%%{init: {", "ünïcødé 漢字 🦀"):
        assert any(name in text for text in shown), name


def test_the_judge_notices(page: Path) -> None:
    """What the checks above rest on: a picture and a page that are wrong are told from those that are right."""
    right = 'flowchart LR\n  n_a["service<br/>a"]\n  n_b["service<br/>b"]\n  n_a -->|invoke| n_b\n'
    texts = [right, right.replace("-->", "-->>"), right.replace("flowchart LR\n", f'flowchart LR\n  n_c["{"x" * 400}"]\n')]
    answers = visit([goto(page), evaluate(MEASURE, [texts, "default"])]).answers[1]
    judge(texts[0], answers[0], "right")
    assert "error" in answers[1]
    with pytest.raises(AssertionError):
        judge(texts[2], answers[2], "too wide")
    wrong = [
        "# x\n\n<details>\n<summary>a</summary>\n\nb\n",
        "<details>\n<summary>a</summary>\n</details>\n",
        "| a | b |\n|---|---|\n| c | d |\n\n| d | e |\n",
        "# x\n\n<script>x</script>\n",
    ]
    for text, seen in zip(wrong, read_pages(page, wrong), strict=True):
        with pytest.raises(AssertionError):
            judge_page(text, seen)


def test_apps_are_judged() -> None:
    assert len(APPS) == len(list((REPOSITORY / "examples").iterdir())) + len(list(TEST_APPS.iterdir())) + len(SIZES)
