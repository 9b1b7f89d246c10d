"""`klo graph --format html` in a real browser: what it asks for, shows, finds and does by mouse and by keyboard, in
light and in dark, for the shop and for an app of sixty units."""

import functools
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from browser import (
    Saw,
    click,
    drag,
    evaluate,
    goto,
    media,
    press,
    screenshot,
    size,
    typed,
    visit,
    wait,
    wheel,
)
from formats import package
from grown import grow
from stacks import EXAMPLES
from tools import REPOSITORY, SCRATCH, klo, program, run

APPS = ["shop", "grown"]
API = "service.orders-api"


@functools.cache
def folder(app: str) -> Path:
    if app == "shop":
        return EXAMPLES / "shop"
    made = SCRATCH / "page-grown"
    shutil.rmtree(made, ignore_errors=True)
    return grow(made, 60)


@functools.cache
def page(app: str) -> Path:
    """The app's page as a file by itself, in a folder where nothing else is."""
    where = SCRATCH / "page" / app
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    done = run(klo(), "graph", str(folder(app)), "--format", "html", "--quiet", cwd=REPOSITORY)
    file = where / "graph.html"
    file.write_text(done.stdout, encoding="utf-8")
    return file


@functools.cache
def graph(app: str, environment: str) -> dict[str, Any]:
    command = (klo(), "graph", str(folder(app)), "--env", environment, "--quiet")
    return json.loads(run(*command, cwd=REPOSITORY).stdout)


def clean(saw: Saw, *pages: Path) -> Saw:
    """Nothing logged, and nothing asked for but the file itself."""
    assert saw.console == []
    assert {address.split("#")[0] for address in saw.requests} == {page.as_uri() for page in pages}
    return saw


def number(app: str, id: str, view: int = 0) -> str:
    """The selector of a node."""
    ids = [node["id"] for node in data(app)["views"][view]["nodes"]]
    return f'.graph[data-view="{view}"] .node[data-node="{ids.index(id)}"]'


@functools.cache
def data(app: str) -> dict[str, Any]:
    text = page(app).read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


STATE = """() => ({
  title: document.getElementById("panel-title")?.textContent ?? null,
  open: !document.getElementById("panel").hidden,
  panel: document.getElementById("panel").textContent,
  focus: document.activeElement?.id || document.activeElement?.getAttribute("aria-label") || "",
  zoom: document.getElementById("level").textContent,
  look: document.querySelector(".view.shown .scene").style.transform,
  hash: decodeURIComponent(location.hash),
  view: document.getElementById("view").selectedOptions[0]?.textContent,
  near: document.querySelectorAll(".view.shown .node.near").length,
  edges: document.querySelectorAll(".view.shown .edge.near").length,
  dimmed: [...document.querySelectorAll(".view.shown .node:not(.near)")].map((n) => getComputedStyle(n).opacity),
  count: document.getElementById("count").textContent,
  found: document.getElementById("found").hidden
    ? null
    : [...document.getElementById("results").children].map((item) => item.textContent),
  theme: getComputedStyle(document.body).backgroundColor,
})"""


def state() -> dict[str, Any]:
    return evaluate(STATE)


SETTLED = wait(450)


@pytest.mark.parametrize("app", APPS)
def test_the_page_is_one_file_that_asks_for_nothing(app: str) -> None:
    saw = clean(visit([goto(page(app)), SETTLED, state()]), page(app))
    assert saw.answers[-1]["view"] == "dev"
    limits = {"shop": 400_000, "grown": 1_500_000}
    assert page(app).stat().st_size < limits[app]


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_intent_and_edge_is_in_the_picture(app: str, environment: str) -> None:
    view = ["dev", "prod"].index(environment)
    svg = f'.graph[data-view="{view}"]'
    script = f"""() => ({{
      nodes: document.querySelectorAll('{svg} .node').length,
      edges: document.querySelectorAll('{svg} .edge').length,
      names: [...document.querySelectorAll('{svg} .node title')].map((title) => title.textContent),
    }})"""
    shown = clean(visit([goto(page(app)), evaluate(script)]), page(app)).answers[-1]
    wanted = graph(app, environment)
    ids = {intent["id"] for intent in wanted["intents"]}
    ids |= {edge[end] for edge in wanted["edges"] for end in ("from", "to")}
    assert set(shown["names"]) == ids
    assert shown["nodes"] == len(ids)
    assert shown["edges"] == len(wanted["edges"])


