"""A Ray job with two Serve applications: one that answers, and one whose constructor raises."""
import time

from ray import serve


@serve.deployment(num_replicas=1, ray_actor_options={"num_cpus": 0.1})
class Hello:
    def __call__(self):
        return "hello"


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Broken:
    def __init__(self):
        raise ValueError("no model here")


# Nobody calls them over HTTP, so no port is taken.
serve.start(proxy_location="Disabled")
serve.run(Hello.bind(), name="hello", route_prefix="/hello")
print("HELLO RUNS", flush=True)
try:
    serve.run(Broken.bind(), name="broken", route_prefix="/broken")
except Exception as error:
    print("CAUGHT", type(error).__name__, flush=True)
time.sleep(120)
