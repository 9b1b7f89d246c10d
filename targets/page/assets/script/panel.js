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

/** Text in which what stands between backticks is code. */
const prose = (text) => text.split("`").map((part, number) => (number % 2 ? code(part) : part));

const code = (text) => make("code", {}, make("bdi", {}, text));

/** A path, which may be broken after its slashes. */
const place = (text) => {
  const parts = text.split("/").flatMap((part, number) => (number ? [make("wbr"), part] : [part]));
  const slashed = parts.map((part, number) =>
    typeof part === "string" && number < parts.length - 1 ? `${part}/` : part,
  );
  return make("span", { class: "at" }, make("bdi", {}, slashed));
};

/** The first few, and the others on demand. */
const places = (all) => {
  const [first, others] = [all.slice(0, 3), all.slice(3)];
  if (others.length < 2) return all.map(place);
  return [
    ...first.map(place),
    make("details", {}, make("summary", {}, `${others.length} more places`), others.map(place)),
  ];
};

const finding = (it) =>
  make(
    "div",
    { class: it.waived ? "notice waived" : "notice" },
    make("p", {}, make("strong", {}, it.rule), " ", make("span", { class: "tag" }, it.level)),
    make("p", {}, prose(it.message)),
    it.why ? make("p", {}, make("small", {}, prose(it.why))) : undefined,
    it.waived ? make("p", {}, make("strong", {}, "Waived "), it.waived) : undefined,
    place(it.subject),
  );

const decision = (it) =>
  make(
    "li",
    {},
    make("strong", {}, prose(it.chosen)),
    " ",
    make("span", { class: "tag" }, it.code),
    it.standing_cost ? [" ", make("span", { class: "tag" }, "costs money each month")] : undefined,
    make("p", {}, "because ", prose(it.because)),
    it.instead_of.map((other) => make("small", {}, "instead of ", prose(other))),
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
      make("small", {}, prose(it.origin)),
      it.at ? place(it.at) : undefined,
      (it.instead_of ?? []).map(([value, origin]) =>
        make("small", {}, "in place of ", code(value), " from ", prose(origin)),
      ),
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
    make("span", { class: "tag" }, it.access.join(", ")),
    outward ? " → " : " ← ",
    link(other),
    it.methods.length ? make("p", {}, "through ", joined(it.methods.map(code))) : undefined,
    it.variables.map(([name, field]) => make("p", {}, code(name), ` holds its ${field}`)),
    places(it.places),
  );
};

const joined = (items) => items.flatMap((item, number) => (number ? [", ", item] : [item]));

/** Leads to another node. */
const link = (number) =>
  make(
    "button",
    { type: "button", class: "jump", click: () => select(number, { focusPanel: true }) },
    make("bdi", {}, picture.data.nodes[number].id),
  );

const list = (items) => make("ul", {}, items);

const details = (number) => {
  const node = picture.data.nodes[number];
  const touched = touching(number);
  const resources = node.resources.map((it) =>
    make("li", {}, code(it.address), it.purpose ? make("p", {}, prose(it.purpose)) : undefined, place(it.file)),
  );
  const shared = node.shared.map(([file, count]) =>
    make("li", {}, plural(count, "resource"), " that others need too", place(file)),
  );
  const chosen = node.settings.filter((it) => it.pack);
  const own = node.resources.length + node.shared.reduce((sum, [, count]) => sum + count, 0);
  return [
    heading(node.kind, node.id, [
      node.detail || node.kind,
      node.place ? place(`${node.place.at} (${node.place.item})`) : undefined,
    ]),
    ...(node.findings.length || chosen.length
      ? section(
          "Rules",
          node.findings.length + chosen.length,
          ...node.findings.map(finding),
          ...chosen.map((it) => make("p", {}, "The pack ", code(it.pack), " says ", code(`${it.name} = ${it.value}`))),
        )
      : []),
    ...settings(node),
    ...(touched.length ? section("Edges", touched.length, list(touched.map((index) => edge(number, index)))) : []),
    ...(own ? section("Resources", own, list([...resources, ...shared])) : []),
    ...(node.decisions.length ? section("Decisions", node.decisions.length, list(node.decisions.map(decision))) : []),
    ...(node.routes.length
      ? section("Routes", node.routes.length, list(node.routes.map((it) => make("li", {}, code(it)))))
      : []),
  ];
};

/** Decisions with the same choice as one, with what they are about. */
const alike = (decisions) =>
  [...new Set(decisions.map((it) => it.chosen))].map((chosen) => {
    const about = decisions.filter((it) => it.chosen === chosen).map((it) => subject(it.subject));
    return make("li", {}, prose(chosen), make("p", {}, joined(about)));
  });

const subject = (id) => {
  const number = picture.data.nodes.findIndex((node) => node.id === id);
  return number < 0 ? code(id) : link(number);
};

const overview = () => {
  const { app, environment, facts, problems, nodes, edges, findings, decisions } = picture.data;
  const kinds = new Map();
  for (const { kind } of nodes.filter((node) => node.place)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const flagged = nodes.flatMap((node, number) => (node.findings.length ? [number] : []));
  const costs = nodes.flatMap((node) => node.decisions).concat(decisions);
  const costly = costs.filter((it) => it.standing_cost);
  return [
    heading(null, `${app} in ${environment}`, `${plural(nodes.length, "node")}, ${plural(edges.length, "edge")}`),
    ...problems.map((it) =>
      make("div", { class: "notice" }, make("p", {}, prose(it.message)), it.at ? place(it.at) : undefined),
    ),
    make(
      "ul",
      { class: "counts" },
      [...kinds].map(([kind, count]) => make("li", {}, icon(kind), plural(count, kind.replace("-", " "), many(kind)))),
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
          facts.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, code(value)))),
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
                link(number),
                nodes[number].findings.map((it) => make("small", {}, `${it.rule}${it.waived ? ", waived" : ""}`)),
              ),
            ),
          ),
        )
      : []),
    ...(costly.length ? section("Costs money each month, used or not", costly.length, list(alike(costly))) : []),
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