BOXES = """() => {
  const nodes = [...document.querySelectorAll(".view.shown .node")];
  const rect = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return [left, top, right, bottom];
  };
  return nodes.map((node) => ({
    name: node.querySelector("title").textContent,
    box: rect(node.querySelector(".shape")),
    texts: [...node.querySelectorAll("text")].map((text) => ({
      box: rect(text),
      size: parseFloat(getComputedStyle(text).fontSize),
    })),
  }));
}"""


@pytest.mark.parametrize("app", APPS)
def test_boxes_stand_apart_and_hold_their_text(app: str) -> None:
    # The zoom is brought to 1, so that sizes are those of the page.
    steps = [goto(page(app)), SETTLED, evaluate(BOXES), state()]
    answers = clean(visit(steps), page(app)).answers
    zoom = float(re.search(r"scale\(([\d.]+)\)", answers[-1]["look"])[1])
    boxes = answers[-2]
    assert len(boxes) == len(data(app)["views"][0]["nodes"])
    for place, one in enumerate(boxes):
        left, top, right, bottom = one["box"]
        for text in one["texts"]:
            assert text["size"] >= 11, one
            assert text["box"][0] >= left - 0.5 and text["box"][2] <= right + 0.5, one
            assert text["box"][1] >= top - 3 * zoom and text["box"][3] <= bottom + 3 * zoom, one
        for other in boxes[place + 1 :]:
            x = left < other["box"][2] and other["box"][0] < right
            y = top < other["box"][3] and other["box"][1] < bottom
            assert not (x and y), (one["name"], other["name"])


def test_a_click_opens_what_is_known_of_a_node() -> None:
    steps = [goto(page("shop")), SETTLED, click(number("shop", API)), SETTLED, state()]
    seen = clean(visit(steps), page("shop")).answers[-1]
    assert seen["title"] == API
    assert seen["hash"] == f"#{API}"
    (intent,) = (i for i in graph("shop", "dev")["intents"] if i["id"] == API)
    at = intent["at"]
    assert f"{at['file']}:{at['line']}:{at['column']}" in seen["panel"]
    for told in ("10000", "the annotation", "the code", "defaults of klo's"):
        assert told in seen["panel"], told
    explained = run(klo(), "explain", API, "--env", "dev", cwd=EXAMPLES / "shop").stdout
    addresses = re.findall(r"^  (aws_[\w.]+): ", explained, re.MULTILINE)
    assert addresses
    assert [address for address in addresses if address not in seen["panel"]] == []
    for variable in ("DATABASE_URL", "RECEIPT_QUEUE_URL"):
        assert variable in seen["panel"]
    # Itself and the other ends of its six edges are lit, the others dimmed.
    assert (seen["near"], seen["edges"]) == (7, 6)
    assert seen["dimmed"] and {float(opacity) for opacity in seen["dimmed"]} == {0.22}


def test_the_keyboard_reaches_opens_and_closes() -> None:
    steps = [
        goto(page("shop")),
        SETTLED,
        evaluate("() => document.querySelector('.view.shown .node[tabindex=\"0\"]').focus()"),
        press("ArrowRight"),
        state(),
        press("Enter"),
        SETTLED,
        state(),
        press("Escape"),
        SETTLED,
        state(),
        press("ArrowRight"),
        state(),
        press(" "),
        SETTLED,
        state(),
    ]
    seen = [answer for answer in clean(visit(steps), page("shop")).answers if isinstance(answer, dict)]
    moved, opened, closed, next_one, again = seen
    assert moved["focus"].startswith("job nightly-report")
    assert (opened["title"], opened["focus"]) == ("job.nightly-report", "panel-title")
    assert not closed["open"] and closed["hash"] == "" and closed["near"] == 0
    assert closed["focus"] == moved["focus"]
    assert next_one["focus"] not in ("", moved["focus"])
    assert again["open"] and again["title"] != opened["title"]


def test_one_tab_stop_leads_into_the_picture() -> None:
    count = evaluate("() => document.querySelectorAll('.view.shown .node[tabindex=\"0\"]').length")
    steps = [goto(page("grown")), SETTLED, count, *[press("Tab")] * 9, state()]
    answers = clean(visit(steps), page("grown")).answers
    assert answers[2] == 1
    names = [label(node) for node in data("grown")["views"][0]["nodes"]]
    assert any(answers[-1]["focus"].startswith(name) for name in names), answers[-1]["focus"]


