# SPDX-License-Identifier: Apache-2.0
"""Talks to an MCP server with the official Python client, as told on stdin, and prints what came of it.

stdin    {"command": [...] or "url": ..., "era": "handshake" | "stateless", "await": [tool, ...],
          "calls": [{"tool": ..., "arguments": {...}}, ...], "together": {"tool": ..., "arguments": [{...}, ...]}}
         The calls are made one after the other; those of "together" at once.
stdout   {"server": ..., "revision": ..., "tools": [...], "problems": [...], "calls": [...], "together": [...]}
         An outcome is {"failed": bool, "text": ..., "structured": ..., "progress": [...]} or {"code": ..., "message": ...}.
"""
import json
import os
import sys

import anyio
from jsonschema.validators import Draft202012Validator, validator_for
from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import PaginatedRequestParams

PATIENCE_SECONDS = 60


async def all_tools(session):
    tools, cursor = [], None
    while True:
        page = await session.list_tools(params=PaginatedRequestParams(cursor=cursor) if cursor else None)
        tools += page.tools
        cursor = page.next_cursor
        if cursor is None:
            return tools


async def tools_with(session, wanted):
    """The tools, once all the wanted ones are among them."""
    while True:
        tools = await all_tools(session)
        if set(wanted) <= {tool.name for tool in tools}:
            return tools
        await anyio.sleep(0.1)


def problems_of(tool):
    """What is wrong with the schemas of a tool."""
    for which, schema in (("input", tool.input_schema), ("output", tool.output_schema)):
        if schema is not None:
            validator = validator_for(schema, default=Draft202012Validator)
            for error in validator(validator.META_SCHEMA).iter_errors(schema):
                yield f"{tool.name}, {which}: {error.json_path}: {error.message}"


async def outcome(session, tool, arguments):
    progress = []

    async def heard(done, total, message):
        progress.append(done)

    try:
        # This also holds structured content against the output schema of the tool.
        result = await session.call_tool(tool, arguments, progress_callback=heard)
    except MCPError as refused:
        return {"code": refused.code, "message": refused.message}
    return {
        "failed": bool(result.is_error),
        "text": "\n".join(block.text for block in result.content if block.type == "text"),
        "structured": result.structured_content,
        "progress": progress,
    }


def streams_to(plan):
    if "url" in plan:
        return streamable_http_client(plan["url"])
    command, *arguments = plan["command"]
    return stdio_client(StdioServerParameters(command=command, args=arguments, env=dict(os.environ)))


async def talk(plan):
    async with streams_to(plan) as (read, write), ClientSession(read, write) as session:
        hello = await (session.initialize() if plan["era"] == "handshake" else session.discover())
        with anyio.fail_after(PATIENCE_SECONDS):
            tools = await tools_with(session, plan.get("await", []))
        calls = [await outcome(session, call["tool"], call["arguments"]) for call in plan.get("calls", [])]
        at_once = plan.get("together", {"tool": "", "arguments": []})
        together = [None] * len(at_once["arguments"])

        async def one(place):
            together[place] = await outcome(session, at_once["tool"], at_once["arguments"][place])

        async with anyio.create_task_group() as group:
            for place in range(len(together)):
                group.start_soon(one, place)
        return {
            "server": session.server_info.name if session.server_info else None,
            "revision": session.protocol_version,
            "instructions": hello.instructions,
            "tools": [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools],
            "problems": [problem for tool in tools for problem in problems_of(tool)],
            "calls": calls,
            "together": together,
        }


print(json.dumps(anyio.run(talk, json.load(sys.stdin))))
