// What the other files share: ways to text and numbers that are known only once
// something is made.
//
// minimal, environment dev. Written by klo from the annotated source: change
// that instead.

import * as pulumi from "@pulumi/pulumi";

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

/** The texts that another stack puts out under a name. */
export function textsOf(
  stack: pulumi.StackReference,
  name: string,
): pulumi.Output<Record<string, string>> {
  return stack
    .requireOutput(name)
    .apply((value): Record<string, string> => ({ ...value }));
}
