"""Small PNG files of every kind and the pixels PIL makes of them: pictures.txt for test_picture.c.

python3 generate_pictures.py >pictures.txt (python3-pil, python3-numpy; made with Pillow 13.0). The files are written here, byte
by byte, since PIL writes only some of the kinds. PIL's convert("L") of 16-bit grey clips: those are judged by their high
byte, as PIL itself treats 16-bit colour.
"""
import io
import struct
import zlib

import numpy
from PIL import Image

WIDTH, HEIGHT = 7, 5
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
GAMMA_LINEAR, GAMMA_SRGB = struct.pack(">I", 100000), struct.pack(">I", 45455)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def rows_of(samples, depth):
    """Filter byte 0 and the packed samples of each row."""
    out = b""
    for row in samples:
        flat = row.reshape(-1)
        if depth == 16:
            packed = b"".join(struct.pack(">H", int(v)) for v in flat)
        else:
            bits = "".join(f"{int(v):0{depth}b}" for v in flat)
            bits += "0" * (-len(bits) % 8)
            packed = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        out += b"\0" + packed
    return out


def png(samples, kind, depth, interlaced, extra):
    if interlaced:
        passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        raw = b"".join(rows_of(part, depth) for part in passes if part.size)
    else:
        raw = rows_of(samples, depth)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, kind, 0, 0, int(interlaced))
    chunks = chunk(b"IHDR", head) + b"".join(chunk(n, d) for n, d in extra) + chunk(b"IDAT", zlib.compress(raw, 9))
    return b"\x89PNG\r\n\x1a\n" + chunks + chunk(b"IEND", b"")


def cases():
    random = numpy.random.default_rng(7)
    palette = random.integers(0, 256, 3 * 256, dtype=numpy.uint8).tobytes()
    for kind, depths in ((GREY, (1, 2, 4, 8, 16)), (RGB, (8, 16)), (PALETTE, (1, 2, 4, 8)), (GREY_ALPHA, (8, 16)), (RGBA, (8, 16))):
        name = {GREY: "grey", RGB: "rgb", PALETTE: "palette", GREY_ALPHA: "grey-alpha", RGBA: "rgb-alpha"}[kind]
        for depth in depths:
            samples = random.integers(0, 2**depth, (HEIGHT, WIDTH, CHANNELS[kind]))
            samples[0, 0] = 100 * (257 if depth == 16 else 1) % 2**depth
            base = [(b"PLTE", palette[: 3 * 2**depth])] if kind == PALETTE else []
            yield f"{name}{depth}", samples, kind, depth, False, base
            yield f"{name}{depth}-gamma", samples, kind, depth, False, [(b"gAMA", GAMMA_LINEAR)] + base
            if kind == PALETTE:
                clear = bytes(range(0, 2**min(depth, 7)))
                yield f"{name}{depth}-clear", samples, kind, depth, False, base + [(b"tRNS", clear)]
            if kind in (GREY, RGB):
                clear = struct.pack(">H", int(samples[0, 0, 0])) * CHANNELS[kind]
                yield f"{name}{depth}-clear", samples, kind, depth, False, [(b"gAMA", GAMMA_SRGB), (b"tRNS", clear)]
            if depth == 8:
                yield f"{name}{depth}-interlaced", samples, kind, depth, True, base


def show(name, values):
    print(name, values.ndim, *values.shape)
    print(*values.reshape(-1))


print("# generate_pictures.py wrote this: files, and their pixels as PIL's convert makes them")
for name, samples, kind, depth, interlaced, extra in cases():
    data = png(samples, kind, depth, interlaced, extra)
    if kind == GREY and depth == 16:
        grey = (samples[:, :, 0] >> 8).astype(numpy.uint8)
        colour = numpy.repeat(grey[:, :, None], 3, axis=2)
    else:
        image = Image.open(io.BytesIO(data))
        image.load()
        grey, colour = numpy.asarray(image.convert("L")), numpy.asarray(image.convert("RGB"))
    show(f"{name}/file", numpy.frombuffer(data, dtype=numpy.uint8))
    show(f"{name}/grey", grey)
    show(f"{name}/colour", colour)
