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
