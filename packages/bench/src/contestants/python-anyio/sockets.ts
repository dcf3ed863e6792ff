import type { SocketsFamily } from "../contestant.js";
import { Program } from "./program.js";

export const sockets: SocketsFamily = {
  async requests(connections) {
    const server = new Program("echo.py", "serve");
    const port = await server.line();
    const client = new Program("echo.py", "request", port, String(connections));
    await client.line();
    return {
      async repeat(times) {
        client.tell(`${times}\n`);
        return Number(await client.line());
      },
      async close() {
        await client.stop();
        await server.stop();
      },
    };
  },
};