def label(node: dict[str, Any]) -> str:
    return f"{node['kind'].replace('-', ' ')} {node['name']}"


@pytest.mark.parametrize(
    ("app", "text", "found"),
    [
        ("shop", "receipt", "queue.receipt-requests"),
        ("shop", "payments_api_key", "service.orders-api"),
        ("shop", "aws_db_instance", "database.orders"),
        ("grown", "warehouse", None),
        ("grown", "shipping worker", "function.shipping-worker"),
    ],
)
def test_search_finds_and_leads_there(app: str, text: str, found: str | None) -> None:
    steps = [goto(page(app)), SETTLED, press("/"), typed(text), state(), press("Enter"), SETTLED, state()]
    before, after = clean(visit(steps), page(app)).answers[-4::3]
    total = len(data(app)["views"][0]["nodes"])
    assert re.fullmatch(rf"\d+ of {total} nodes", before["count"])
    assert before["count"].startswith(f"{len(before['found'])} ")
    if found is None:
        assert before["found"] == []
        return
    assert after["title"] == found
    assert after["found"] is None
    name = found.split(".")[1]
    assert name in after["focus"]
    visible = visit(
        [goto(page(app), f"#{found}"), SETTLED, evaluate(IN_SIGHT, number(app, found))],
    )
    assert clean(visible, page(app)).answers[-1]


# The picture glides there, for as long as the machine takes.
IN_SIGHT = """async (selector) => {
  for (let tries = 0; tries < 100; tries++) {
    const { left, top, right, bottom } = document.querySelector(selector).getBoundingClientRect();
    const stage = document.getElementById("stage").getBoundingClientRect();
    if (left >= stage.left && right <= stage.right && top >= stage.top && bottom <= stage.bottom) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}"""


@pytest.mark.parametrize("app", APPS)
def test_the_picture_moves_and_grows(app: str) -> None:
    steps = [
        goto(page(app)),
        SETTLED,
        state(),
        wheel(500, 400, -300),
        SETTLED,
        state(),
        drag((600, 130), (740, 210)),
        SETTLED,
        state(),
        click("#out"),
        SETTLED,
        state(),
        click("#fit"),
        SETTLED,
        state(),
        evaluate(
            """() => {
              const stage = document.getElementById("stage").getBoundingClientRect();
              const boxes = [...document.querySelectorAll(".view.shown .node")];
              return boxes.every((box) => {
                const { left, top, right, bottom } = box.getBoundingClientRect();
                return left >= stage.left && right <= stage.right && top >= stage.top && bottom <= stage.bottom;
              });
            }"""
        ),
    ]
    answers = clean(visit(steps), page(app)).answers
    begun, closer, moved, farther, fitted = (a for a in answers if isinstance(a, dict))
    percent = [int(seen["zoom"].rstrip("%")) for seen in (begun, closer, moved, farther)]
    assert percent[0] < percent[1] == percent[2] > percent[3]
    places = [seen["look"] for seen in (begun, closer, moved, farther, fitted)]
    assert len(set(places)) == 5
    offset = [tuple(map(float, re.findall(r"(-?[\d.]+)px", seen["look"]))) for seen in (closer, moved)]
    shift = (offset[1][0] - offset[0][0], offset[1][1] - offset[0][1])
    assert shift == pytest.approx((140, 80), abs=1)
    assert answers[-1] is True


def test_environments_are_switched_and_linked_to() -> None:
    steps = [
        goto(page("shop"), "#database.orders@shop/prod"),
        SETTLED,
        state(),
        evaluate(
            """() => {
              const select = document.getElementById("view");
              select.value = "0";
              select.dispatchEvent(new Event("change"));
            }"""
        ),
        SETTLED,
        state(),
    ]
    prod, dev = (a for a in clean(visit(steps), page("shop")).answers if isinstance(a, dict))
    assert (prod["view"], prod["title"]) == ("prod", "database.orders")
    assert "resources of the environment" in prod["panel"]
    # What is looked at stays the same, in the other environment.
    assert (dev["view"], dev["title"], dev["hash"]) == ("dev", "database.orders", "#database.orders")
    assert "resources of the environment" not in dev["panel"]


