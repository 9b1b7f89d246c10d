from mailroom.archive import keep


# @klo::function(name = "weigh-parcel", run_on = "fargate")
# @klo::trigger(topic = "parcels")
def weigh_parcel(number: int, grams: int) -> None:
    keep(f"parcels/{number}", str(grams))
