"""XXH3-64 with a seed and its default secret, in plain Python, after the specification at https://github.com/Cyan4973/xxHash
(doc/xxhash_spec.md). Slow, which small files do not mind."""
import struct

MASK = (1 << 64) - 1
P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")


def u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def u64(data, at):
    return struct.unpack_from("<Q", data, at)[0]


def fold(left, right):
    product = left * right
    return (product ^ product >> 64) & MASK


def avalanche(value):
    value ^= value >> 37
    value = value * 0x165667919E3779F9 & MASK
    return value ^ value >> 32


def avalanche64(value):
    value = (value ^ value >> 33) * P64[1] & MASK
    value = (value ^ value >> 29) * P64[2] & MASK
    return value ^ value >> 32


def rotate(value, by):
    return (value << by | value >> 64 - by) & MASK


def swapped(value, size):
    return int.from_bytes(value.to_bytes(size, "little"), "big")


def short(data, seed):
    size = len(data)
    if size > 8:
        low = u64(data, 0) ^ (u64(SECRET, 24) ^ u64(SECRET, 32)) + seed & MASK
        high = u64(data, size - 8) ^ (u64(SECRET, 40) ^ u64(SECRET, 48)) - seed & MASK
        return avalanche(size + swapped(low, 8) + high + fold(low, high) & MASK)
    if size > 3:
        seed ^= swapped(seed & 0xFFFFFFFF, 4) << 32
        value = u32(data, size - 4) + (u32(data, 0) << 32) ^ (u64(SECRET, 8) ^ u64(SECRET, 16)) - seed & MASK
        value ^= rotate(value, 49) ^ rotate(value, 24)
        value = value * 0x9FB21C651E98DF25 & MASK
        value ^= (value >> 35) + size
        value = value * 0x9FB21C651E98DF25 & MASK
        return value ^ value >> 28
    if size > 0:
        combined = data[0] << 16 | data[size >> 1] << 24 | data[size - 1] | size << 8
        return avalanche64(combined ^ (u32(SECRET, 0) ^ u32(SECRET, 4)) + seed & MASK)
    return avalanche64(seed ^ u64(SECRET, 56) ^ u64(SECRET, 64))


def mixed(data, at, secret_at, seed):
    return fold(u64(data, at) ^ u64(SECRET, secret_at) + seed & MASK, u64(data, at + 8) ^ u64(SECRET, secret_at + 8) - seed & MASK)


def medium(data, seed):
    size = len(data)
    total = size * P64[0]
    if size <= 128:
        for i in range((size - 1) // 32 + 1):
            total += mixed(data, 16 * i, 32 * i, seed) + mixed(data, size - 16 * (i + 1), 32 * i + 16, seed)
        return avalanche(total & MASK)
    total = avalanche(total + sum(mixed(data, 16 * i, 16 * i, seed) for i in range(8)) & MASK)
    total += sum(mixed(data, 16 * i, 16 * (i - 8) + 3, seed) for i in range(8, size // 16))
    return avalanche(total + mixed(data, size - 16, 136 - 17, seed) & MASK)


def long(data, seed):
    size, secret = len(data), SECRET
    if seed:
        words = struct.unpack("<24Q", SECRET)
        secret = struct.pack("<24Q", *((word + (-seed if i % 2 else seed)) & MASK for i, word in enumerate(words)))
    sums = [P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]]

    def accumulate(at, secret_at):
        values, keys = struct.unpack_from("<8Q", data, at), struct.unpack_from("<8Q", secret, secret_at)
        for i in range(8):
            key = values[i] ^ keys[i]
            sums[i ^ 1] = sums[i ^ 1] + values[i] & MASK
            sums[i] = sums[i] + (key & 0xFFFFFFFF) * (key >> 32) & MASK

    stripes = (size - 1) // 64
    for stripe in range(stripes):
        accumulate(64 * stripe, stripe % 16 * 8)
        if stripe % 16 == 15:
            for i, key in enumerate(struct.unpack_from("<8Q", secret, 128)):
                sums[i] = (sums[i] ^ sums[i] >> 47 ^ key) * P32[0] & MASK
    accumulate(size - 64, 192 - 64 - 7)
    total = size * P64[0]
    for i in range(4):
        total += fold(sums[2 * i] ^ u64(secret, 11 + 16 * i), sums[2 * i + 1] ^ u64(secret, 19 + 16 * i))
    return avalanche(total & MASK)


def xxh3(data, seed=0):
    """The 64-bit hash of some bytes, 0 to 2^64 - 1."""
    data, seed = bytes(data), seed & MASK
    return short(data, seed) if len(data) <= 16 else medium(data, seed) if len(data) <= 240 else long(data, seed)
