"""Rebuilds a network from the notes of a checkpoint alone, adapts it to test episodes by plain gradient steps and counts right
predictions, in NumPy and float64: python3 checkpoint_numpy.py CHECKPOINT EPISODES.npz episodes.csv SETTING TRANSDUCTIVE

Knows nothing of innerloop: the notes "network", "parameters" and "adaptation" say what is computed. Prints the rows of
episodes.csv that it does not get (count of right predictions; in regression the loss, to 1 in 10,000), and fails if there
are any."""
import csv
import hashlib
import json
import struct
import sys

import numpy as np


def read_checkpoint(path):
    data = bytearray(open(path, "rb").read())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length].decode())
    notes = header.pop("__metadata__")
    place = data.index(b'"sha256":"') + len(b'"sha256":"')
    sealed = data[:place] + b"0" * 64 + data[place + 64 :]
    assert hashlib.sha256(sealed).hexdigest() == notes["sha256"], "the checksum is wrong"
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        kind = {"F32": "<f4", "F64": "<f8"}[entry["dtype"]]
        flat = np.frombuffer(bytes(data[8 + length + begin : 8 + length + end]), kind)
        tensors[name] = flat.reshape(entry["shape"]).astype(np.float64)
    return notes, tensors


# Each operation: forward(inputs, operation) -> value, and backward(gradient, inputs, value, operation) -> gradients.


def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(0)
    return gradient


def patches(x, op, kernel, out):
    w = op["window"]
    need = [(out[i] - 1) * w["stride"] + kernel[i] for i in (0, 1)]
    after = [max(0, need[i] - x.shape[i + 1] - (w["top"], w["left"])[i]) for i in (0, 1)]
    padded = np.pad(x, ((0, 0), (w["top"], after[0]), (w["left"], after[1]), (0, 0)))
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            rows = slice(i, i + (out[0] - 1) * w["stride"] + 1, w["stride"])
            columns = slice(j, j + (out[1] - 1) * w["stride"] + 1, w["stride"])
            yield i, j, rows, columns, padded


def convolution(inputs, op):
    x, w = inputs
    out = op["shape"][1:3]
    y = np.zeros((x.shape[0], *out, w.shape[3]))
    for i, j, rows, columns, padded in patches(x, op, w.shape, out):
        y += padded[:, rows, columns] @ w[i, j]
    return y


def convolution_back(g, inputs, value, op):
    x, w = inputs
    dw, dx = np.zeros_like(w), None
    for i, j, rows, columns, padded in patches(x, op, w.shape, op["shape"][1:3]):
        dx = np.zeros_like(padded) if dx is None else dx
        dw[i, j] = np.einsum("nhwc,nhwd->cd", padded[:, rows, columns], g)
        dx[:, rows, columns] += g @ w[i, j].T
    top, left = op["window"]["top"], op["window"]["left"]
    return [dx[:, top : top + x.shape[1], left : left + x.shape[2]], dw]


def norm_axes(x):
    return tuple(range(x.ndim - 1))


def norm_statistics(inputs, op):
    (x,) = inputs
    variance = x.var(norm_axes(x))
    return np.stack([x.mean(norm_axes(x)), 1 / np.sqrt(variance + float(op["number"]))])


def batch_norm(inputs, op):
    x, statistics, gamma, beta = inputs
    y = (x - statistics[0]) * statistics[1] * gamma + beta
    return np.maximum(y, 0) if op.get("flag") else y


def batch_norm_back(g, inputs, value, op):
    """The derivative through the statistics is counted here, none flows into them."""
    x, statistics, gamma, beta = inputs
    axes = norm_axes(x)
    g = np.where(value > 0, g, 0) if op.get("flag") else g
    xhat = (x - statistics[0]) * statistics[1]
    dx = gamma * statistics[1] * (g - g.mean(axes) - xhat * (g * xhat).mean(axes))
    return [dx, None, (g * xhat).sum(axes), g.sum(axes)]


def windows(x, op):
    """The pixels of every 2 x 2 window along a new first axis; a cut window repeats its first pixel."""
    high, wide = op["shape"][1:3]
    x = np.pad(x, ((0, 0), (0, max(0, 2 * high - x.shape[1])), (0, max(0, 2 * wide - x.shape[2])), (0, 0)),
               constant_values=-np.inf)[:, : 2 * high, : 2 * wide]
    return np.stack([x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)])


def pool(inputs, op):
    return windows(inputs[1], op).max(0)


def pool_back(g, inputs, value, op):
    x = inputs[1]
    chosen = windows(x, op).argmax(0)
    high, wide = op["shape"][1:3]
    dx = np.zeros((x.shape[0], 2 * high, 2 * wide, x.shape[3]))
    for k, (i, j) in enumerate((i, j) for i in (0, 1) for j in (0, 1)):
        dx[:, i::2, j::2] = np.where(chosen == k, g, 0)
    whole = np.zeros_like(x)
    part = dx[:, : x.shape[1], : x.shape[2]]
    whole[:, : part.shape[1], : part.shape[2]] = part
    return [whole, None]


def sized(op, inputs, rows):
    return [rows if n == -1 else n for n in op["shape"]]


