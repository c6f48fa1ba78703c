"""The sample data of the shared folder: taxi rides in a town that does not exist, the same everywhere."""

import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEED = 20260101
RIDES = 6000
COLUMNS = (
    "ride_id",
    "started_at",
    "district",
    "distance_km",
    "minutes",
    "passengers",
    "fare",
    "tip",
    "paid_by",
)
DISTRICTS = {"Harbour": 1.0, "Old Town": 1.6, "University": 1.3, "Airport": 0.5, "Mills": 0.8, "Gardens": 0.6}
BASE_FARE, FARE_PER_KM, FARE_PER_MINUTE = 2.5, 1.4, 0.35
FILE = "taxi_rides.csv"


def rides() -> Iterator[tuple[object, ...]]:
    """The rides of January, in the order in which they began."""
    chance = random.Random(SEED)  # noqa: S311 - sample data, the same everywhere, not a secret
    began = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(1, RIDES + 1):
        began += timedelta(minutes=chance.expovariate(RIDES / (31 * 24 * 60)))
        yield (number, began.strftime("%Y-%m-%d %H:%M:%S"), *_ride(chance, began.hour))


def _ride(chance: random.Random, hour: int) -> tuple[object, ...]:
    district = chance.choices(list(DISTRICTS), weights=list(DISTRICTS.values()))[0]
    distance = round(chance.lognormvariate(2.7 if district == "Airport" else 1.2, 0.45), 2)
    speed = 18 if hour in (7, 8, 16, 17, 18) else 29
    minutes = round(distance / speed * 60 * chance.uniform(0.8, 1.3) + 2, 1)
    fare = round(BASE_FARE + FARE_PER_KM * distance + FARE_PER_MINUTE * minutes, 2)
    paid_by = chance.choices(("card", "cash", "app"), weights=(5, 2, 4))[0]
    tip = 0.0 if paid_by == "cash" else round(fare * chance.choice((0, 0, 0.05, 0.1, 0.15)), 2)
    return (
        district,
        distance,
        minutes,
        chance.choices((1, 2, 3, 4), weights=(7, 3, 1, 1))[0],
        fare,
        tip,
        paid_by,
    )


def write(file: Path) -> None:
    """Write the rides as CSV."""
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rides())
