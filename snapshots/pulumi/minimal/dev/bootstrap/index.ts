// Loads what is made here, and puts out what people and programs need to know
// of it.
//
// minimal, environment dev. Written by klo from the annotated source: change
// that instead.

import * as serviceMinimal from "./service-minimal";

// Where images are pushed, by unit
export const repositories = {
  "service-minimal": serviceMinimal.repository.repositoryUrl,
};
