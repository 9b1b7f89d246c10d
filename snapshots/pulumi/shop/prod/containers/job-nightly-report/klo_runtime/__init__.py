"""What klo puts into an image beside the application. Standard library alone."""
