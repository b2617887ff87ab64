// SPDX-License-Identifier: Apache-2.0
// Loaded before a server that listens where it pleases: it listens on this machine only, and says on stderr on which
// port, which it would not when that was its choice.
import net from "node:net";

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...further) {
  this.once("listening", () => process.stderr.write(`listening on ${this.address().port}\n`));
  return listen.call(this, Number(port), "127.0.0.1", ...further);
};
