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
    headings: svg.querySelector(".headings"),
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
  const { svg, scene, headings, look } = picture;
  svg.classList.toggle("gliding", glide === true);
  // The names of columns stay in sight when what is below them is looked at.
  headings.style.transform = `translateY(${Math.max(0, -look.y / look.zoom)}px)`;
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
  const { width, height } = room();
  if (picture.look.zoom < READABLE_ZOOM) {
    const zoom = clamp(width / picture.width, Math.min(picture.look.zoom, READABLE_ZOOM), READABLE_ZOOM);
    picture.look = { zoom: Math.max(zoom, 0.6), x: 0, y: 0 };
    picture.look.y = Math.max((height - picture.height * picture.look.zoom) / 2.6, 0);
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
  const shift = (low, high, size, edge) => (low < 12 ? edge - low : high > size - 12 ? size - edge - high : 0);
  const [x, y] = [shift(left, right, width, edgeX), shift(top, bottom, height, edgeY)];
  if (x || y) pan(x, y, true);
};
