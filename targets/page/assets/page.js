"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const LEAST_ZOOM = 0.08;
  const MOST_ZOOM = 3;
  const READABLE_ZOOM = 0.85;
  const MOST_RESULTS = 200;

  const { views } = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const at = (id) => document.getElementById(id);
  const [stage, panel, search, found, results, map] = ["stage", "panel", "search", "found", "results", "map"].map(at);

  /** An element with attributes and children; what is no element is text, whatever it says. */
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) {
      if (key === "click") element.addEventListener("click", value);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== undefined && value !== false) element.setAttribute(key, value);
    }
    element.append(...children.flat(2).filter((child) => child !== undefined && child !== ""));
    return element;
  };

  const FAMILIES = {
    way: ["internet", "internal", "schedule"],
    unit: ["service", "function", "job", "site"],
    channel: ["queue", "topic"],
    store: ["database", "cache", "bucket", "table", "volume"],
    given: ["secret", "config"],
  };

  const family = (kind) => {
    const entry = Object.entries(FAMILIES).find(([, kinds]) => kinds.includes(kind));
    const name = entry?.[0] ?? "elsewhere";
    return name === "way" ? "way-in" : name;
  };

  const icon = (name, className) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", name === "finding" ? "0 0 14 14" : "0 0 20 20");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", `icon ${className ?? family(name)}`);
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `#icon-${name}`);
    svg.append(use);
    return svg;
  };

  const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

  /* Pictures: one for each view, with where it is looked at from. */

  const pictures = [...stage.querySelectorAll("figure.view")].map((figure, number) => {
    const svg = figure.querySelector("svg.graph");
    const pick = (query, key) => {
      const list = [];
      for (const element of svg.querySelectorAll(query)) list[Number(element.dataset[key])] = element;
      return list;
    };
    return {
      number,
      figure,
      svg,
      data: views[number],
      scene: svg.querySelector(".scene"),
      nodes: pick(".node", "node"),
      order: [...svg.querySelectorAll(".node")].map((node) => Number(node.dataset.node)),
      edges: pick(".edge", "edge"),
      labels: pick(".label", "edge"),
      width: Number(svg.getAttribute("width")),
      height: Number(svg.getAttribute("height")),
      box: svg.getAttribute("viewBox"),
      look: { x: 0, y: 0, zoom: 1 },
      boxes: [],
      fresh: true,
    };
  });
  let picture = pictures[0];
  let selected = null;
  let opener = null;

  const draw = (glide) => {
    const { svg, scene, look } = picture;
    svg.classList.toggle("gliding", glide === true);
    scene.style.transform = `translate(${look.x}px, ${look.y}px) scale(${look.zoom})`;
    svg.style.setProperty("--zoom", look.zoom);
    at("level").textContent = `${Math.round(look.zoom * 100)}%`;
    drawWindow();
  };

  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  const zoomBy = (factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2, glide = false) => {
    const { look } = picture;
    const zoom = clamp(look.zoom * factor, LEAST_ZOOM, MOST_ZOOM);
    look.x = x - ((x - look.x) / look.zoom) * zoom;
    look.y = y - ((y - look.y) / look.zoom) * zoom;
    look.zoom = zoom;
    draw(glide);
  };

  const pan = (x, y, glide) => {
    picture.look.x += x;
    picture.look.y += y;
    draw(glide);
  };

  /** What of the stage a panel that lies on it leaves. */
  const room = () => {
    const lies = !panel.hidden && getComputedStyle(panel).position === "absolute";
    return { width: stage.clientWidth, height: stage.clientHeight - (lies ? panel.offsetHeight : 0) };
  };

  const fit = (glide) => {
    const { width, height } = room();
    const zoom = clamp(Math.min(width / picture.width, height / picture.height), LEAST_ZOOM, 1.25);
    picture.look = {
      zoom,
      x: (width - picture.width * zoom) / 2,
      y: Math.max((height - picture.height * zoom) / 2, 0),
    };
    draw(glide);
  };

  /** The whole where it can be read, else as much from its beginning as can. */
  const begin = () => {
    fit(false);
    const { width } = room();
    if (picture.look.zoom < READABLE_ZOOM) {
      const zoom = clamp(width / picture.width, Math.min(picture.look.zoom, READABLE_ZOOM), READABLE_ZOOM);
      picture.look = { zoom: Math.max(zoom, 0.6), x: 0, y: 0 };
      picture.look.x = Math.max((width - picture.width * picture.look.zoom) / 2, 0);
      draw(false);
    }
    picture.fresh = false;
  };

  const boxOf = (number) => {
    picture.boxes[number] ??= picture.nodes[number].getBBox();
    return picture.boxes[number];
  };

  const center = (number) => {
    const box = boxOf(number);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };

  /** Moves the picture as little as it takes to show a node with some of its surroundings. */
  const reveal = (number) => {
    const { look } = picture;
    const { width, height } = room();
    const box = boxOf(number);
    if (look.zoom < 0.55) {
      const middle = center(number);
      picture.look = {
        zoom: READABLE_ZOOM,
        x: width / 2 - middle.x * READABLE_ZOOM,
        y: height / 2 - middle.y * READABLE_ZOOM,
      };
      draw(true);
      return;
    }
    const [edgeX, edgeY] = [Math.min(80, width / 6), Math.min(70, height / 6)];
    const left = box.x * look.zoom + look.x;
    const top = box.y * look.zoom + look.y;
    const right = left + box.width * look.zoom;
    const bottom = top + box.height * look.zoom;
    const shift = (low, high, size, edge) => (low < edge ? edge - low : high > size - edge ? size - edge - high : 0);
    const [x, y] = [shift(left, right, width, edgeX), shift(top, bottom, height, edgeY)];
    if (x || y) pan(x, y, true);
  };

  /* The small map of a picture that is too large to be seen as a whole. */

  const MAP = { width: 190, height: 150 };
  const mapScale = () => Math.min(MAP.width / picture.width, MAP.height / picture.height);

  const drawMap = () => {
    const large = picture.data.nodes.length > 30;
    map.classList.toggle("shown", large);
    if (!large) return;
    const scale = mapScale();
    map.setAttribute("width", picture.width * scale);
    map.setAttribute("height", picture.height * scale);
    const boxes = picture.data.nodes.map((node, number) => {
      const box = boxOf(number);
      const rect = document.createElementNS(SVG, "rect");
      rect.setAttribute("class", family(node.kind));
      for (const key of ["x", "y", "width", "height"]) rect.setAttribute(key, box[key] * scale);
      return rect;
    });
    at("map-boxes").replaceChildren(...boxes);
    drawWindow();
  };

  const drawWindow = () => {
    if (!map.classList.contains("shown")) return;
    const { look } = picture;
    const scale = mapScale() / look.zoom;
    const window = at("map-window");
    window.setAttribute("x", -look.x * scale);
    window.setAttribute("y", -look.y * scale);
    window.setAttribute("width", stage.clientWidth * scale);
    window.setAttribute("height", stage.clientHeight * scale);
  };

  const aimMap = (event) => {
    const bounds = map.getBoundingClientRect();
    const scale = picture.look.zoom / mapScale();
    picture.look.x = stage.clientWidth / 2 - (event.clientX - bounds.left) * scale;
    picture.look.y = stage.clientHeight / 2 - (event.clientY - bounds.top) * scale;
    draw(false);
  };

  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    aimMap(event);
  });
  map.addEventListener("pointermove", (event) => {
    if (map.hasPointerCapture(event.pointerId)) aimMap(event);
  });

  /* Selecting. */

  const touching = (number) =>
    picture.data.edges.flatMap((edge, index) => (edge.from === number || edge.to === number ? [index] : []));

  const mark = () => {
    const { svg, nodes, edges, labels, data } = picture;
    const near = new Set(selected === null ? [] : touching(selected));
    const ends = new Set([selected]);
    for (const index of near) ends.add(data.edges[index].from).add(data.edges[index].to);
    svg.classList.toggle("aimed", selected !== null);
    nodes.forEach((node, number) => {
      node.classList.toggle("selected", number === selected);
      node.classList.toggle("near", ends.has(number));
    });
    [edges, labels].forEach((list) =>
      list.forEach((element, index) => element.classList.toggle("near", near.has(index))),
    );
  };

  const rove = (number) => {
    picture.nodes.forEach((node, other) => node.setAttribute("tabindex", other === number ? "0" : "-1"));
  };

  const hashOf = (number) => {
    const id = picture.data.nodes[number].id;
    const where = picture.number === 0 ? "" : `@${picture.data.app}/${picture.data.environment}`;
    return `#${encodeURIComponent(id + where)
      .replaceAll("%2F", "/")
      .replaceAll("%40", "@")
      .replaceAll("%3A", ":")}`;
  };

  const address = () => {
    const hash = selected === null ? location.pathname + location.search : hashOf(selected);
    try {
      history.replaceState(null, "", hash);
    } catch {
      // A browser may forbid it for files; the link is then only not offered.
    }
  };

  const select = (number, { focusPanel = false, from = null } = {}) => {
    selected = number;
    opener = from ?? picture.nodes[number];
    rove(number);
    mark();
    showPanel(details(number));
    reveal(number);
    address();
    if (focusPanel) at("panel-title").focus();
  };

  const unselect = () => {
    selected = null;
    mark();
    address();
  };

  const close = () => {
    const back = opener;
    const held = panel.contains(document.activeElement);
    unselect();
    panel.hidden = true;
    at("overview").setAttribute("aria-pressed", "false");
    drawWindow();
    if (held && back?.isConnected) back.focus({ preventScroll: true });
  };

  /* The panel. */

  const showPanel = (content) => {
    panel.replaceChildren(...content);
    panel.hidden = false;
    panel.scrollTop = 0;
    at("overview").setAttribute("aria-pressed", String(selected === null));
    drawWindow();
  };

  const heading = (name, text, below) => {
    const closing = make("button", { type: "button", "aria-label": "Close", click: close }, "✕");
    return make(
      "header",
      {},
      name ? icon(name) : make("span"),
      make("h2", { id: "panel-title", tabindex: "-1" }, make("bdi", {}, text)),
      closing,
      make("p", {}, below),
    );
  };

  const section = (title, count, ...content) => [
    make("h3", {}, title, count === undefined ? undefined : make("span", {}, String(count))),
    ...content,
  ];

  const code = (text) => make("code", {}, make("bdi", {}, text));
  const place = (text) => make("span", { class: "at" }, make("bdi", {}, text));

  const finding = (it) =>
    make(
      "div",
      { class: it.waived ? "notice waived" : "notice" },
      make("p", {}, make("strong", {}, it.rule), " ", make("span", { class: "tag" }, it.level)),
      make("p", {}, it.message),
      it.why ? make("p", {}, make("small", {}, it.why)) : undefined,
      it.waived ? make("p", {}, make("strong", {}, "Waived "), it.waived) : undefined,
      place(it.subject),
    );

  const decision = (it) =>
    make(
      "li",
      {},
      make("strong", {}, it.chosen),
      " ",
      make("span", { class: "tag" }, it.code),
      it.standing_cost ? [" ", make("span", { class: "tag" }, "costs money each month")] : undefined,
      make("p", {}, `because ${it.because}`),
      it.instead_of.map((other) => make("small", {}, `instead of ${other}`)),
    );

  const setting = (it) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, it.name),
      make(
        "td",
        {},
        code(it.value),
        make("small", {}, it.origin),
        it.at ? place(it.at) : undefined,
        (it.instead_of ?? []).map(([value, origin]) => make("small", {}, `in place of ${value} from ${origin}`)),
      ),
    );

  const table = (rows) => make("table", {}, make("tbody", {}, rows.map(setting)));

  const settings = (node) => {
    if (!node.settings.length) return [];
    const stated = node.settings.filter((it) => !it.default);
    const defaults = node.settings.filter((it) => it.default);
    return section(
      "Settings",
      node.settings.length,
      stated.length ? table(stated) : undefined,
      defaults.length
        ? make(
            "details",
            { open: stated.length === 0 },
            make("summary", {}, plural(defaults.length, "default of klo's", "defaults of klo's")),
            table(defaults),
          )
        : undefined,
    ).filter(Boolean);
  };

  const edge = (number, index) => {
    const it = picture.data.edges[index];
    const outward = it.from === number;
    const other = outward ? it.to : it.from;
    return make(
      "li",
      {},
      outward ? `${it.access.join(", ")} → ` : "",
      make(
        "button",
        { type: "button", class: "jump", click: () => select(other, { focusPanel: true }) },
        make("bdi", {}, picture.data.nodes[other].id),
      ),
      outward ? "" : ` → ${it.access.join(", ")}`,
      it.methods.length
        ? make(
            "p",
            {},
            "through ",
            it.methods.flatMap((method, n) => (n ? [", ", code(method)] : [code(method)])),
          )
        : undefined,
      it.variables.map(([name, field]) => make("p", {}, code(name), ` holds its ${field}`)),
      it.places.map(place),
    );
  };

  const list = (items) => make("ul", {}, items);

  const details = (number) => {
    const node = picture.data.nodes[number];
    const touched = touching(number);
    const resources = node.resources.map((it) =>
      make("li", {}, code(it.address), it.purpose ? make("p", {}, it.purpose) : undefined, place(it.file)),
    );
    const shared = node.shared.map(([file, count]) =>
      make("li", {}, plural(count, "resource"), " that others need too", place(file)),
    );
    const chosen = node.settings.filter((it) => it.pack);
    const own = node.resources.length + node.shared.reduce((sum, [, count]) => sum + count, 0);
    return [
      heading(node.kind, node.id, [
        node.detail || node.kind,
        node.place
          ? make("span", { class: "at" }, make("bdi", {}, `${node.place.at} (${node.place.item})`))
          : undefined,
      ]),
      ...(node.findings.length || chosen.length
        ? section(
            "Rules",
            node.findings.length + chosen.length,
            ...node.findings.map(finding),
            ...chosen.map((it) =>
              make("p", {}, "The pack ", code(it.pack), " says ", code(`${it.name} = ${it.value}`)),
            ),
          )
        : []),
      ...(touched.length ? section("Edges", touched.length, list(touched.map((index) => edge(number, index)))) : []),
      ...settings(node),
      ...(own ? section("Resources", own, list([...resources, ...shared])) : []),
      ...(node.decisions.length ? section("Decisions", node.decisions.length, list(node.decisions.map(decision))) : []),
      ...(node.routes.length
        ? section("Routes", node.routes.length, list(node.routes.map((it) => make("li", {}, code(it)))))
        : []),
    ];
  };

  const overview = () => {
    const { app, environment, facts, problems, nodes, edges, findings, decisions } = picture.data;
    const kinds = new Map();
    for (const { kind } of nodes) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const flagged = nodes.flatMap((node, number) => (node.findings.length ? [number] : []));
    const costs = nodes.flatMap((node) => node.decisions).concat(decisions);
    const costly = costs.filter((it) => it.standing_cost);
    const jump = (number) =>
      make(
        "button",
        { type: "button", class: "jump", click: () => select(number, { focusPanel: true }) },
        make("bdi", {}, nodes[number].id),
      );
    return [
      heading(null, `${app} in ${environment}`, `${plural(nodes.length, "node")}, ${plural(edges.length, "edge")}`),
      ...problems.map((it) => make("p", { class: "notice" }, it)),
      make(
        "ul",
        { class: "counts" },
        [...kinds].map(([kind, count]) =>
          make("li", {}, icon(kind), plural(count, kind.replace("-", " "), many(kind))),
        ),
      ),
      ...section(
        "Environment",
        undefined,
        make(
          "table",
          {},
          make(
            "tbody",
            {},
            facts.map(([name, value]) =>
              make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, code(value))),
            ),
          ),
        ),
      ),
      ...(flagged.length || findings.length
        ? section(
            "What rules found",
            undefined,
            ...findings.map(finding),
            list(
              flagged.map((number) =>
                make(
                  "li",
                  {},
                  jump(number),
                  nodes[number].findings.map((it) => make("small", {}, `${it.rule}${it.waived ? ", waived" : ""}`)),
                ),
              ),
            ),
          )
        : []),
      ...(costly.length
        ? section(
            "Costs money each month, used or not",
            costly.length,
            list(costly.map((it) => make("li", {}, it.chosen, make("small", {}, it.subject)))),
          )
        : []),
      ...(decisions.length ? section("Decisions for the whole", decisions.length, list(decisions.map(decision))) : []),
    ];
  };

  const many = (kind) =>
    ({ "other-app": "of other apps", internet: "internet", internal: "internal" })[kind] ??
    (kind.endsWith("s") ? kind : `${kind}s`);

  at("overview").addEventListener("click", () => {
    if (!panel.hidden && selected === null) {
      close();
      return;
    }
    unselect();
    opener = at("overview");
    showPanel(overview());
  });

  /* Pointers. */

  const pointers = new Map();
  let moved = false;

  const spread = () => {
    const [a, b] = [...pointers.values()];
    return { length: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };

  const local = (event) => {
    const bounds = stage.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  };

  const press = (event) => {
    if (event.button !== 0) return;
    moved = false;
    pointers.set(event.pointerId, local(event));
  };

  const drag = (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = local(event);
    if (!moved && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
    if (!moved) picture.svg.setPointerCapture(event.pointerId);
    moved = true;
    picture.svg.classList.add("dragged");
    if (pointers.size === 2) {
      const old = spread();
      pointers.set(event.pointerId, now);
      const fresh = spread();
      zoomBy(fresh.length / Math.max(old.length, 1), fresh.x, fresh.y);
    } else {
      pointers.set(event.pointerId, now);
      pan(now.x - before.x, now.y - before.y);
    }
  };

  const release = (event) => {
    pointers.delete(event.pointerId);
    picture.svg.classList.remove("dragged");
  };

  const click = (event) => {
    if (moved) return;
    const node = event.target.closest(".node");
    if (node) {
      select(Number(node.dataset.node));
      node.focus({ preventScroll: true });
    } else if (selected !== null) {
      close();
    }
  };

  const hover = (event, on) => {
    const node = event.target.closest?.(".node");
    if (!node) return;
    for (const index of touching(Number(node.dataset.node))) {
      picture.edges[index].classList.toggle("hovered", on);
      picture.labels[index].classList.toggle("hovered", on);
    }
  };

  for (const { svg } of pictures) {
    svg.addEventListener("pointerdown", press);
    svg.addEventListener("pointermove", drag);
    svg.addEventListener("pointerup", release);
    svg.addEventListener("pointercancel", release);
    svg.addEventListener("click", click);
    svg.addEventListener("pointerover", (event) => hover(event, true));
    svg.addEventListener("pointerout", (event) => hover(event, false));
    svg.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const unit = event.deltaMode === 1 ? 18 : 1;
        if (event.ctrlKey || event.metaKey || !event.shiftKey) {
          const { x, y } = local(event);
          zoomBy(Math.exp(clamp(-event.deltaY * unit, -240, 240) / 400), x, y);
        } else {
          pan(-(event.deltaX || event.deltaY) * unit, 0);
        }
      },
      { passive: false },
    );
  }

  /* Keys. */

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  /** The node that lies nearest in a direction; what lies aside counts twice. */
  const towards = (number, [dx, dy]) => {
    const from = center(number);
    let best = null;
    picture.nodes.forEach((_, other) => {
      const to = center(other);
      const along = (to.x - from.x) * dx + (to.y - from.y) * dy;
      const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
      if (other === number || along < 8) return;
      const cost = along + 2 * aside;
      if (!best || cost < best.cost) best = { other, cost };
    });
    return best?.other;
  };

  const onNode = (event, node) => {
    const number = Number(node.dataset.node);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      select(number, { focusPanel: true });
      return true;
    }
    const steps = { Home: picture.order[0], End: picture.order.at(-1) };
    const next = ARROWS[event.key] && !event.shiftKey ? towards(number, ARROWS[event.key]) : steps[event.key];
    if (next === undefined) return Boolean(ARROWS[event.key]) && !event.shiftKey;
    event.preventDefault();
    rove(next);
    picture.nodes[next].focus({ preventScroll: true });
    reveal(next);
    return true;
  };

  const writes = (target) => target.matches("input, select, textarea");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !found.hidden) {
      hideResults();
      return;
    }
    if (event.key === "Escape" && !panel.hidden) {
      close();
      return;
    }
    if (writes(event.target)) return;
    const node = event.target.closest(".node");
    if (node && onNode(event, node)) return;
    if (event.key === "/") {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "+" || event.key === "=") zoomBy(1.25, undefined, undefined, true);
    else if (event.key === "-") zoomBy(0.8, undefined, undefined, true);
    else if (event.key === "0") fit(true);
    else if (ARROWS[event.key] && !panel.contains(event.target)) {
      const [dx, dy] = ARROWS[event.key];
      event.preventDefault();
      pan(-90 * dx, -90 * dy, true);
    }
  });

  for (const { svg } of pictures) {
    svg.addEventListener("focusin", (event) => {
      const node = event.target.closest(".node");
      if (node?.matches(":focus-visible")) reveal(Number(node.dataset.node));
    });
  }

  at("in").addEventListener("click", () => zoomBy(1.25, undefined, undefined, true));
  at("out").addEventListener("click", () => zoomBy(0.8, undefined, undefined, true));
  at("fit").addEventListener("click", () => fit(true));

  /* Searching. */

  let matches = [];
  let chosen = -1;

  /** What can be found of a node, best first: each as a text, and whether it is worth showing. */
  const texts = (number) => {
    const node = picture.data.nodes[number];
    const own = touching(number).map((index) => picture.data.edges[index]);
    return [
      { text: node.name, rank: 0 },
      { text: node.id, rank: 1 },
      { text: node.detail, rank: 2 },
      ...own.flatMap((it) => it.variables.map(([name]) => ({ text: name, rank: 3, shown: true }))),
      ...node.resources.map((it) => ({ text: it.address, rank: 4, shown: true })),
      ...(node.place ? [{ text: node.place.at, rank: 5, shown: true }] : []),
      ...node.routes.map((text) => ({ text, rank: 6, shown: true })),
      ...node.findings.map((it) => ({ text: it.rule, rank: 7, shown: true })),
    ];
  };

  const matching = (words) => {
    const all = picture.order.map((number, place) => {
      const hits = words.map((word) => texts(number).find(({ text }) => text.toLowerCase().includes(word)));
      if (hits.some((hit) => !hit)) return null;
      const worst = hits.reduce((a, b) => (b && b.rank > (a?.rank ?? -1) ? b : a), null);
      const starts = words.length && picture.data.nodes[number].name.toLowerCase().startsWith(words[0]);
      return { number, place, rank: (worst?.rank ?? 0) - (starts ? 0.5 : 0), hit: worst?.shown ? worst.text : "" };
    });
    return all.filter(Boolean).sort((a, b) => a.rank - b.rank || a.place - b.place);
  };

  const option = ({ number, hit }, index) => {
    const node = picture.data.nodes[number];
    return make(
      "li",
      { id: `result-${index}`, role: "option", "aria-selected": "false", click: () => jump(index) },
      icon(node.kind),
      make("span", {}, make("bdi", {}, node.name)),
      make("small", {}, node.kind.replace("-", " ")),
      hit ? make("small", { class: "match" }, make("bdi", {}, hit)) : undefined,
    );
  };

  const choose = (index) => {
    chosen = index;
    [...results.children].forEach((item, other) => item.setAttribute("aria-selected", String(other === index)));
    const item = results.children[index];
    if (item) {
      search.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else {
      search.removeAttribute("aria-activedescendant");
    }
  };

  const find = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    matches = matching(words);
    const shown = matches.slice(0, MOST_RESULTS);
    at("count").textContent = words.length
      ? `${matches.length} of ${plural(picture.data.nodes.length, "node")}`
      : `All ${plural(picture.data.nodes.length, "node")}`;
    results.replaceChildren(...shown.map(option));
    found.hidden = false;
    search.setAttribute("aria-expanded", "true");
    choose(words.length && shown.length ? 0 : -1);
  };

  const hideResults = () => {
    found.hidden = true;
    search.setAttribute("aria-expanded", "false");
    search.removeAttribute("aria-activedescendant");
  };

  const jump = (index) => {
    const { number } = matches[index];
    hideResults();
    select(number);
    picture.nodes[number].focus({ preventScroll: true });
  };

  search.addEventListener("input", find);
  search.addEventListener("focus", find);
  search.addEventListener("blur", (event) => {
    if (!found.contains(event.relatedTarget)) hideResults();
  });
  // A click in the list must not take the focus before it is a click.
  found.addEventListener("pointerdown", (event) => event.preventDefault());
  search.addEventListener("keydown", (event) => {
    const last = results.children.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (found.hidden) find();
      const next = event.key === "ArrowDown" ? chosen + 1 : chosen - 1;
      choose(next > last ? 0 : next < 0 ? last : next);
    } else if (event.key === "Enter" && !found.hidden && matches.length) {
      event.preventDefault();
      jump(Math.max(chosen, 0));
    }
  });

  /* Views, links, themes. */

  const show = (number) => {
    const id = selected === null ? null : picture.data.nodes[selected].id;
    const open = !panel.hidden;
    unselect();
    picture = pictures[number];
    pictures.forEach(({ figure }) => {
      const shown = figure === picture.figure;
      figure.classList.toggle("shown", shown);
      figure.setAttribute("aria-hidden", String(!shown));
    });
    at("app").textContent = picture.data.app;
    at("view").value = String(number);
    rove(picture.order[0]);
    drawMap();
    const same = picture.data.nodes.findIndex((node) => node.id === id);
    if (open) showPanel(overview());
    if (picture.fresh) begin();
    else draw(false);
    if (same >= 0) select(same);
  };

  const follow = () => {
    let wanted = "";
    try {
      wanted = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const [id, where] = wanted.split("@");
    const number = where
      ? pictures.findIndex(({ data }) => `${data.app}/${data.environment}` === where)
      : picture.number;
    const node = views[number]?.nodes.findIndex((it) => it.id === id) ?? -1;
    if (node < 0) return;
    if (number !== picture.number) show(number);
    select(node);
  };

  const THEMES = ["auto", "light", "dark"];
  const remembered = () => {
    try {
      return localStorage.getItem("klo-theme") ?? "auto";
    } catch {
      return "auto";
    }
  };

  const setTheme = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    at("theme").textContent = `Theme: ${theme}`;
    try {
      localStorage.setItem("klo-theme", theme);
    } catch {
      // Files may have no storage; the theme then lasts as long as the page.
    }
  };

  at("theme").addEventListener("click", () => {
    const now = root.dataset.theme ?? "auto";
    setTheme(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
  });

  at("view").addEventListener("change", (event) => show(Number(event.target.value)));
  window.addEventListener("hashchange", follow);
  window.addEventListener("resize", drawWindow);

  window.addEventListener("beforeprint", () => {
    picture.scene.style.transform = "none";
  });
  window.addEventListener("afterprint", () => draw(false));

  const unboxed = (on) => {
    for (const { svg, box } of pictures) {
      if (on) svg.removeAttribute("viewBox");
      else svg.setAttribute("viewBox", box);
    }
  };
  window.addEventListener("beforeprint", () => unboxed(false));
  window.addEventListener("afterprint", () => unboxed(true));

  const start = () => {
    root.classList.add("js");
    setTheme(THEMES.includes(remembered()) ? remembered() : "auto");
    if (!picture) {
      at("choice").hidden = true;
      stage.prepend(make("p", { class: "without" }, "There is no graph to show: see what klo says is wrong."));
      return;
    }
    unboxed(true);
    at("choice").hidden = pictures.length < 2;
    if (window.innerWidth >= 900) at("legend").open = pictures[0].data.nodes.length < 30;
    show(0);
    if (window.innerWidth >= 1100) {
      opener = at("overview");
      showPanel(overview());
      begin();
    }
    follow();
  };

  start();
})();
