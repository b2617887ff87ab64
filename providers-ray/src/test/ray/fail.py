"""A Ray job that fails in the way it is told to: python fail.py eat|crash|raise|init.

    eat     a task takes memory until it is killed: only for a head whose memory monitor has a low threshold
    crash   a task's process leaves with os._exit, as a crash in native code would
    init    an actor's constructor raises RuntimeError("no start")
    raise   a task raises ValueError("bad inner") in a task that another task waits for
"""
import os
import sys
import time

import ray

ray.init()


@ray.remote(max_retries=0)
def eat():
    held = []
    while True:
        held.append(b"x" * 50_000_000)
        time.sleep(0.05)


@ray.remote(max_retries=0)
def crash():
    os._exit(7)


@ray.remote(max_retries=0)
def inner():
    raise ValueError("bad inner")


@ray.remote(max_retries=0)
def outer():
    return ray.get(inner.remote())


@ray.remote
class Unborn:
    def __init__(self):
        raise RuntimeError("no start")

    def ping(self):
        return 1


def init():
    return Unborn.remote().ping.remote()


ways = {"eat": eat.remote, "crash": crash.remote, "raise": outer.remote, "init": init}
ray.get(ways[sys.argv[1]]())
