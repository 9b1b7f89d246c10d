from pathlib import Path

from mailroom.archive import archive, keep

HOURS = Path(__file__).with_name("hours.txt")


# @klo::function(name = "opening-hours")
# @klo::expose(to = "internet")
async def opening_hours(day: str = "monday") -> dict[str, str]:
    return {"day": day, "hours": HOURS.read_text().strip()}


# @klo::job(name = "count", schedule = "0 6 * * *")
def count() -> None:
    keep("count", str(sum(1 for _ in archive.objects.filter(Prefix="letters/"))))
