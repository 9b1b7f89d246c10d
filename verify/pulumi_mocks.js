// Runs a compiled Pulumi program under Pulumi's own mocks and prints, as JSON, every resource that it
// registers, with its options; and which made-up text stands for which attribute.
//
//   node pulumi_mocks.js PROGRAM PROJECT STACK CONFIGURATION NODE_MODULES
//
// CONFIGURATION is JSON: "config" by full name, "outputs" of the other stack, "parameters" of Parameter
// Store by name. What ends a program is put to standard error as Pulumi does it: the message alone of
// what is meant for people, the stack of what is a fault.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const [program, project, stack, configuration, modules] = process.argv.slice(2);
const given = JSON.parse(configuration);
const load = (name) => require(path.join(modules, name));
const pulumi = load("@pulumi/pulumi");
const mocks = load("@pulumi/pulumi/runtime/mocks");

/** The interfaces of what comes back, by name, from the package's declarations. */
const results = {};
for (const line of declarations()) {
  results[line.name] = line.properties;
}

function* declarations() {
  const text = fs.readFileSync(path.join(modules, "@pulumi/aws/types/output.d.ts"), "utf8");
  let namespace = "";
  let current;
  for (const line of text.split("\n")) {
    let match;
    if ((match = /^export declare namespace (\w+)/.exec(line))) namespace = match[1];
    else if ((match = /^ {4}interface (\w+)/.exec(line))) {
      current = { name: `${namespace}.${match[1]}`, properties: {} };
      yield current;
    } else if (current && (match = /^ {8}(\w+)\??: (.*);$/.exec(line))) {
      current.properties[match[1]] = match[2];
    }
  }
}

/** The properties that a class has, with their types. */
function properties(type) {
  const [, place, name] = type.split(":");
  const file = path.join(modules, "@pulumi/aws", `${place}.d.ts`);
  const random = path.join(modules, "@pulumi/random", `${place.split("/").pop()}.d.ts`);
  const text = fs.readFileSync(type.startsWith("random:") ? random : file, "utf8");
  const found = {};
  const begin = text.indexOf(`class ${name} `);
  for (const match of text.slice(begin).matchAll(/readonly (\w+): pulumi\.Output<(.*)>;/g)) {
    found[match[1]] = match[2];
  }
  return found;
}

const tokens = {};
let count = 0;

/** Something of a type that stands for an attribute; merged into what was given. */
function madeUp(type, at, stated, depth = 0) {
  const inner = /outputs\.([\w.]+?)(\[\])?( \| undefined)?$/.exec(type);
  if (inner && depth < 4 && (stated === undefined || typeof stated === "object")) {
    const one = (value) => {
      const object = { ...value };
      for (const [name, type] of Object.entries(results[inner[1]] ?? {})) {
        object[name] = madeUp(type, `${at}.${name}`, object[name], depth + 1);
      }
      return object;
    };
    if (!inner[2]) return one(stated);
    return stated === undefined ? [one({})] : stated.map(one);
  }
  if (stated !== undefined) return stated;
  const token = String(++count);
  if (/^string|^pulumi\.|ARN|enums/.test(type) && !type.includes("[]")) {
    tokens[`tok${token}end`] = at;
    return `tok${token}end`;
  }
  if (/^number/.test(type)) {
    tokens[String(770000000 + count)] = at;
    return 770000000 + count;
  }
  return undefined;
}

const registered = [];
const options = new Map();
/** Type and name, without the stack that everything is in. */
const short = (urn) => urn.split("::").slice(2, 4).join("::").split("$").pop();
const original = mocks.MockMonitor.prototype.registerResource;
mocks.MockMonitor.prototype.registerResource = function (request, callback) {
  options.set(`${request.getType()}::${request.getName()}`, {
    protect: request.getProtect(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : null,
    ignoreChanges: request.getIgnorechangesList(),
    dependsOn: request.getDependenciesList().map(short),
    provider: short(request.getProvider()),
    import: request.getImportid(),
    // The package adds the former types of a class, which bear no name.
    aliases: request
      .getAliasesList()
      .map((alias) => alias.getSpec()?.getName())
      .filter(Boolean),
    secrets: request.getAdditionalsecretoutputsList(),
  });
  return original.call(this, request, callback);
};

pulumi.runtime.setMocks(
  {
    newResource(args) {
      if (args.type === "pulumi:pulumi:StackReference") {
        return { id: args.name, state: { ...args.inputs, outputs: given.outputs } };
      }
      if (args.type.startsWith("pulumi:")) {
        registered.push({ type: args.type, name: args.name, inputs: args.inputs });
        return { id: args.name, state: args.inputs };
      }
      registered.push({ type: args.type, name: args.name, inputs: args.inputs });
      const state = { ...args.inputs };
      const at = `${args.type}::${args.name}`;
      for (const [name, type] of Object.entries(properties(args.type))) {
        state[name] = madeUp(type, `${at}::${name}`, state[name]);
      }
      const id = `tok${++count}end`;
      tokens[id] = `${at}::id`;
      return { id, state };
    },
    call(args) {
      const found = { ...args.inputs, id: `tok${++count}end` };
      const name = `${args.token}(${JSON.stringify(args.inputs)})`;
      tokens[found.id] = `${name}::id`;
      const secret = { username: "tokUserend", password: "tokPasswordend" };
      if (args.token.includes("getSecretVersion")) found.secretString = JSON.stringify(secret);
      const [, place, method] = args.token.split(":");
      const { name: asked, path: below } = args.inputs;
      const stored = Object.keys(given.parameters);
      if (method === "getParameter" && !stored.includes(asked)) {
        throw new Error(`reading SSM Parameter (${asked}): couldn't find resource`);
      }
      if (method === "getParameter") {
        found.insecureValue = given.parameters[asked];
      }
      if (method === "getParametersByPath") {
        found.names = stored.filter((one) => one.startsWith(`${below}/`));
      }
      const file = path.join(modules, "@pulumi/aws", `${place.replace(/^index\//, "")}.d.ts`);
      const text = fs.readFileSync(file, "utf8");
      const begin = text.indexOf(`interface G${method.slice(1)}Result `);
      for (const match of text.slice(begin).matchAll(/readonly (\w+)\??: (.*);/g)) {
        found[match[1]] = madeUp(match[2], `${name}::${match[1]}`, found[match[1]]);
      }
      return found;
    },
  },
  project,
  stack,
  false,
  "organization",
);
pulumi.runtime.setAllConfig(given.config);

process.on("unhandledRejection", (error) => {
  const told = pulumi.RunError.isInstance(error) ? error.message : (error.stack ?? error);
  process.stderr.write(`error: ${told}\n`);
  process.exit(1);
});

// Nothing is left to do once everything that waits for something has come about.
let printed = false;
process.on("beforeExit", () => {
  if (printed) return;
  printed = true;
  const resources = registered.map((resource) => ({
    ...resource,
    options: options.get(`${resource.type}::${resource.name}`),
  }));
  process.stdout.write(JSON.stringify({ resources, tokens }));
});
pulumi.runtime.runInPulumiStack(async () => require(path.resolve(program)));
