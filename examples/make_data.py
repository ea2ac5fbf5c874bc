#!/usr/bin/env python3
"""Writes a web shop's orders as JSON Lines: nested customers, arrays of items, fields that come and go.

The same count and seed give the same bytes on every machine. Usage: make_data.py FILE [COUNT [SEED]]
"""
import datetime
import json
import random
import sys

# Country codes of ISO 3166-1, so that orders join with Debian's iso-codes; earlier ones order more.
CITIES = [("DE", "Berlin"), ("FR", "Lyon"), ("JP", "Osaka"), ("BR", "Recife"), ("US", "Portland"), ("IN", "Pune"),
          ("GB", "Leeds"), ("IT", "Turin"), ("NO", "Bergen"), ("KE", "Nairobi"), ("VN", "Huế"), ("CL", "Valparaíso")]
PRODUCTS = [("beech sapling", 1290), ("oak sapling", 1490), ("pruning shears", 2350), ("watering can", 1875),
            ("root stimulator", 990), ("compost, 40 l", 799), ("grafting wax", 640), ("cherry \"Sunburst\"", 3400),
            ("ladder", 8900), ("bird house", 2150)]
NAMES = ["Ada", "Björn", "Chloé", "Dmitri", "Emeka", "Fatima", "Grażyna", "Hiro", "Inês", "José", "Kwame", "Linh"]
STATUSES = ["shipped", "shipped", "shipped", "delivered", "delivered", "returned", "open"]
FIRST_ORDER = datetime.datetime(2024, 1, 1)


class Dice:
    """Draws through random() alone: the one method whose sequence Python promises to keep."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, bound):
        return int(self.random() * bound)

    def pick(self, choices):
        return choices[self.below(len(choices))]

    def pick_early(self, choices):
        """Picks earlier choices more often, as real categories are."""
        return choices[int(self.random() ** 2 * len(choices))]

    def chance(self, probability):
        return self.random() < probability


def order(number, dice):
    country, city = dice.pick_early(CITIES)
    items = []
    for _ in range(1 + dice.below(4)):
        name, cents = dice.pick_early(PRODUCTS)
        items.append({"name": name, "price": cents / 100, "quantity": 1 + dice.below(3)})
    placed = FIRST_ORDER + datetime.timedelta(minutes=number * 7 + dice.below(7))
    tree = {
        "id": number,
        "placed": placed.isoformat() + "Z",
        "status": dice.pick(STATUSES),
        "customer": {"name": dice.pick(NAMES), "since": 2015 + dice.below(9),
                     "address": {"city": city, "country": country}},
        "items": items,
        "total": round(sum(item["price"] * item["quantity"] for item in items), 2),
    }
    if dice.chance(0.3):
        tree["coupon"] = {"code": dice.pick(["SPRING", "FRIEND", "ARBOR"]), "percent": 5 * (1 + dice.below(4))}
    if dice.chance(0.1):
        tree["note"] = dice.pick(["ring twice", "leave at the gate", "a gift: no invoice, please", None])
    return tree


def main():
    file = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    dice = Dice(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with open(file, "w", encoding="utf-8") as out:
        for number in range(1, count + 1):
            out.write(json.dumps(order(number, dice), ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