# What is read as text, its colour and the one behind it; `color-mix` is asked of the browser.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (element) => {
    if (element.namespaceURI.endsWith("svg") && element.closest(".node"))
      return getComputedStyle(element.closest(".node").querySelector(".shape")).fill;
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (rgb(color)[3] === 255) return color;
    }
    return "white";
  };
  const seen = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility({ visibilityProperty: true }) || element.closest("script, style, option, title")) continue;
    const style = getComputedStyle(element);
    const color = element.namespaceURI.endsWith("svg") ? style.fill : style.color;
    const [a, b] = [light(rgb(color)), light(rgb(ground(element)))].sort((x, y) => y - x);
    seen.push({ text: element.textContent.slice(0, 40), ratio: (a + 0.05) / (b + 0.05) });
  }
  return seen;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme: str) -> None:
    hover = "() => document.querySelectorAll('.node, .edge, .label').forEach((e) => (e.style.opacity = 1))"
    steps = [
        goto(page("shop")),
        SETTLED,
        evaluate(CONTRAST),
        click(number("shop", API)),
        evaluate(hover),
        SETTLED,
        evaluate(CONTRAST),
        press("/"),
        typed("receipts"),
        evaluate(CONTRAST),
    ]
    seen = [a for a in clean(visit(steps, colorScheme=scheme), page("shop")).answers if isinstance(a, list)]
    for texts in seen:
        assert len(texts) > 40
        assert [text for text in texts if text["ratio"] < 4.5] == []


def test_light_and_dark_follow_the_system_and_the_button() -> None:
    steps = [
        goto(page("shop")),
        state(),
        media(colorScheme="dark"),
        state(),
        click("#theme"),
        state(),
        click("#theme"),
        media(colorScheme="light"),
        state(),
    ]
    seen = [a["theme"] for a in clean(visit(steps), page("shop")).answers if isinstance(a, dict)]
    light, dark, chosen_light, chosen_dark = seen
    assert light == chosen_light != dark == chosen_dark


NAMES = """() => {
  const focusable = "a[href], button, input, select, summary, [tabindex]";
  const name = (element) =>
    element.getAttribute("aria-label") ||
    element.textContent.trim() ||
    [...(element.labels ?? [])].map((it) => it.textContent.trim()).join(" ");
  const list = [...document.querySelectorAll(focusable)].filter((it) => it.checkVisibility({ visibilityProperty: true }));
  const ids = [...document.querySelectorAll("[id]")].map((it) => it.id);
  const refers = [...document.querySelectorAll("[aria-controls], [aria-labelledby], [for]")];
  return {
    count: list.length,
    nameless: list.filter((it) => !name(it)).map((it) => it.outerHTML.slice(0, 120)),
    doubled: ids.filter((id, place) => ids.indexOf(id) !== place),
    dangling: refers
      .flatMap((it) => ["aria-controls", "aria-labelledby", "for"].map((key) => it.getAttribute(key)).filter(Boolean))
      .filter((id) => id !== "panel-title" && !document.getElementById(id)),
    unnamed: [...document.querySelectorAll("svg")].filter((it) => !it.closest("[aria-hidden=true]") && !it.getAttribute("aria-label")).length,
    lang: document.documentElement.lang,
    headings: [...document.querySelectorAll("h1, h2, h3")].map((it) => Number(it.tagName[1])),
  };
}"""


@pytest.mark.parametrize("app", APPS)
def test_what_takes_the_focus_has_a_name(app: str) -> None:
    steps = [goto(page(app)), SETTLED, evaluate(NAMES), click(number(app, API)), SETTLED, evaluate(NAMES)]
    seen = [a for a in clean(visit(steps), page(app)).answers if isinstance(a, dict)]
    assert len(seen) == 2
    for found in seen:
        assert found["count"] > 15
        assert found["nameless"] == found["doubled"] == found["dangling"] == []
        assert found["unnamed"] == 0 and found["lang"] == "en"
        # Headings go down one level at a time.
        levels = found["headings"]
        assert levels[0] == 1 and all(after <= before + 1 for before, after in zip(levels, levels[1:]))


def test_a_focused_node_is_seen_to_be() -> None:
    ring = """() => {
      const shape = document.activeElement.querySelector(".shape");
      return [getComputedStyle(shape).strokeWidth, getComputedStyle(shape).stroke];
    }"""
    focus = "() => document.querySelector('.view.shown .node[tabindex=\"0\"]').focus()"
    other = """() => {
      const shape = document.querySelector(".view.shown .node[tabindex='-1'] .shape");
      return [getComputedStyle(shape).strokeWidth, getComputedStyle(shape).stroke];
    }"""
    steps = [goto(page("shop")), SETTLED, press("Tab"), evaluate(focus), press("ArrowRight"), evaluate(ring), evaluate(other)]
    ringed, plain = clean(visit(steps), page("shop")).answers[-2:]
    assert ringed[0] == "3px" and plain[0] != "3px" and ringed[1] != plain[1]


