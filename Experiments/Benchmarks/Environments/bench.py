"""Steps a second of the public environments with random actions and pictures, as one JSON object.

    python bench.py [SECONDS]

Each world is stepped for two seconds unless told, resets included. MiniGrid draws the agent's view
with 8 pixels a tile, Gymnasium's Pendulum its 500x500 picture, dm_control 64x64 pixels where
MUJOCO_GL names what can draw without a screen; its physics alone is timed always.
"""

import json
import os
import sys
import time

import gymnasium
import minigrid  # noqa: F401  registers its worlds
import numpy
from minigrid.wrappers import RGBImgPartialObsWrapper

GRIDS = ["Empty-8x8", "DoorKey-8x8", "Dynamic-Obstacles-8x8", "LockedRoom"]


def rate(reset, step, seconds):
    """Steps a second; `step` says whether the episode goes on."""
    reset()
    for _ in range(20):
        if not step():
            reset()
    count, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        if not step():
            reset()
        count += 1
    return count / passed


def gym_rate(env, seconds, shows):
    env.action_space.seed(0)

    def step():
        observation, _, terminated, truncated, _ = env.step(env.action_space.sample())
        shows(observation)
        return not (terminated or truncated)

    return rate(lambda: env.reset(), step, seconds)


def grid_rate(name, seconds):
    env = RGBImgPartialObsWrapper(gymnasium.make(f"MiniGrid-{name}-v0"), tile_size=8)
    env.reset(seed=0)

    def shows(observation):
        assert observation["image"].shape == (56, 56, 3)

    return gym_rate(env, seconds, shows)


def classic_rate(seconds):
    env = gymnasium.make("Pendulum-v1", render_mode="rgb_array")
    env.reset(seed=0)

    def shows(_):
        assert env.render().shape == (500, 500, 3)

    return gym_rate(env, seconds, shows)


def swingup_rate(seconds, draws):
    from dm_control import suite

    env = suite.load("pendulum", "swingup", task_kwargs={"random": 0})
    random = numpy.random.default_rng(0)

    def step():
        goes_on = not env.step(random.uniform(-1, 1, 1)).last()
        if draws:
            assert env.physics.render(64, 64, camera_id=0).shape == (64, 64, 3)
        return goes_on

    return rate(env.reset, step, seconds)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2
    draws = os.environ.get("MUJOCO_GL", "disable") != "disable"
    rates = {f"gridworld/{name}": grid_rate(name, seconds) for name in GRIDS}
    rates["pendulum/classic"] = classic_rate(seconds)
    if draws:
        rates["pendulum/swingup"] = swingup_rate(seconds, True)
    rates["pendulum/swingup, no picture"] = swingup_rate(seconds, False)
    print(json.dumps({"steps_per_second": rates}))


if __name__ == "__main__":
    main()
