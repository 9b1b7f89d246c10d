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

/** A value of a file that is loaded after the one that needs it. */
export function later<File, Name extends keyof File>(
  file: Promise<File>,
  name: Name,
): pulumi.Output<pulumi.Unwrap<File[Name]>> {
  return pulumi.output(file.then((loaded) => loaded[name]));
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

/** A resource of a file that is loaded later, for what has to wait for it. */
export async function laterResource<File, Name extends keyof File>(
  file: Promise<File>,
  name: Name,
): Promise<File[Name]> {
  return (await file)[name];
}

/** What was looked up, once a list in it holds every text that it has to. Where one is not there, the
 * update ends with the sentence beside it. */
export function holding<
  List extends string,
  Found extends Record<List, string[]>,
>(
  found: pulumi.Output<Found>,
  list: List,
  needed: Record<string, string>,
): pulumi.Output<Found> {
  return found.apply((known) => {
    for (const [text, otherwise] of Object.entries(needed)) {
      if (!known[list].includes(text)) {
        throw new pulumi.RunError(otherwise);
      }
    }
    return known;
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

/** The number that a text says. */
export function toNumber(text: pulumi.Input<string>): pulumi.Output<number> {
  return pulumi.output(text).apply((digits) => Number(digits));
}

/** A text as it may stand in a URL. */
export function urlEncode(text: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(text).apply((plain) => encodeURIComponent(plain));
}
