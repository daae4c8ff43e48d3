"""SHA-256 of PIL's resized pictures for test_resize.c: /usr/bin/python3 generate_resize.py (python3-pil, python3-numpy)."""
import hashlib

import numpy
from PIL import Image

CASES = [(105, 105, 28, 28, 1), (84, 60, 84, 84, 3), (17, 33, 40, 9, 3), (500, 375, 84, 84, 3), (3, 2, 7, 5, 1), (9, 9, 9, 4, 1)]
FILTERS = [("LANCZOS", Image.LANCZOS), ("BICUBIC", Image.BICUBIC), ("BILINEAR", Image.BILINEAR)]


def pattern(width, height, channels):
    """The picture of test_resize.c: blocks, a ramp and noise by multiplication."""
    i = numpy.arange(width * height * channels, dtype=numpy.uint32)
    noise = (i * numpy.uint32(2654435761)) >> numpy.uint32(24)
    value = numpy.where((i // 5) % 3 == 0, noise, numpy.where((i // 7) % 2 == 0, 255, i % 256))
    return value.astype(numpy.uint8).reshape(height, width, channels)


for name, filter_ in FILTERS:
    for width, height, to_width, to_height, channels in CASES:
        pixels = pattern(width, height, channels)
        image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
        resized = numpy.asarray(image.resize((to_width, to_height), filter_))
        digest = hashlib.sha256(resized.tobytes()).hexdigest()
        print(f'    {{{width}, {height}, {to_width}, {to_height}, {channels}, IL_RESIZE_{name},\n     "{digest}"}},')
