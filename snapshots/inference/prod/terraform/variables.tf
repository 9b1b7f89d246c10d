# What has to be known from outside: values that the bootstrap root, the image build or a person
# hands over.
#
# inference, environment prod. Written by klo from the annotated source: change that instead.

variable "results_password_version" {
  description = "Raise by one to give database.results a new password, and once more if an apply fails while it does."
  type        = number
  default     = 1
}

variable "repositories" {
  description = "Image repositories by unit, from the bootstrap root"
  type        = map(string)
}

variable "images" {
  description = "Digests of images by unit, written when they are pushed"
  type        = map(string)
}

variable "key_arn" {
  description = "ARN of the environment's key, from the bootstrap root"
  type        = string
}
