import os

# @klo::secret(name = "seal")
SEAL = os.environ["MAILROOM_SEAL"]
