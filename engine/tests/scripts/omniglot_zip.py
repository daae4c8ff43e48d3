"""omniglot_zip.py FILE.zip NUMBER...: a made-up archive in the form of Omniglot's: of each character 20 drawings of
105 x 105 pixels, ink by a formula."""
import struct
import sys
import zipfile
import zlib

SIDE, DRAWINGS = 105, 20


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def drawing(character, number):
    """A grey PNG of 8 bits; black is ink: a cross whose place depends on the character, jittered by the drawing."""
    row, column = (character * 7 + number) % SIDE, (character * 13 + 2 * number) % SIDE
    rows = (bytes([0]) + bytes(0 if y == row or x == column else 255 for x in range(SIDE)) for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 1))
            + chunk(b"IEND", b""))


with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for character in map(int, sys.argv[2:]):
        for number in range(1, DRAWINGS + 1):
            archive.writestr(f"images/Made/character/{character:04d}_{number:02d}.png", drawing(character, number))
