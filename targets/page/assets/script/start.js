/* Views, links, themes. */

const show = (number) => {
  const id = selected === null ? null : picture.data.nodes[selected].id;
  const open = !panel.hidden;
  if (selected !== null) unselect();
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
  const number = where ? pictures.findIndex(({ data }) => `${data.app}/${data.environment}` === where) : picture.number;
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
  picture.headings.style.transform = "none";
  for (const folded of panel.querySelectorAll("details")) folded.open = true;
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
  if (window.innerWidth >= 1100 || picture.data.problems.length) {
    opener = at("overview");
    showPanel(overview());
    begin();
  }
  follow();
};

start();
