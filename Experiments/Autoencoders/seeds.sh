#!/usr/bin/env bash
# Trains a model of Fashion-MNIST with several seeds, and evaluates each: runs/<name>-<seed>, and its
# evaluation beside it.
#   Experiments/Autoencoders/seeds.sh plain "0 1 2" [--set key=value ...]
set -euo pipefail
cd "$(dirname "$0")/../.."
name=$1 seeds=$2
shift 2
for seed in $seeds; do
  run=runs/fashion/$name-$seed
  .build/release/dreamer vae train --config Experiments/Autoencoders/fashion.yaml --seed "$seed" \
    --logdir "$run" --resume "$@"
  .build/release/dreamer vae evaluate "$run" --json >"$run.json"
done
python3 - "$name" $seeds <<'P'
import json, sys
name, seeds = sys.argv[1], sys.argv[2:]
rows = [json.load(open(f"runs/fashion/{name}-{seed}.json")) for seed in seeds]
for seed, row in zip(seeds, rows):
  dims = sorted((round(x, 2) for x in row["rates"]), reverse=True)
  print(f"{name} seed {seed}: elbo {row['elbo']:.2f} rate {row['rate']:.2f} distortion {row['distortion']:.2f} "
        f"units {row.get('units_over_0.1_nats')} active {row.get('active_units')} dims {dims}")
print(f"{name}: mean elbo {sum(r['elbo'] for r in rows) / len(rows):.2f}")
P
