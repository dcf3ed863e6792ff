import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { suspendShielded } from "@anyio/core/lowlevel";
import { Child, type ChildFacts } from "./child.js";
import type { Plan } from "./plan.js";
import { makeSocketPair } from "./socket-pair.js";
import { startErrorOf } from "./start-error.js";

/** A child that has been started, and our ends of its pipes. */
export interface Started {
  readonly child: Child;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
}

/**
 * Starts a child.
 *
 * @throws the system's error, told in words, when it cannot be started
 */
export async function start(plan: Plan, holder: ChildFacts["holder"]): Promise<Started> {
  const pair = plan.stderr === "stdout" ? await makeSocketPair() : undefined;
  try {
    const output =
      pair === undefined ? [plan.stdout, plan.stderr as Exclude<Plan["stderr"], "stdout">] : [pair.theirs, pair.theirs];
    const process = spawnFrom(plan, [plan.stdin, ...output]);
    if (process.pid === undefined) throw await errorOf(process);
    const child = new Child({ process, command: plan.command, isLeader: plan.isLeader, grace: plan.grace, holder });
    return { child, stdin: process.stdin, stdout: pair?.ours ?? process.stdout, stderr: process.stderr };
  } catch (error) {
    pair?.ours.destroy();
    // Node throws some of the system's errors, and emits others.
    throw isOfSystem(error) ? startErrorOf(error, plan) : error;
  } finally {
    pair?.theirs.destroy();
  }
}

function spawnFrom(
  { command, options, cwd, hasNewSession }: Plan,
  stdio: SpawnOptions["stdio"] & object,
): ChildProcess {
  const { env, uid, gid } = options;
  const how: SpawnOptions = { stdio, detached: hasNewSession, windowsHide: true };
  if (cwd !== undefined) how.cwd = cwd;
  if (env !== undefined) how.env = env;
  if (uid !== undefined) how.uid = uid;
  if (gid !== undefined) how.gid = gid;
  if (typeof command === "string") return spawn(command, { ...how, shell: true });
  const [program = "", ...args] = command;
  return spawn(program, args, how);
}

function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function errorOf(process: ChildProcess): Promise<NodeJS.ErrnoException> {
  return suspendShielded("the reason why a program cannot be started", (waiter) => {
    process.once("error", (error) => waiter.resume(error));
  });
}
