"""Tests of exchange.py, which `swift test` runs: python test_exchange.py FOLDER GOLDEN-FILE AUTHORS

A checkpoint of the reference is written from the tensors of a golden file, which the authors' code
computed, the way `elements.Checkpoint` and the reference's agent write it. AUTHORS holds what the
authors' code wrote itself.
"""

import json
import pathlib
import pickle
import subprocess
import sys
import unittest

import numpy as np
from safetensors.numpy import load_file, save_file

FOLDER, GOLDEN, AUTHORS = (pathlib.Path(x) for x in sys.argv[1:4])
SCRIPT = pathlib.Path(__file__).with_name("exchange.py")
UPDATES = 1234


def reference_params(chain=3):
    """What the reference's agent saves: networks, slow critic, normaliser, optimiser."""
    tensors = load_file(GOLDEN)
    params = {k[6:]: v for k, v in tensors.items() if k.startswith("param/")}
    generator = np.random.default_rng(0)
    for name in [x for x in params if not x.startswith(("slowval", "retnorm"))]:
        for link in (1, 2):
            noise = generator.standard_normal(params[name].shape).astype(np.float32)
            params[f"opt/state/{link}/1/{name}"] = noise ** 2 if link == 1 else noise
    count = np.array(UPDATES, np.int32)
    for name in ("step/value", "state/1/0", "state/2/0", f"state/{chain}/count"):
        params[f"opt/{name}"] = count
    return params


def write(folder, params, protocol=pickle.DEFAULT_PROTOCOL, step=5000):
    name = "20260528T101112F123456-000000005000"
    (folder / name).mkdir(parents=True)
    counters = {"updates": UPDATES, "batches": UPDATES + 2, "actions": 777}
    parts = {"agent": {"params": params, "counters": counters}, "step": step, "replay": None}
    for part, value in parts.items():
        (folder / name / f"{part}.pkl").write_bytes(pickle.dumps(value, protocol))
    (folder / name / "done").touch()
    (folder / "latest").write_text(name)
    return folder / name


def read(folder):
    """The agent and the step of the newest checkpoint in a folder."""
    newest = folder / (folder / "latest").read_text()
    return [pickle.loads((newest / f"{part}.pkl").read_bytes()) for part in ("agent", "step")]


