// What the other files share: ways to text and numbers that are known only once
// something is made.
//
// shop, environment prod. Written by klo from the annotated source: change that
// instead.

import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";

/** What a map holds under a key, which has to be there. */
export function entry(
  map: pulumi.Input<Record<string, string>>,
  key: string,
): pulumi.Output<string> {
  return pulumi.output(map).apply((entries) => {
    const found = entries[key];
    if (found === undefined) {
      throw new pulumi.RunError(`nothing is set for ${key}`);
    }
    return found;
  });
}

/** The texts in a JSON object. */
export function jsonDecode(
  text: pulumi.Input<string>,
): pulumi.Output<Record<string, string>> {
  return pulumi
    .output(text)
    .apply((json): Record<string, string> => JSON.parse(json));
}

/** A property of a resource of a file that is loaded later. */
export function laterOf<
  File,
  Name extends keyof File,
  Property extends keyof File[Name],
>(
  file: Promise<File>,
  name: Name,
  property: Property,
): pulumi.Output<pulumi.Unwrap<File[Name][Property]>> {
  return pulumi.output(file.then((loaded) => loaded[name][property]));
}

/** The number that digits stand for. */
export function parseInteger(
  text: pulumi.Input<string>,
  base: number,
): pulumi.Output<number> {
  return pulumi.output(text).apply((digits) => parseInt(digits, base));
}

/** Text with every occurrence of a part replaced. */
export function replace(
  text: pulumi.Input<string>,
  part: string,
  by: string,
): pulumi.Output<string> {
  return pulumi.output(text).apply((whole) => whole.split(part).join(by));
}

/** The SHA-256 of a text, in hexadecimal digits. */
export function sha256(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi
    .output(text)
    .apply((whole) => createHash("sha256").update(whole).digest("hex"));
}

/** A part of a text. */
export function substring(
  text: pulumi.Input<string>,
  offset: number,
  length: number,
): pulumi.Output<string> {
  return pulumi
    .output(text)
    .apply((whole) => whole.slice(offset, offset + length));
}

/** The text that another stack puts out under a name. */
export function textOf(
  stack: pulumi.StackReference,
  name: string,
): pulumi.Output<string> {
  return stack.requireOutput(name).apply((value) => String(value));
}

/** The texts that another stack puts out under a name. */
export function textsOf(
  stack: pulumi.StackReference,
  name: string,
): pulumi.Output<Record<string, string>> {
  return stack
    .requireOutput(name)
    .apply((value): Record<string, string> => ({ ...value }));
}

/** A text as it may stand in a URL. */
export function urlEncode(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((plain) => encodeURIComponent(plain));
}
