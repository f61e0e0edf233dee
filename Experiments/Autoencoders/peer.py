"""The plain auto-encoder of fashion.yaml in PyTorch, for side_by_side.py.

Same architecture, initialisation scheme, optimiser and protocol: convolutions 1-32-64 of 4x4/2, linear 3136-256-32, linear
16-256-3136, transposed convolutions 64-32-1; Adam 1e-3; batches of 128; pixels drawn at each visit.
  python peer.py --data /usr/share/datasets/fashion-mnist --updates 100 --threads 1
Prints one line of JSON: seconds until the first update, of each update, and the peak of memory.
"""
import time
start = time.perf_counter()
import argparse, gzip, json, os, resource

arguments = argparse.ArgumentParser()
arguments.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
arguments.add_argument("--updates", type=int, default=100)
arguments.add_argument("--threads", type=int, default=1)
a = arguments.parse_args()
import numpy as np, torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(a.threads)
torch.manual_seed(0)
with gzip.open(os.path.join(a.data, "train-images-idx3-ubyte.gz")) as f: raw = f.read()
n, h, w = np.frombuffer(raw, ">i4", 3, 4)
frames = torch.from_numpy(np.frombuffer(raw, np.uint8, offset=16).reshape(n, 1, h, w).copy())
encoder = nn.Sequential(
  nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(), nn.Flatten(),
  nn.Linear(3136, 256), nn.ReLU(), nn.Linear(256, 32))
decoder = nn.Sequential(
  nn.Linear(16, 256), nn.ReLU(), nn.Linear(256, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
  nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1))
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 1e-3)
seconds, startup = [], None
order = torch.randperm(len(frames))
for update in range(a.updates):
  lap = time.perf_counter()
  x = torch.bernoulli(frames[order[update * 128 % n:][:128]].float() / 255)
  mean, log_variance = encoder(x).chunk(2, 1)
  z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
  rate = 0.5 * (mean * mean + log_variance.exp() - 1 - log_variance).sum(1)
  distortion = F.binary_cross_entropy_with_logits(decoder(z), x, reduction="none").flatten(1).sum(1)
  optimizer.zero_grad(set_to_none=True)
  (rate + distortion).mean().backward()
  optimizer.step()
  if startup is None: startup = time.perf_counter() - start
  seconds.append(time.perf_counter() - lap)
print(json.dumps(dict(
  startup=startup, updates=seconds, peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)))
