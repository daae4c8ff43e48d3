#!/usr/bin/python3
"""Writes fixture.npz beside this file: arrays as NumPy writes them, for test_npz.c. Debian: python3-numpy."""
import os

import numpy

numpy.savez_compressed(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixture.npz"),
    float64=numpy.array([[0.1, -2.5, 3e300], [numpy.inf, -0.0, 5e-324]]),
    float32=numpy.arange(4, dtype=numpy.float32) / 3,
    int64=numpy.int64(-9223372036854775808),
    int32=numpy.arange(-3, 3, dtype=numpy.int32).reshape(1, 2, 3),
    uint8=numpy.arange(256, dtype=numpy.uint8),
    bool=numpy.array([[True, False], [False, True]]),
    empty=numpy.zeros((0, 3)),
    fortran=numpy.asfortranarray(numpy.ones((2, 3))),
    big_endian=numpy.arange(3, dtype=">f8"),
    text=numpy.array(["cat", "dog"]),
)
