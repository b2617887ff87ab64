// SPDX-License-Identifier: Apache-2.0
// What an MCP client of the official TypeScript packages does, as told on stdin. The plan and what is printed are as
// in client.py, without "problems".
import { text } from "node:stream/consumers";

const PATIENCE_MILLIS = 60_000;

/** The plan on stdin. */
export const plan = JSON.parse(await text(process.stdin));

/** Does what the plan says with a client that is connected, and prints what came of it. */
export async function talk({ server, revision, instructions, list, call }) {
  const tools = await toolsWith(list, plan.await ?? []);
  const calls = [];
  for (const wanted of plan.calls ?? []) {
    calls.push(await outcome(call, wanted.tool, wanted.arguments));
  }
  const atOnce = plan.together ?? { tool: "", arguments: [] };
  const together = await Promise.all(atOnce.arguments.map((given) => outcome(call, atOnce.tool, given)));
  process.stdout.write(JSON.stringify({ server, revision, instructions, tools, calls, together }));
}

async function toolsWith(list, wanted) {
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const tools = await list();
    const missing = wanted.filter((name) => !tools.some((tool) => tool.name === name));
    if (missing.length === 0) {
      return tools;
    }
    if (Date.now() > deadline) {
      throw new Error(`There are no tools ${missing}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function outcome(call, tool, args) {
  const progress = [];
  try {
    // This also holds structured content against the output schema of the tool.
    const result = await call({ name: tool, arguments: args }, (heard) => progress.push(heard.progress));
    return {
      failed: result.isError === true,
      text: result.content.filter((block) => block.type === "text").map((block) => block.text).join("\n"),
      structured: result.structuredContent ?? null,
      progress,
    };
  } catch (refused) {
    if (typeof refused.code !== "number") {
      throw refused;
    }
    return { code: refused.code, message: refused.message };
  }
}
