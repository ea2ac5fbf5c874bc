"""The documents that the SQL scripts query: made here, the same on every machine."""
import random

FIRST = ["Henry", "George", "Barry", "Ted", "José", "Ichirō", "Lou", "Mickey", "Ken", "Luis", "O'Neil", "Zoë"]
LAST = ["Aaron", "Ruth", "Bonds", "Williams", "Núñez", "Suzuki", "Gehrig", "Mantle", "Griffey", "Tiant", "O'Brien", "van der Meer", "De La Cruz"]
COUNTRIES = ["USA"] * 8 + ["D.R.", "Venezuela", "CAN", "Japan", "Cuba", "P.R."]


def players(count=2500):
    rng = random.Random(2)
    made = []
    for number in range(count):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        identity = {0: "aaronha01", 1: "ruthba01"}.get(number, f"{last[:5].lower()}{first[:2].lower()}{number:04d}")
        player = {"playerID": identity, "nameFirst": first, "nameLast": last}
        if rng.random() < 0.93:
            player |= {"bats": rng.choice("LRRRB"), "throws": rng.choice("LRRR")}
        player |= {"weight": rng.randrange(140, 290), "height": rng.choice([70, 71, 72, 72.5, 73, 74, None])} if rng.random() < 0.9 else {}
        birth = {"year": rng.randrange(1850, 2003), "month": rng.randrange(1, 13), "day": rng.randrange(1, 29), "country": rng.choice(COUNTRIES)}
        if birth["country"] == "USA":
            birth["state"] = rng.choice(["CA", "NY", "TX", "OH", "CO"])
        if rng.random() < 0.97:
            player["birth"] = birth
        seasons = [{"year": birth["year"] + 20 + season, "team": rng.choice(["NYA", "BOS", "SFN", "CHA"]), "HR": int(rng.paretovariate(0.6)) % 74, "AB": rng.randrange(600)} for season in range(rng.randrange(0, 20))]
        player["batting"] = seasons
        if seasons:
            player["career_batting"] = {"HR": sum(season["HR"] for season in seasons), "AB": sum(season["AB"] for season in seasons), "2B": rng.randrange(500)}
        if rng.random() < 0.3:
            player["awards"] = rng.sample(["MVP", "Gold Glove", "Rookie of the Year", "Cy Young"], rng.randrange(0, 3))
        player["hall_of_fame"] = rng.random() < 0.05
        made.append(player)
    return made


def mixed():
    """One path with every kind of value, beside a number to know each tree by."""
    values = [None, True, False, 0, 1, -1, 2, 12, 2**53, 2**53 + 1, float(2**53), 2**63 - 1, -2**63, 1.0, 1.5, -0.5, 1e300, "", "a", "A", "b", "12", " 12", "1e1", "12abc", "é", "É", "a%b", "a_b",
              [], [1], ["a"], {"p": 1}, {"p": "x", "q": None}]
    made = [{"n": index, "v": value} for index, value in enumerate(values * 3)] + [{"n": 500 + index} for index in range(5)]
    return made + [{"n": 600, "v": {"p": [1, 2]}}, {"n": 601, "V": "shadowed by v"}]


DATA = {"players": players, "mixed": mixed}
