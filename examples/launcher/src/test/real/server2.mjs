// SPDX-License-Identifier: Apache-2.0
// An MCP server on the second line of the official TypeScript packages: Streamable HTTP in both eras. See server.py.
//
//   server2.mjs PORT
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { toNodeHandler } from "@modelcontextprotocol/node";
import {
  McpServer,
  ResourceTemplate,
  completable,
  createMcpHandler,
  inputRequired,
} from "@modelcontextprotocol/server";
import { z } from "zod";

const says = (text) => ({ content: [{ type: "text", text }] });

function newServer() {
  const server = new McpServer({ name: "typescript-peer", version: "1" }, { capabilities: { logging: {} } });
  server.registerTool(
    "echo",
    { description: "Says it again.", inputSchema: z.object({ message: z.string() }) },
    async ({ message }) => says(`Echo: ${message}`),
  );
  server.registerTool(
    "count",
    { description: "Counts slowly.", inputSchema: z.object({ steps: z.number().int(), seconds: z.number() }) },
    async ({ steps, seconds }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (let progress = 1; progress <= steps; progress++) {
        if (progressToken !== undefined) {
          await mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken, progress, total: steps },
          });
        }
        await sleep((seconds * 1000) / steps, undefined, { signal: mcpReq.signal });
      }
      return says(`counted to ${steps}`);
    },
  );
  server.registerTool("greet", { description: "Asks for a name.", inputSchema: z.object({}) }, async (_, { mcpReq }) => {
    const guest = mcpReq.inputResponses?.guest;
    if (guest) {
      return says(guest.action === "accept" ? `Hello, ${guest.content.name}!` : "Goodbye.");
    }
    const form = { message: "Who are you?", requestedSchema: z.object({ name: z.string() }) };
    return inputRequired({ inputRequests: { guest: inputRequired.elicit(form) } });
  });
  server.registerTool("write", { description: "Has a model write.", inputSchema: z.object({}) }, async (_, { mcpReq }) => {
    const { written, places } = mcpReq.inputResponses ?? {};
    if (written && places) {
      await mcpReq.log("info", "it has written");
      return says(`${written.content.text} ${places.roots[0].uri}`);
    }
    const messages = [{ role: "user", content: { type: "text", text: "Write." } }];
    return inputRequired({
      inputRequests: {
        written: inputRequired.createMessage({ messages, maxTokens: 100 }),
        places: inputRequired.listRoots(),
      },
    });
  });
  const topic = completable(z.string(), (typed) => ["moon", "moss", "rain"].filter((word) => word.startsWith(typed)));
  server.registerPrompt("haiku", { argsSchema: z.object({ topic }) }, async (given) => ({
    messages: [{ role: "user", content: { type: "text", text: `A haiku about ${given.topic}.` } }],
  }));
  const memo = (uri, day) => ({ contents: [{ uri: uri.href, mimeType: "text/plain", text: `memo of ${day}` }] });
  server.registerResource("today", "memo://days/today", { mimeType: "text/plain" }, async (uri) => memo(uri, "today"));
  server.registerResource(
    "day",
    new ResourceTemplate("memo://days/{day}", { list: undefined }),
    { mimeType: "text/plain" },
    async (uri, { day }) => memo(uri, day),
  );
  return server;
}

const handle = toNodeHandler(createMcpHandler(newServer));
const listening = http.createServer((request, response) => handle(request, response));
listening.listen(Number(process.argv[2]), "127.0.0.1", () => {
  console.log(`listening on ${listening.address().port}`);
});
