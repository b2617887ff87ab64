# SPDX-License-Identifier: Apache-2.0
"""An MCP server on the official Python packages: Streamable HTTP in both eras.

server.py PORT   0 is any free one; prints "listening on PORT"

Tools: echo, count (reports progress), greet (asks for a name), write (asks
a model and for roots, and logs). A prompt, a resource, a template, completion.
"""
import socket
import sys
from typing import Annotated

import anyio
import uvicorn
from mcp.server.mcpserver import (
    AcceptedElicitation,
    Context,
    Elicit,
    ElicitationResult,
    ListRoots,
    MCPServer,
    Resolve,
    Sample,
)
from mcp.types import Completion, CreateMessageResult, ListRootsResult, SamplingMessage, TextContent
from pydantic import BaseModel

server = MCPServer("python-peer")


class Guest(BaseModel):
    name: str


@server.tool()
def echo(message: str) -> str:
    """Says it again."""
    return f"Echo: {message}"


@server.tool()
async def count(steps: int, seconds: float, ctx: Context) -> str:
    """Counts slowly."""
    for step in range(1, steps + 1):
        await ctx.report_progress(step, steps)
        await anyio.sleep(seconds / steps)
    return f"counted to {steps}"


def who() -> Elicit[Guest]:
    return Elicit("Who are you?", Guest)


@server.tool()
def greet(guest: Annotated[ElicitationResult[Guest], Resolve(who)]) -> str:
    """Asks for a name."""
    return f"Hello, {guest.data.name}!" if isinstance(guest, AcceptedElicitation) else "Goodbye."


def model() -> Sample:
    asked = SamplingMessage(role="user", content=TextContent(type="text", text="Write."))
    return Sample([asked], max_tokens=100)


def places() -> ListRoots:
    return ListRoots()


@server.tool()
async def write(
    written: Annotated[CreateMessageResult, Resolve(model)],
    roots: Annotated[ListRootsResult, Resolve(places)],
    ctx: Context,
) -> str:
    """Has a model write."""
    await ctx.info("it has written")
    return f"{written.content.text} {roots.roots[0].uri}"


@server.prompt()
def haiku(topic: str) -> str:
    return f"A haiku about {topic}."


@server.resource("memo://days/today", mime_type="text/plain")
def today() -> str:
    return "memo of today"


@server.resource("memo://days/{day}", mime_type="text/plain")
def memo(day: str) -> str:
    return f"memo of {day}"


@server.completion()
async def complete(ref, argument, context):
    found = [topic for topic in ("moon", "moss", "rain") if topic.startswith(argument.value)]
    return Completion(values=found, total=len(found))


listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print(f"listening on {listening.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(server.streamable_http_app(), log_level="warning")).run(sockets=[listening])