def test_less_motion_is_no_motion() -> None:
    moving = """() => [...document.querySelectorAll(".scene, .node, .edge")]
      .filter((it) => getComputedStyle(it).transitionDuration.split(", ").some((time) => parseFloat(time) > 0)).length"""
    steps = [goto(page("shop")), click("#in"), evaluate(moving)]
    saw = clean(visit(steps, reducedMotion="reduce"), page("shop"))
    assert saw.answers[-1] == 0
    assert visit(steps).answers[-1] > 0


def test_the_picture_shows_without_its_script() -> None:
    seen = evaluate(
        """() => ({
          nodes: document.querySelectorAll(".node").length,
          seen: [...document.querySelectorAll(".view")].map((it) => it.checkVisibility({ visibilityProperty: true })),
          tools: document.querySelector(".tools").checkVisibility(),
        })"""
    )
    saw = clean(visit([goto(page("shop")), seen], javaScriptEnabled=False), page("shop"))
    views = data("shop")["views"]
    assert saw.answers[-1] == {
        "nodes": sum(len(view["nodes"]) for view in views),
        "seen": [True, True],
        "tools": False,
    }


def test_print_shows_the_whole_picture_and_what_is_open() -> None:
    steps = [
        goto(page("shop"), "#database.orders"),
        SETTLED,
        wheel(500, 400, -600),
        evaluate("() => window.dispatchEvent(new Event('beforeprint'))"),
        media(media="print"),
        evaluate(
            """() => {
              const svg = document.querySelector(".view.shown svg").getBoundingClientRect();
              const inside = [...document.querySelectorAll(".view.shown .node")].every((node) => {
                const box = node.getBoundingClientRect();
                return box.left >= svg.left && box.right <= svg.right && box.top >= svg.top && box.bottom <= svg.bottom;
              });
              const shown = (query) => document.querySelector(query).checkVisibility();
              return { inside, bar: shown(".bar"), panel: shown("#panel"), legend: shown("#legend") };
            }"""
        ),
    ]
    saw = clean(visit(steps), page("shop"))
    assert saw.answers[-1] == {"inside": True, "bar": False, "panel": True, "legend": False}


def test_names_that_mean_something_elsewhere_are_names_here(tmp_path: Path) -> None:
    (tmp_path / "klo.yaml").write_text("app: shop\n")
    hostile = "</script><script>document.title='taken'</script><img src=x onerror=alert(1)>"
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\n\n"
        f'# @klo::service(name = "api", env = {{ NOTE = "{hostile}" }})\n'
        '# @klo::expose(to = "internet")\n'
        "app = FastAPI()\n"
    )
    (tmp_path / "requirements.txt").write_text("fastapi==0.165.0\nuvicorn==0.54.0\n")
    (tmp_path / ".git").mkdir()
    done = run(klo(), "graph", ".", "--format", "html", "--quiet", cwd=tmp_path)
    file = tmp_path / "graph.html"
    file.write_text(done.stdout, encoding="utf-8")
    look = evaluate("() => ({ title: document.title, images: document.images.length, scripts: document.scripts.length })")
    saw = clean(visit([goto(file, "#service.api"), SETTLED, state(), look]), file)
    assert hostile in saw.answers[-2]["panel"]
    assert saw.answers[-1] == {"title": "shop: intent graph", "images": 0, "scripts": 2}


def test_its_parts_are_as_prettier_leaves_them() -> None:
    assets = REPOSITORY / "targets" / "page" / "assets"
    files = sorted(str(file) for kind in ("html", "css", "js") for file in assets.rglob(f"*.{kind}"))
    assert len(files) > 5
    prettier = str(package("prettier/bin/prettier.cjs"))
    run(program("node"), prettier, "--print-width", "120", "--check", *files, cwd=REPOSITORY)


def test_a_narrow_window_has_room_for_everything(tmp_path: Path) -> None:
    wide = "() => document.documentElement.scrollWidth <= window.innerWidth"
    steps = [goto(page("shop"), f"#{API}"), size(400, 800), SETTLED, evaluate(wide), screenshot(tmp_path / "x.png")]
    assert clean(visit(steps), page("shop")).answers[-2] is True
