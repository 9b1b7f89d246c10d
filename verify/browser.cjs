// Drives a Chromium by a list of steps and says what it saw: see browser.py, which writes the list.
"use strict";

const { chromium } = require("playwright-core");

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What each step does; what it gives is its answer. */
const STEPS = {
  goto: (page, { url }) => page.goto(url, { waitUntil: "load" }).then(() => null),
  evaluate: (page, { script, argument }) => page.evaluate(`(${script})(${JSON.stringify(argument ?? null)})`),
  click: (page, { selector }) => page.locator(selector).first().click(),
  press: (page, { key }) => page.keyboard.press(key),
  type: (page, { text }) => page.keyboard.type(text),
  wheel: async (page, { x, y, by }) => {
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, by);
  },
  drag: async (page, { from, to }) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
    await page.mouse.move(...to);
    await page.mouse.up();
  },
  media: (page, options) => page.emulateMedia(options),
  size: (page, { width, height }) => page.setViewportSize({ width, height }),
  wait: (page, { ms }) => page.waitForTimeout(ms),
  screenshot: (page, { path }) => page.screenshot({ path }).then(() => null),
  pdf: (page, { path }) => page.pdf({ path, preferCSSPageSize: true }).then(() => null),
};

async function main() {
  const { executable, context, steps } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const browser = await chromium.launch({ executablePath: executable, args: ARGUMENTS });
  const saw = { answers: [], console: [], requests: [] };
  try {
    const page = await (await browser.newContext(context)).newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) saw.console.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => saw.console.push(`uncaught: ${error.message}`));
    page.on("request", (request) => saw.requests.push(request.url()));
    for (const { do: name, ...options } of steps) {
      saw.answers.push((await STEPS[name](page, options)) ?? null);
    }
  } finally {
    await browser.close();
  }
  process.stdout.write(JSON.stringify(saw));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
