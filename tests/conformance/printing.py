"""Writes printing.json: arrays and how NumPy 2.4.6 prints them. Run by hand: python tests/conformance/printing.py"""

import json
import pathlib

import numpy as np

rng = np.random.default_rng(0)
cases = []


def case(array):
    array = np.asarray(array)
    assert array.dtype in (np.float32, np.float16, np.int32, np.uint32, np.int8), array.dtype
    counts = array.size > 100 and np.array_equal(array.ravel(), np.arange(array.size))
    # A row of counting numbers is written as its length, so that the file stays small.
    elements = array.size if counts else [float(x).hex() for x in array.ravel()]
    cases.append({"dtype": str(array.dtype), "shape": list(array.shape), "elements": elements, "text": repr(array)})


def f32(values):
    return np.array(values, np.float32)


case(f32(3))
case(f32(-0.0))
case(f32([1, 2, 3]))
case(f32([[1, 2], [3, 4]]))
case(f32([0.1, 0.2, 0.30000001]))
case(f32([-1.5, 2, 1000]))
case(f32([1e-3, 1]))
case(f32([1e-5, 1]))
case(f32([1e8, 1]))
case(f32([123456.79, 1]))
case(f32([99999999, 1]))
case(f32([1e10, -2.5e-7, 0]))
case(f32([np.nan, 1, -np.inf]))
case(f32([np.inf, np.nan]))
case(f32([np.nan]))
case(f32([1e-20, 1e20, np.nan, -np.inf]))
case(f32([1e-45, 3.4028235e38]))
case(f32([1 / 3, 2 / 3]))
case(f32([0.00012345678, 0.001]))
case(f32([16777216, 16777217, 0.5]))
case(f32([0.099999994, 0.5]))
case(f32([0.99999994, 2]))
case(f32([0.0001, 0.00012345679, 0.05]))
case(f32([0, 0, 0]))
case(f32([-0.0, 0.0]))
case(f32([]))
case(f32(np.zeros((0, 3))))
case(f32(np.zeros((2, 0))))
case(f32(rng.normal(size=(3, 4))))
case(f32(rng.normal(size=(20,))))
case(f32(rng.normal(size=(2, 30))))
case(f32(rng.normal(size=(2, 3, 4)) * 100))
case(f32(rng.normal(size=(2, 1, 2, 2))))
case(f32(np.arange(1000)))
case(f32(np.arange(1001)))
case(f32(np.arange(2000).reshape(2, 1000)))
case(f32(np.arange(2000).reshape(1000, 2)))
case(f32(np.arange(8000).reshape(20, 20, 20)))
case(f32(rng.normal(size=(1002,)) * 1e9))
case(f32(np.exp(rng.normal(size=(50,)) * 5)))
case(np.arange(5, dtype=np.int32))
case(np.array([-5, 100, 7], np.int32))
case(np.arange(100, dtype=np.int32).reshape(10, 10))
case(np.arange(60, dtype=np.int32) * 1000 - 5000)
case(np.array(7, np.int32))
case(np.arange(3000, dtype=np.int32).reshape(3, 1000))
case(np.array([4294967295, 0], np.uint32))
case(np.array([-128, 127], np.int8))
case(np.array([0.1, 1 / 3, 65504, 6e-8], np.float16))
case(np.array([0.1, 0.5, 2], np.float16))
for exponent in range(-12, 13, 2):
    case(f32(rng.normal(size=(6,)) * 10.0**exponent))

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text("[\n" + ",\n".join(json.dumps(item) for item in cases) + "\n]\n")
print(f"{len(cases)} cases, NumPy {np.__version__}")
