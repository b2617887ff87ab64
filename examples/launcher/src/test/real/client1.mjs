// SPDX-License-Identifier: Apache-2.0
// The official TypeScript client, its first line, which speaks the older era only. See talk.mjs.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { plan, talk } from "./talk.mjs";

const transport = plan.url
  ? new StreamableHTTPClientTransport(new URL(plan.url))
  : new StdioClientTransport({ command: plan.command[0], args: plan.command.slice(1), env: process.env });

// The client tells the revision to its transport and to nobody else.
let revision;
const tell = transport.setProtocolVersion?.bind(transport);
transport.setProtocolVersion = (agreed) => {
  revision = agreed;
  tell?.(agreed);
};

const client = new Client({ name: "typescript-1", version: "1" });
await client.connect(transport);
await talk({
  server: client.getServerVersion().name,
  revision,
  instructions: client.getInstructions(),
  list: async () => (await client.listTools()).tools,
  call: (params, onprogress) => client.callTool(params, undefined, { onprogress }),
});
if (plan.url) {
  await transport.terminateSession();
}
await client.close();
