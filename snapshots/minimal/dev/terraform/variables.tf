# What has to be known from outside: values that the bootstrap root, the image build or a person
# hands over.
#
# minimal, environment dev. Written by klo from the annotated source: change that instead.

variable "repositories" {
  description = "Image repositories by unit, from the bootstrap root"
  type        = map(string)
}

variable "images" {
  description = "Digests of images by unit, written when they are pushed"
  type        = map(string)
}
