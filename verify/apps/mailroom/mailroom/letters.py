import dataclasses
import os

from mailroom.archive import keep
from mailroom.seal import SEAL

# @klo::queue(name = "letters")
LETTERS_URL = os.environ.get("LETTERS_URL", "")


@dataclasses.dataclass
class Letter:
    number: int
    text: str
    urgent: bool = False


# @klo::function(name = "file-letter")
# @klo::trigger(queue = "letters")
def file_letter(letter: Letter) -> None:
    if not letter.text:
        raise ValueError(f"letter {letter.number} is empty")
    keep(f"letters/{letter.number}", f"{letter.text} sealed with {SEAL}")
