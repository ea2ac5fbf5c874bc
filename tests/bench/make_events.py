#!/usr/bin/env python3
"""Writes event documents in the manner of Bluesky's Jetstream, as JSON Lines: the million that the benches load.

Same events and seed give the same bytes on every machine, whatever the number of processes: each block of events
has a random stream of its own, and everything with an identity (users, posts) is a hash of its number.
Sizes, skew and entropy follow the real stream: about 480 bytes an event, of which `zstd -3` leaves about a quarter.
"""
import argparse
import hashlib
import json
import multiprocessing
import os
import random
from bisect import bisect
from math import sqrt

from post_texts import post_text

BLOCK = 10_000
START_US = 1_732_206_349_000_000  # 2024-11-21T16:25:49Z
STEP_US = 20_000  # a million events span five and a half hours
USERS, POSTS = 300_000, 200_000

BASE32 = bytes(b"abcdefghijklmnopqrstuvwxyz234567"[i & 31] for i in range(256))
SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"

RECORDS = [  # collection, share of commits
    ("app.bsky.feed.like", 0.55), ("app.bsky.graph.follow", 0.142), ("app.bsky.feed.repost", 0.145),
    ("app.bsky.feed.post", 0.12), ("app.bsky.graph.block", 0.022), ("app.bsky.actor.profile", 0.009),
    ("app.bsky.graph.listitem", 0.0065), ("app.bsky.feed.threadgate", 0.002), ("app.bsky.feed.postgate", 0.0012),
    ("app.bsky.graph.starterpack", 0.0008), ("app.bsky.graph.list", 0.0006), ("app.bsky.feed.generator", 0.0003),
    ("app.bsky.graph.listblock", 0.0003), ("chat.bsky.actor.declaration", 0.0002), ("fyi.unravel.frontpage.vote", 0.0001),
]


def base32_of(seed, length):
    """Spells the hash of a number as base32: the identity of a user, a post or a list."""
    return hashlib.shake_128(seed).digest(length).translate(BASE32).decode()


def tid(time_us, clock):
    """Spells a timestamp id: 53 bits of microseconds and 10 of clock, base32 in sorting order."""
    bits = time_us << 10 | clock
    return "".join(SORTABLE[bits >> shift & 31] for shift in range(60, -1, -5))


def did(user):
    return "did:plc:" + base32_of(b"u%d" % user, 24)


