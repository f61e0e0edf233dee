"""Times the plain auto-encoder of fashion.yaml against the same in PyTorch, by turns in one run.

  python side_by_side.py --python .venv/bin/python --rounds 5
Needs `make build`, and a Python with torch and numpy. Prints milliseconds an update (the median of each round, and the best),
seconds until the first update, and the peak of memory, of both on one thread and on two.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile, time
here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
arguments = argparse.ArgumentParser()
arguments.add_argument("--python", default=sys.executable)
arguments.add_argument("--dreamer", default=os.path.join(root, ".build/release/dreamer"))
arguments.add_argument("--rounds", type=int, default=5)
arguments.add_argument("--updates", type=int, default=100)
a = arguments.parse_args()

def ours(threads):
  with tempfile.TemporaryDirectory() as folder:
    run = os.path.join(folder, "run")
    start = time.time()
    child = subprocess.Popen([
      a.dreamer, "vae", "train", "--config", os.path.join(here, "fashion.yaml"), "--steps", str(a.updates), "--logdir", run, "--set",
      "run.log_every=1", "run.eval_every=0", f"run.threads={threads}"], stderr=subprocess.DEVNULL)
    first = None
    while child.poll() is None:
      if first is None and os.path.exists(f"{run}/metrics.jsonl") and os.path.getsize(f"{run}/metrics.jsonl"):
        first = time.time() - start
      time.sleep(0.005)
    lines = [json.loads(line) for line in open(f"{run}/metrics.jsonl")]
  return dict(
    startup=first, updates=[1 / line["fps/updates"] for line in lines[1:]],
    peak_mb=max(line["usage/proc_ram_peak_gb"] for line in lines) * 1024)

def theirs(threads):
  out = subprocess.run([
    a.python, os.path.join(here, "peer.py"), "--updates", str(a.updates), "--threads", str(threads)], capture_output=True, text=True,
    env=dict(os.environ, OMP_NUM_THREADS=str(threads)), check=True)
  return json.loads(out.stdout)

for threads in (1, 2):
  results = {"ours": [], "theirs": []}
  for _ in range(a.rounds):
    results["ours"].append(ours(threads))
    results["theirs"].append(theirs(threads))
  figures = {}
  for name, rounds in results.items():
    medians = [1000 * statistics.median(r["updates"]) for r in rounds]
    figures[name] = dict(
      median=statistics.median(medians), best=1000 * min(min(r["updates"]) for r in rounds),
      startup=statistics.median(r["startup"] for r in rounds), peak=max(r["peak_mb"] for r in rounds))
    print(f"{threads} thread(s), {name}: update {figures[name]['median']:.1f} ms median of {len(medians)} medians "
          f"({min(medians):.1f} to {max(medians):.1f}), best {figures[name]['best']:.1f}; first update after "
          f"{figures[name]['startup']:.2f} s; peak {figures[name]['peak']:.0f} MB", flush=True)
  print(f"{threads} thread(s): ours / theirs: update {figures['ours']['median'] / figures['theirs']['median']:.2f}, "
        f"best {figures['ours']['best'] / figures['theirs']['best']:.2f}, start-up "
        f"{figures['ours']['startup'] / figures['theirs']['startup']:.2f}, memory {figures['ours']['peak'] / figures['theirs']['peak']:.2f}",
        flush=True)
