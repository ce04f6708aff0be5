"""Writes index-fuzz.json: random indices with what NumPy and JAX read there, and what JAX makes of an update there.

Run by hand with JAX 0.10.2: python tests/conformance/index-fuzz.py.
"""

import json
import pathlib
import random

import jax.numpy as jnp
import numpy as onp

draw = random.Random(20)


def array_entry(extent, shape):
    places = onp.array([draw.randrange(-extent, extent) for _ in range(int(onp.prod(shape)))], "int32").reshape(shape)
    return {"places": places.tolist()}, places


def bound(extent):
    return draw.choice([None, None, draw.randrange(-extent - 2, extent + 3)])


def random_index(shape):
    """An index as JSON, and the same one for NumPy."""
    coded, index = [], []
    advanced = draw.choice([(), (2,), (3,), (2, 3), (1,), ()])
    axis = 0
    dots = draw.random() < 0.3
    while axis < len(shape):
        kind = draw.choices(["int", "slice", "array", "mask", "new", "stop"], [3, 4, 3 if draw.random() < 0.7 else 0, 1, 1, 1])[0]
        extent = shape[axis]
        if kind == "stop":
            break
        if kind == "new":
            coded.append(None)
            index.append(None)
            continue
        if kind == "int":
            place = draw.randrange(-extent, extent)
            coded.append(place)
            index.append(place)
        elif kind == "slice":
            parts = [bound(extent), bound(extent), draw.choice([None, 1, 2, -1, -2, 3])]
            coded.append({"slice": parts})
            index.append(slice(*parts))
        elif kind == "array":
            code, places = array_entry(extent, draw.choice([advanced, advanced[-1:], (1,)]))
            coded.append(code)
            index.append(places)
        else:
            # As many places as the other arrays broadcast to.
            mask = onp.zeros(extent, bool)
            mask[draw.randrange(extent)] = True
            coded.append({"mask": mask.tolist()})
            index.append(mask)
        axis += 1
        if dots and draw.random() < 0.4:
            dots = False
            coded.append("...")
            index.append(Ellipsis)
            axis = len(shape) - draw.randrange(0, len(shape) - axis + 1)
    return coded, tuple(index)



cases = []
while len(cases) < 250:
    shape = [draw.randrange(1, 5) for _ in range(draw.randrange(1, 5))]
    x = onp.arange(onp.prod(shape), dtype="float32").reshape(shape)
    coded, index = random_index(shape)
    try:
        got = x[index]
    except IndexError:
        continue
    read = onp.asarray(jnp.asarray(x)[index])
    assert read.shape == got.shape and (read == got).all(), (shape, index)
    values = (onp.arange(got.size, dtype="float32") * 0.5 + 1).reshape(got.shape)
    updated = jnp.asarray(x).at[index].add(values)
    written = jnp.asarray(x).at[index].set(values)
    cases.append({"shape": shape, "index": coded, "got": {"shape": list(got.shape), "elements": got.ravel().tolist()},
                  "added": onp.ravel(updated).tolist(), "set": onp.ravel(written).tolist()})

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(f"{len(cases)} cases")