def iso_time(time_us):
    days, rest = divmod(time_us // 1000, 86_400_000)
    hour, rest = divmod(rest, 3_600_000)
    minute, rest = divmod(rest, 60_000)
    return f"2024-11-{days - 20048 + 21:02d}T{hour:02d}:{minute:02d}:{rest // 1000:02d}.{rest % 1000:03d}Z"


class Block:
    """Makes the events of one block, from a random stream that depends on the seed and the block's number only."""

    def __init__(self, seed, number):
        self.rng = random.Random(f"{seed}/{number}")
        self.shares, total = [], 0.0
        for _, share in RECORDS:
            total += share
            self.shares.append(total)

    def user(self):
        share = self.rng.random()  # raised to 2.5 by what every machine rounds alike; `**` is not
        return int(USERS * share * share * sqrt(share))

    def strong_ref(self):
        """Refers to a post: popular ones often, most of them rarely, each always with the same cid."""
        share = self.rng.random()
        post = int(POSTS * share * share * share)
        ids = base32_of(b"p%d" % post, 57)
        clock = int.from_bytes(ids[52:54].encode(), "big") & 1023
        time_us = START_US - 60_000_000 * (post % 2880) - int.from_bytes(ids[54:].encode(), "big")
        author = did(post * post // POSTS * USERS // POSTS)
        return (f'{{"cid":"bafyrei{ids[:52]}","uri":"at://{author}/app.bsky.feed.post/{tid(time_us, clock)}"}}')

    def list_uri(self, owner):
        return f"at://{owner}/app.bsky.graph.list/{tid(START_US - self.rng.randrange(10**13), 7)}"

    def record(self, collection, author, created):
        rng = self.rng
        head = f'{{"$type":"{collection}","createdAt":"{created}"'
        if collection in ("app.bsky.feed.like", "app.bsky.feed.repost"):
            return f'{head},"subject":{self.strong_ref()}}}'
        if collection in ("app.bsky.graph.follow", "app.bsky.graph.block"):
            return f'{head},"subject":"{did(self.user())}"}}'
        if collection == "app.bsky.feed.post":
            return self.post(head)
        if collection == "app.bsky.graph.listitem":
            return f'{head},"list":"{self.list_uri(author)}","subject":"{did(self.user())}"}}'
        text, _ = post_text(rng)
        if collection == "app.bsky.actor.profile":
            avatar = self.blob("image/jpeg")
            return f'{head},"avatar":{avatar},"description":{quoted(text)},"displayName":{quoted(text[:12])}}}'
        if collection in ("app.bsky.feed.threadgate", "app.bsky.feed.postgate"):
            rules = '"allow":[{"$type":"app.bsky.feed.threadgate#followingRule"}],"hiddenReplies":[]'
            return f'{head},{rules},"post":"at://{author}/app.bsky.feed.post/{tid(START_US, rng.randrange(1024))}"}}'
        if collection == "chat.bsky.actor.declaration":
            return f'{{"$type":"{collection}","allowIncoming":"{rng.choice(("all", "following", "none"))}"}}'
        return f'{head},"description":{quoted(text)},"name":{quoted(text[:20])},"list":"{self.list_uri(author)}"}}'

    def post(self, head):
        rng = self.rng
        text, lang = post_text(rng)
        kind, embed = rng.random(), ""
        facets = self.facet(text) if kind < 0.18 else ""
        if kind > 0.72:
            image = (f'{{"alt":"","aspectRatio":{{"height":{rng.randrange(300, 2001)},"width":{rng.randrange(300, 2001)}}},'
                     f'"image":{self.blob("image/jpeg")}}}')
            embed = f',"embed":{{"$type":"app.bsky.embed.images","images":[{image}]}}'
        reply = ""
        if rng.random() < 0.48:
            parent = self.strong_ref()
            root = parent if rng.random() < 0.6 else self.strong_ref()
            reply = f',"reply":{{"parent":{parent},"root":{root}}}'
        langs = "" if rng.random() < 0.04 else f',"langs":["{lang}"]' if rng.random() < 0.96 else f',"langs":["en","{lang}"]'
        return f'{head}{embed}{facets}{langs}{reply},"text":{quoted(text)}}}'

    def facet(self, text):
        rng, size = self.rng, len(text.encode())
        begin = rng.randrange(size) if size else 0
        feature = rng.choice((
            f'{{"$type":"app.bsky.richtext.facet#mention","did":"{did(self.user())}"}}',
            '{"$type":"app.bsky.richtext.facet#tag","tag":' + quoted((text.split() or ["art"])[-1]) + "}",
            f'{{"$type":"app.bsky.richtext.facet#link","uri":"https://example.com/{base32_of(rng.randbytes(8), 11)}"}}',
        ))
        return f',"facets":[{{"features":[{feature}],"index":{{"byteEnd":{size},"byteStart":{begin}}}}}]'

    def blob(self, mime):
        link = self.rng.randbytes(52).translate(BASE32).decode()
        return (f'{{"$type":"blob","mimeType":"{mime}","ref":{{"$link":"bafkrei{link}"}},'
                f'"size":{self.rng.randrange(20_000, 980_000)}}}')

    def event(self, time_us):
        rng = self.rng
        author, kind = did(self.user()), rng.random()
        head = f'{{"did":"{author}","time_us":{time_us},"kind":'
        if kind < 0.007:
            return head + self.identity(author, time_us)
        written = time_us - int(900_000 * rng.random() * rng.random()) - 90_000
        rev, clock = tid(written, rng.randrange(1024)), rng.randrange(1024)
        collection = RECORDS[min(bisect(self.shares, rng.random()), len(RECORDS) - 1)][0]
        place = f'"collection":"{collection}","rkey":"{tid(written - rng.randrange(400_000), clock)}"'
        if rng.random() < 0.045:
            return f'{head}"commit","commit":{{"rev":"{rev}","operation":"delete",{place}}}}}'
        operation = "update" if collection.endswith("profile") and rng.random() < 0.7 else "create"
        record = self.record(collection, author, iso_time(written - rng.randrange(900_000)))
        cid = rng.randbytes(52).translate(BASE32).decode()
        return (f'{head}"commit","commit":{{"rev":"{rev}","operation":"{operation}",{place},'
                f'"record":{record},"cid":"bafyrei{cid}"}}}}')

    def identity(self, author, time_us):
        rng = self.rng
        body = f'"did":"{author}","seq":{3_500_000_000 + (time_us - START_US) // 900},"time":"{iso_time(time_us)}"'
        if rng.random() < 0.6:
            return f'"identity","identity":{{{body},"handle":"{base32_of(author.encode(), 9)}.bsky.social"}}}}'
        if rng.random() < 0.8:
            return f'"account","account":{{"active":true,{body}}}}}'
        return f'"account","account":{{"active":false,{body},"status":"deactivated"}}}}'


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def block_text(job):
    seed, number, count = job
    block, lines = Block(seed, number), []
    base = START_US + number * BLOCK * STEP_US
    for i in range(count):
        lines.append(block.event(base + i * STEP_US + block.rng.randrange(STEP_US)))
    return ("\n".join(lines) + "\n").encode()


def write_events(path, events, seed):
    """Writes the file under a passing name first, so that a half-written one is never taken for a whole."""
    jobs = [(seed, n, min(BLOCK, events - n * BLOCK)) for n in range((events + BLOCK - 1) // BLOCK)]
    with multiprocessing.Pool(min(os.cpu_count() or 1, 8)) as pool, open(f"{path}.part", "wb") as out:
        for text in pool.imap(block_text, jobs):
            out.write(text)
    os.replace(f"{path}.part", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    write_events(options.out, options.events, options.seed)


if __name__ == "__main__":
    main()