FORWARD = {
    "matmul": lambda a, op: (a[0].T if op.get("flag") else a[0]) @ a[1],
    "broadcast": lambda a, op: a[0],  # NumPy does it where it is used
    "add": lambda a, op: a[0] + a[1],
    "relu": lambda a, op: np.maximum(a[0], 0),
    "tanh": lambda a, op: np.tanh(a[0]),
    "scale": lambda a, op: a[0] * float(op["number"]),
    "reshape": lambda a, op: a[0].reshape(op["shape"]),
    "spatial_sum": lambda a, op: a[0].sum((1, 2)),
    "convolution": convolution,
    "batch_norm_statistics": norm_statistics,
    "batch_norm": batch_norm,
    "pool_gather": pool,
}
BACKWARD = {
    "matmul": lambda g, a, v, op: [g @ a[1].T, a[0].T @ g],
    "broadcast": lambda g, a, v, op: [unbroadcast(g, a[0].shape)],
    "add": lambda g, a, v, op: [unbroadcast(g, a[0].shape), unbroadcast(g, a[1].shape)],
    "relu": lambda g, a, v, op: [np.where(a[0] > 0, g, 0)],
    "tanh": lambda g, a, v, op: [g * (1 - v * v)],
    "scale": lambda g, a, v, op: [g * float(op["number"])],
    "reshape": lambda g, a, v, op: [g.reshape(a[0].shape)],
    "spatial_sum": lambda g, a, v, op: [np.broadcast_to(g[:, None, None, :], a[0].shape)],
    "convolution": convolution_back,
    "batch_norm_statistics": lambda g, a, v, op: [None],
    "batch_norm": batch_norm_back,
    "pool_gather": pool_back,
}


class Network:
    def __init__(self, description):
        self.operations, self.result = description["operations"], description["result"]

    def run(self, parameters, x):
        values = {}
        for op in self.operations:
            if op["op"] == "input":
                values[op["value"]] = parameters[op["parameter"]] if "parameter" in op else x
            elif op["op"] == "constant":
                values[op["value"]] = np.full(op["shape"], float(op.get("number", 0)))
            else:
                values[op["value"]] = FORWARD[op["op"]]([values[i] for i in op["inputs"]], op)
        return values

    def gradient(self, values, g):
        """Gradients by the parameters; the adjoint of the result is g."""
        adjoint, found = {self.result: g}, {}
        for op in reversed(self.operations):
            here = adjoint.get(op["value"])
            if here is None:
                continue
            if op["op"] == "input":
                found[op.get("parameter")] = here
                continue
            if op["op"] == "constant":
                continue
            inputs = [values[i] for i in op["inputs"]]
            for i, part in zip(op["inputs"], BACKWARD[op["op"]](here, inputs, values[op["value"]], op)):
                if part is not None:
                    adjoint[i] = adjoint.get(i, 0) + part
        return found


def loss_of(kind, prediction, target):
    """The loss and its derivative by the prediction."""
    if "cross-entropy" in kind:
        shifted = prediction - prediction.max(1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        return -(target * log_p).sum(1).mean(), (np.exp(log_p) - target) / len(target)
    difference = prediction - target
    return (difference**2).mean(), 2 * difference / difference.size


def main(path, episodes_path, csv_path, setting, transductive):
    notes, tensors = read_checkpoint(path)
    network = Network(json.loads(notes["network"]))
    adaptation = json.loads(notes["adaptation"])
    options, kind = adaptation["options"], adaptation["loss"]
    described = json.loads(notes["parameters"])
    assert options["optimiser"] == "sgd" and options["batch"] == "0" and float(options["momentum"]) == 0
    assert adaptation["steps_by"].startswith("the optimiser") and adaptation["prediction_by"] == "the network"
    data = np.load(episodes_path)
    arrays = [data[f"setting{setting}.{name}"].astype(np.float64) for name in
              ("support_x", "support_y", "query_x", "query_y")]
    rows = [row for row in csv.DictReader(open(csv_path))
            if row["algorithm"] == notes["label"] and row["seed"] == notes["seed"]]
    settings = sorted({row["setting"] for row in rows}, key=[row["setting"] for row in rows].index) \
        if rows and "setting" in rows[0] else []
    if settings:
        rows = [row for row in rows if row["setting"] == settings[setting]]
    expected = {(int(row["episode"]), int(row["step"])): row for row in rows}
    steps = max(step for _, step in expected)
    wrong = 0
    for episode, (support_x, support_y, query_x, query_y) in enumerate(zip(*arrays)):
        phi = {p["name"]: tensors["parameters." + p["name"]] for p in described}
        factor = {"mean": 1, "per_class_sum": support_y.shape[1], "sum": len(support_y)}[options["loss_scale"]]
        factor = 1 if "squared" in kind and options["loss_scale"] == "per_class_sum" else factor
        for step in range(steps + 1):
            if transductive:
                prediction = network.run(phi, query_x)[network.result]
            else:
                prediction = np.concatenate([network.run(phi, np.concatenate([support_x, q[None]]))[network.result][-1:]
                                             for q in query_x])
            loss, _ = loss_of(kind, prediction, query_y)
            row = expected[episode, step]
            correct = int((prediction.argmax(1) == query_y.argmax(1)).sum())
            same = abs(loss - float(row["loss"])) <= 1e-4 * (1 + abs(loss))
            if "cross-entropy" in kind:
                same = same and correct == int(row["n_correct"])
            if not same:
                wrong += 1
                print(f"episode {episode}, step {step}: {correct} right, loss {loss:.9g}; "
                      f"episodes.csv: {row.get('n_correct')}, {row['loss']}")
            values = network.run(phi, support_x)
            _, slope = loss_of(kind, values[network.result], support_y)
            gradients = network.gradient(values, slope * factor)
            for p in described:
                if p["adapted"] and p["name"] in gradients:
                    gradient = gradients[p["name"]] + float(options["weight_decay"]) * phi[p["name"]]
                    phi[p["name"]] = phi[p["name"]] - float(options["learning_rate"]) * gradient
    print(f"{notes['label']}: {len(expected)} rows, {wrong} differ")
    return 1 if wrong or not expected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5] == "true"))
