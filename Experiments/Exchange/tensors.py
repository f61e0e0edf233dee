"""Files of tensors (github.com/huggingface/safetensors), read and written with numpy alone."""

import json
import struct

import numpy as np

from refusal import Refusal

TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1", "BOOL": "|b1",
}
NAMES = {np.dtype(code): name for name, code in TYPES.items()}

# The longest header that is believed.
LONGEST = 100_000_000


def read(path):
    """The header and the bytes after it."""
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0] if len(content) >= 8 else LONGEST + 1
    if length > min(LONGEST, len(content) - 8):
        raise Refusal(f"{path}: is cut off or no file of tensors; copy it again")
    try:
        return json.loads(content[8:8 + length]), content[8 + length:]
    except (ValueError, RecursionError):
        raise Refusal(f"{path}: its header is not understood; copy it again") from None


def load_file(path):
    """The arrays by name."""
    header, data = read(path)
    arrays = {}
    for name, about in header.items():
        if name == "__metadata__":
            continue
        try:
            kind, shape, (start, end) = TYPES[about["dtype"]], about["shape"], about["data_offsets"]
            if not 0 <= start <= end <= len(data):
                raise ValueError(f"bytes {start} to {end} are not in it")
            # A copy: what is read so cannot be changed.
            arrays[name] = np.frombuffer(data[start:end], kind).reshape(shape).copy()
        except (KeyError, TypeError, ValueError) as error:
            raise Refusal(f"{path}: {name} cannot be read ({error}); copy it again") from None
    return arrays


def load_metadata(path):
    """The texts by key."""
    return read(path)[0].get("__metadata__", {})


def save_file(arrays, path, metadata=None):
    """Writes arrays, in the order of their names."""
    header = {"__metadata__": metadata} if metadata else {}
    parts, end = [], 0
    for name, array in sorted(arrays.items()):
        kind = NAMES.get(array.dtype.newbyteorder("<"))
        if kind is None:
            raise Refusal(f"{name} holds {array.dtype}, which no file of tensors does")
        parts.append(np.require(array, TYPES[kind], "C").tobytes())
        start, end = end, end + len(parts[-1])
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "xb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for part in parts:
            file.write(part)
