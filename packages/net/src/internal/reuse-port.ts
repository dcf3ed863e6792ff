/**
 * Refuses `reusePort` where the runtime has none: it would be ignored, and the second socket on the port be told that the port is in
 * use. Node.js has it from 22.12 on, Bun has it, Deno has it for TCP only.
 */
export function checkReusePort(reusePort: unknown, protocol: "TCP" | "UDP"): void {
  if (reusePort === undefined || reusePort === false) return;
  if (reusePort !== true) throw new TypeError(`reusePort must be true or false, not ${String(reusePort)}`);
  const { node, bun, deno } = process.versions;
  if (bun !== undefined) return;
  if (deno !== undefined && protocol === "TCP") return;
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (deno === undefined && (major > 22 || (major === 22 && minor >= 12))) return;
  const here = deno === undefined ? `Node.js ${node}` : `Deno ${deno}`;
  const advice = deno === undefined ? "it takes Node.js 22.12 or later" : "let one process read from the port";
  throw new TypeError(`reusePort is not available for ${protocol} on ${here}; leave it out: ${advice}`);
}
