"""The two networks in PyTorch, functional, for one task ([rows, ...]) and for all tasks at once ([tasks, rows, ...]).

Parameters are lists in innerloop's order; convolutions are kept as [out, in, 3, 3]. Padding as in TensorFlow: as few zeros as
needed, an odd one at the bottom and right. Batch normalisation by the current batch, shift only, epsilon 1e-3.
"""
import torch
from torch.nn import functional as F

EPSILON = 1e-3


def to_torch(array):
    """innerloop's layout -> PyTorch's: [3, 3, in, out] -> [out, in, 3, 3]; others as they are."""
    tensor = torch.from_numpy(array.copy())
    return tensor.permute(3, 2, 0, 1).contiguous() if tensor.dim() == 4 else tensor


def to_numpy(tensor):
    tensor = tensor.detach()
    return (tensor.permute(2, 3, 1, 0) if tensor.dim() == 4 else tensor).contiguous().numpy().copy()


def images(array):
    """[..., rows, 28, 28, 1] -> [..., rows, 1, 28, 28]."""
    return torch.from_numpy(array.copy()).movedim(-1, -3).contiguous()


def padded(x):
    """Zeros for a 3 x 3 window at stride 2 on an image of this size."""
    return F.pad(x, (0, 1, 0, 1)) if x.shape[-1] % 2 == 0 else F.pad(x, (1, 1, 1, 1))


def native_norm(x, beta):
    return F.batch_norm(x, None, None, None, beta, True, 0.0, EPSILON)


def composed_norm(x, beta):
    """The same out of elementary operations: sometimes cheaper to differentiate twice."""
    variance, mean = torch.var_mean(x, (0, 2, 3), unbiased=False, keepdim=True)
    return (x - mean) * torch.rsqrt(variance + EPSILON) + beta[:, None, None]


def blocks(parameters):
    """(weight, beta) of each block; biases before batch normalisation are left out."""
    return [(parameters[3 * i], parameters[3 * i + 2]) for i in range(4)]


def conv4(parameters, x, norm=native_norm):
    """x [rows, 1, 28, 28] -> [rows, ways]."""
    for weight, beta in blocks(parameters):
        x = torch.relu(norm(F.conv2d(padded(x), weight, stride=2), beta))
    return torch.addmm(parameters[13], x.mean((2, 3)), parameters[12])


def conv4_grouped(parameters, x, norm=native_norm):
    """x [tasks, rows, 1, 28, 28], every parameter [tasks, ...]: a task is a group of channels."""
    tasks, rows = x.shape[:2]
    x = x.transpose(0, 1).reshape(rows, tasks, 28, 28)
    for weight, beta in blocks(parameters):
        x = F.conv2d(padded(x), weight.flatten(0, 1), stride=2, groups=tasks)
        x = torch.relu(norm(x, beta.flatten()))
    x = x.mean((2, 3)).view(rows, tasks, -1).transpose(0, 1)
    return torch.baddbmm(parameters[13].unsqueeze(1), x, parameters[12])


def conv4_unfolded(parameters, x, norm=None):
    """As conv4_grouped, a convolution being one batched matrix product over unfolded windows."""
    tasks, rows = x.shape[:2]
    x = x.flatten(0, 1)
    for weight, beta in blocks(parameters):
        out = weight.shape[1]
        side = (x.shape[-1] + 1) // 2
        windows = F.unfold(padded(x), 3, stride=2)  # [tasks rows, 9 in, pixels]
        windows = windows.view(tasks, rows, -1, side * side).transpose(1, 2).reshape(tasks, -1, rows * side * side)
        x = torch.bmm(weight.flatten(2), windows)  # [tasks, out, rows pixels]
        variance, mean = torch.var_mean(x, 2, unbiased=False, keepdim=True)
        x = torch.relu((x - mean) * torch.rsqrt(variance + EPSILON) + beta.unsqueeze(2))
        x = x.view(tasks, out, rows, side, side).transpose(1, 2).reshape(tasks * rows, out, side, side)
    x = x.mean((2, 3)).view(tasks, rows, -1)
    return torch.baddbmm(parameters[13].unsqueeze(1), x, parameters[12])


def mlp(parameters, x):
    """x [rows, 1] -> [rows, 1]."""
    for layer in range(0, 6, 2):
        x = torch.addmm(parameters[layer + 1], x, parameters[layer])
        x = torch.relu(x) if layer < 4 else x
    return x


def mlp_batched(parameters, x):
    """x [tasks, rows, 1], every parameter [tasks, ...]."""
    for layer in range(0, 6, 2):
        x = torch.baddbmm(parameters[layer + 1].unsqueeze(1), x, parameters[layer])
        x = torch.relu(x) if layer < 4 else x
    return x


def cross_entropy(prediction, target):
    """Mean over the last two axes' rows; one-hot targets. [..., rows, ways] -> [...]."""
    return -(torch.log_softmax(prediction, -1) * target).sum(-1).mean(-1)


def squared_error(prediction, target):
    return (prediction - target).square().mean((-2, -1))
