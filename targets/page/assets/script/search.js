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
    const aside = family(picture.data.nodes[number].kind) === "way-in" ? 1 : 0;
    return { number, place, aside, rank: (worst?.rank ?? 0) - (starts ? 0.5 : 0), hit: worst?.shown ? worst.text : "" };
  });
  return all.filter(Boolean).sort((a, b) => a.rank - b.rank || a.aside - b.aside || a.place - b.place);
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