def run(*arguments):
    command = [sys.executable, SCRIPT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def same(left, right):
    """Whether arrays are equal to the bit, with shapes and types."""
    return set(left) == set(right) and all(
        left[k].dtype == right[k].dtype and left[k].shape == right[k].shape
        and left[k].tobytes() == right[k].tobytes() for k in left)


class Exchange(unittest.TestCase):
    def setUp(self):
        self.folder = FOLDER / self.id().rsplit(".", 1)[-1]

    def convert(self, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, reason, *arguments):
        done = run("to-ours", *arguments, self.folder / "refused")
        self.assertEqual(done.returncode, 1)
        self.assertIn(reason, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertFalse((self.folder / "refused").exists())

    def test_there_and_back(self):
        params = reference_params()
        for protocol in (2, 4, 5):
            theirs, ours, back = (self.folder / f"{x}{protocol}" for x in ("theirs", "ours", "back"))
            write(theirs, params, protocol)
            self.convert("to-ours", theirs, ours)
            self.convert("to-reference", ours, back)
            folder = back / (back / "latest").read_text()
            agent = pickle.loads((folder / "agent.pkl").read_bytes())
            self.assertTrue(same(agent["params"], params))
            self.assertEqual(agent["counters"]["updates"], UPDATES)
            self.assertEqual(pickle.loads((folder / "step.pkl").read_bytes()), 5000)
            self.assertTrue((folder / "done").exists())

    def test_our_files(self):
        params = reference_params(chain=4)
        write(self.folder / "theirs", params)
        said = self.convert("to-ours", self.folder / "theirs", self.folder / "ours")
        self.assertIn("1234 updates", said)
        folder = self.folder / "ours" / "checkpoints" / "5000"
        networks = {k: v for k, v in params.items() if not k.startswith("opt/")}
        self.assertTrue(same(load_file(folder / "parameters.safetensors"), networks))
        averages = load_file(folder / "optimizer.safetensors")
        name = "dyn/dynin0/kernel"
        np.testing.assert_array_equal(averages[f"{name}/variance"], params[f"opt/state/1/1/{name}"])
        np.testing.assert_array_equal(averages[f"{name}/momentum"], params[f"opt/state/2/1/{name}"])
        agent = json.loads((folder / "state.json").read_text())["agent"]
        self.assertEqual(agent["updates"], UPDATES)
        self.assertEqual(agent["returnNormalizer"]["configuration"]["impl"], "perc")
        self.assertEqual(agent["returnNormalizer"]["second"], float(params["retnorm/hi/value"]))

    def test_latents_that_the_reference_has_not_are_refused(self):
        write(self.folder / "theirs", reference_params())
        self.convert("to-ours", self.folder / "theirs", self.folder / "ours")
        file = self.folder / "ours" / "checkpoints" / "5000" / "parameters.safetensors"
        save_file({k.replace("logit/", "dist/"): v for k, v in load_file(file).items()}, file)
        done = run("to-reference", self.folder / "ours", self.folder / "back")
        self.assertEqual(done.returncode, 1)
        self.assertIn("its latents are not categorical", done.stderr)
        self.assertFalse((self.folder / "back").exists())

    def test_what_is_left_out(self):
        params = {k: v for k, v in reference_params().items() if not k.startswith("opt/state/2/1/")}
        params["opt/grad_scale/value"] = np.array(1e4, np.float32)
        write(self.folder / "theirs", params)
        said = self.convert("to-ours", self.folder / "theirs", self.folder / "ours")
        self.assertIn("mean nothing here: opt/grad_scale/value", said)
        self.assertIn("set to zero, for they are missing: con/head/logit/bias/momentum", said)

    def test_a_pickle_that_runs_code_is_refused(self):
        class Evil:
            def __reduce__(self):
                return (pathlib.Path.touch, (FOLDER / "ran",))

        write(self.folder / "theirs", {"dyn/dynin0/kernel": Evil()})
        self.refused("which is no array", self.folder / "theirs")
        self.assertFalse((FOLDER / "ran").exists())

    def test_what_is_not_whole_is_refused(self):
        folder = write(self.folder / "theirs", reference_params())
        whole = (folder / "agent.pkl").read_bytes()
        (folder / "agent.pkl").write_bytes(whole[:-1000])
        self.refused("is damaged or no pickle", self.folder / "theirs")
        (folder / "agent.pkl").write_bytes(whole)
        (folder / "done").unlink()
        self.refused("no `done`", self.folder / "theirs")
        self.refused("there is no such folder", self.folder / "none")

    def test_a_step_that_is_none_is_refused(self):
        for number, step in enumerate(["abc", None, [1], float("inf"), -5, True, 1.5, 10 ** 20]):
            write(self.folder / f"{number}", reference_params(), step=step)
            self.refused("step.pkl: holds no number of steps", self.folder / f"{number}")
        write(self.folder / "numpy", reference_params(), step=np.int64(7))
        self.convert("to-ours", self.folder / "numpy", self.folder / "ours")
        self.assertTrue((self.folder / "ours" / "checkpoints" / "7").is_dir())

    def test_a_normaliser_that_is_not_whole_is_refused(self):
        name = "retnorm/hi/value"
        params = reference_params()
        for number, value in enumerate([None, np.ones(2, np.float32), np.float32("nan")]):
            changed = {k: v for k, v in params.items() if k != name or value is not None}
            if value is not None:
                changed[name] = value
            write(self.folder / f"{number}", changed)
            self.refused(name, self.folder / f"{number}")

    def test_a_command_without_its_configuration_leaves_nothing(self):
        write(self.folder / "theirs", reference_params())
        missing, config = self.folder / "none.yaml", self.folder / "config.yaml"
        self.refused("none.yaml", "--config", missing, self.folder / "theirs")
        config.write_text("seed: 1\n")
        self.convert("to-ours", self.folder / "theirs", self.folder / "refused", "--config", config)
        self.assertEqual((self.folder / "refused" / "config.yaml").read_text(), "seed: 1\n")

    def test_what_their_options_add_comes_back(self):
        # Weight decay puts one more link into the optimiser's chain, float16 puts the chain into another.
        decayed = reference_params(chain=4)
        scaled = {
            k.replace("opt/state/", "opt/state/inner_state/"): v for k, v in reference_params().items()}
        scaled |= {
            "opt/grad_scale/value": np.array(512, np.float32),
            "opt/good_steps/value": np.array(17, np.int32),
            "opt/state/last_finite": np.array(False),
            "opt/state/notfinite_count": np.array(1, np.int32),
            "opt/state/total_notfinite": np.array(3, np.int32),
        }
        for name, params in (("decayed", decayed), ("scaled", scaled)):
            theirs, ours, back = (self.folder / f"{x}-{name}" for x in ("theirs", "ours", "back"))
            write(theirs, params)
            self.assertIn("1234 updates", self.convert("to-ours", theirs, ours))
            averages = load_file(ours / "checkpoints" / "5000" / "optimizer.safetensors")
            self.assertEqual(len(averages), sum("/1/1/" in k or "/2/1/" in k for k in params))
            self.convert("to-reference", ours, back)
            agent, _ = read(back)
            self.assertTrue(same(agent["params"], params))
            counters = {"updates": UPDATES, "batches": UPDATES + 2, "actions": 777}
            self.assertEqual(agent["counters"], counters)

    def test_what_the_authors_wrote_with_float16_comes_back(self):
        self.convert("to-ours", AUTHORS / "float16", self.folder / "ours")
        self.convert("to-reference", self.folder / "ours", self.folder / "back")
        (theirs, step), (back, stepBack) = read(AUTHORS / "float16"), read(self.folder / "back")
        self.assertTrue(same(back["params"], theirs["params"]))
        self.assertEqual((back["counters"], stepBack), (theirs["counters"], int(step)))

    def test_a_run_of_ours_goes_to_float16(self):
        params = reference_params()
        write(self.folder / "theirs", params)
        self.convert("to-ours", self.folder / "theirs", self.folder / "ours")
        (self.folder / "ours" / "checkpoints" / "5000" / "reference.safetensors").unlink()
        self.convert("to-reference", "--float16", self.folder / "ours", self.folder / "back")
        found = read(self.folder / "back")[0]["params"]
        self.assertEqual(found["opt/grad_scale/value"], 1e4)
        self.assertEqual(found["opt/state/inner_state/1/0"], UPDATES)
        self.assertIn("opt/state/inner_state/2/1/dyn/dynin0/kernel", found)

    def test_the_parts_of_a_parallel_run_are_found(self):
        params, ckpt = reference_params(), self.folder / "logdir" / "ckpt"
        for part, files in (("agent", ["agent"]), ("logger", ["step"]), ("replay", ["replay"])):
            folder = write(ckpt / part, params, step=5000)
            for file in ("agent", "step", "replay"):
                if file not in files:
                    (folder / f"{file}.pkl").unlink()
        places = (self.folder / "logdir", ckpt, ckpt / "agent", ckpt / "agent" / folder.name)
        for number, place in enumerate(places):
            said = self.convert("to-ours", place, self.folder / f"{number}")
            self.assertIn("step 5000", said)
            self.assertIn(f"the step in {ckpt / 'logger'}", said)
        (ckpt / "logger" / folder.name / "done").unlink()
        self.refused("no `done`", ckpt)

    def test_an_agent_in_pieces_is_put_together(self):
        params = reference_params()
        folder = write(self.folder / "theirs", params)
        (folder / "agent.pkl").unlink()
        names = sorted(params)
        for number in range(3):
            piece = {"params": {k: params[k] for k in names[number::3]}}
            (folder / f"agent-{number:04d}.pkl").write_bytes(pickle.dumps(piece))
        self.convert("to-ours", self.folder / "theirs", self.folder / "ours")
        found = load_file(self.folder / "ours" / "checkpoints" / "5000" / "parameters.safetensors")
        self.assertTrue(same(found, {k: v for k, v in params.items() if not k.startswith("opt/")}))
        (folder / "agent-0001.pkl").unlink()
        self.refused("agent-0001.pkl is missing", self.folder / "theirs")

    def test_a_latest_that_leads_nowhere_is_refused(self):
        folder = write(self.folder / "theirs", reference_params())
        for name, reason in (
            (b"gone", "names gone, which is gone"), (b"", "names no folder"),
            (b"../elsewhere", "names no folder"), (b"\xff\xfe", "names no folder"),
        ):
            (self.folder / "theirs" / "latest").write_bytes(name)
            self.refused(reason, self.folder / "theirs")
        (folder / "agent.pkl").unlink()
        (self.folder / "theirs" / "latest").write_text(folder.name)
        self.refused("holds no agent.pkl", self.folder / "theirs")

    def test_what_is_no_network_is_refused(self):
        for number, (name, value, reason) in enumerate([
            ("dyn/dynin0/kernel", np.array(True), "holds booleans"),
            ("dyn/dynin0/kernel", np.array(["a"]), "holds <U1"),
            ("dyn/dynin0/kernel", [1.0], "is no array"),
            ("dyn/dynin0/kernel", np.array([None]), "holds object"),
            (3, np.ones(1), "is no array"),
        ]):
            write(self.folder / f"{number}", {**reference_params(), name: value})
            self.refused(reason, self.folder / f"{number}")

    def test_their_configuration_becomes_ours(self):
        write(self.folder / "theirs", reference_params())
        said = self.convert(
            "to-ours", self.folder / "theirs", self.folder / "ours", "--config",
            AUTHORS / "theirs.yaml", "--task", "gridworld/Empty-Random-6x6")
        lines = (self.folder / "ours" / "config.yaml").read_text().splitlines()
        for line in ("agent.dyn.rssm.deter: 512", "agent.enc.simple.mults: [2, 3, 4]",
                     "agent.opt.eps: 1.0e-20", "replay.size: 5000000", "run.steps: 5500",
                     "task: gridworld/Empty-Random-6x6"):
            self.assertIn(line, lines)
        self.assertFalse([x for x in lines if x.startswith(("env.", "jax.", "run.log_every"))])
        self.assertIn("run.log_every left out: it is seconds there and steps here", said)
        self.assertNotIn("cannot be honoured", said)

    def test_what_of_their_configuration_is_not_ours_is_named(self):
        text = (AUTHORS / "theirs.yaml").read_text()
        for old, new in (("momentum: true", "momentum: false"), ("typ: rssm", "typ: gru"),
                         ("compute_dtype: float32", "compute_dtype: bfloat16"),
                         ("horizon: 333", "horizon: 333\n  novelty: {scale: 2.0}")):
            self.assertIn(old, text)
            text = text.replace(old, new)
        config = self.folder / "theirs.yaml"
        write(self.folder / "theirs", reference_params())
        config.write_text(text)
        said = self.convert(
            "to-ours", self.folder / "theirs", self.folder / "ours", "--config", config)
        self.assertIn("agent.opt.momentum: false does nothing there", said)
        self.assertIn("agent.dyn.typ: gru", said)
        self.assertIn("jax.compute_dtype: bfloat16", said)
        self.assertIn("agent.novelty.scale: 2.0", said)
        self.assertIn("give one with --task", said)
        written = (self.folder / "ours" / "config.yaml").read_text()
        self.assertNotIn("momentum", written)
        self.assertNotIn("typ: gru", written)

    def test_a_configuration_that_is_cut_off_is_refused(self):
        text = (AUTHORS / "theirs.yaml").read_text()
        write(self.folder / "theirs", reference_params())
        config = self.folder / "cut.yaml"
        for cut in (text + "\nagent: {opt: {lr", text.replace("deter: 512", "deter: 5.5"),
                    text + "seed: 2\n"):
            config.write_text(cut)
            self.refused("cut.yaml: ", "--config", config, self.folder / "theirs")

    def test_nothing_is_replaced(self):
        write(self.folder / "theirs", reference_params())
        self.convert("to-ours", self.folder / "theirs", self.folder / "ours")
        done = run("to-ours", self.folder / "theirs", self.folder / "ours")
        self.assertEqual(done.returncode, 1)
        self.assertIn("already holds a run", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
