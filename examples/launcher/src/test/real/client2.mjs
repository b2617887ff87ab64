// SPDX-License-Identifier: Apache-2.0
// The official TypeScript client, its second line, which speaks both eras. See talk.mjs.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { plan, talk } from "./talk.mjs";

const transport = plan.url
  ? new StreamableHTTPClientTransport(new URL(plan.url))
  : new StdioClientTransport({ command: plan.command[0], args: plan.command.slice(1), env: process.env });
const mode = plan.era === "handshake" ? "legacy" : "auto";

const client = new Client({ name: "typescript-2", version: "1" }, { versionNegotiation: { mode } });
await client.connect(transport);
await talk({
  server: client.getServerVersion().name,
  revision: client.getNegotiatedProtocolVersion(),
  instructions: client.getInstructions(),
  list: async () => (await client.listTools(undefined, { cacheMode: "refresh" })).tools,
  call: (params, onprogress) => client.callTool(params, { onprogress }),
});
if (plan.url) {
  await transport.terminateSession();
}
await client.close();
