import { checkpointIfCancelled, inFlight, quietly, suspendForeign } from "@anyio/core/lowlevel";
import { withTaskGroup } from "@anyio/task-groups";
import type { Command } from "./command.js";
import type { CompletedProcess } from "./completed-process.js";
import { CalledProcessError } from "./errors.js";
import { checkDuration } from "./internal/checks.js";
import { Completion } from "./internal/completion.js";
import { feedAll, feedEach, type Input } from "./internal/feed.js";
import { type Plan, planOf } from "./internal/plan.js";
import { show } from "./internal/show.js";
import { start, type Started } from "./internal/start.js";
import type { ProcessOptions } from "./process-options.js";

/** What `runProcess` takes besides the command. */
export interface RunProcessOptions extends ProcessOptions {
  /** What the child reads: all of it at once, or piece by piece as it reads. A text is sent as UTF-8. */
  readonly input?: Input | undefined;
  /** Whether a process that fails is an error, as it is unless this is false. */
  readonly check?: boolean | undefined;
  /** How long a pipe is read on that a descendant holds open after the child has exited, in ms. 100 unless given. */
  readonly drainGrace?: number | undefined;
}

/**
 * Runs a command, waits for it to end, and gives what it wrote. An array is executed as it is, a string goes through the shell. It reads
 * `input`, or nothing.
 *
 * The child leads a process group of its own. When this returns nobody in it is left: what the child has started and not waited for gets
 * SIGTERM, and SIGKILL after `grace`.
 *
 * **Cancellation:** in a cancelled scope nothing is started. While it runs, its group gets SIGTERM, SIGKILL after `grace`, and is waited for;
 * what it wrote is lost.
 *
 * @throws {CalledProcessError} when it exits with another code than 0 or is killed by a signal, unless `check` is false
 * @throws the system's error, with its `code`, when it cannot be started
 * @throws {TypeError | RangeError} when an argument is of another kind or out of range; also for `input` with `stdin`
 * @example
 * const { stdout } = await runProcess(["sort"], { input: "pear\napple\n" });
 * new TextDecoder().decode(stdout); // => "apple\npear\n"
 * @example
 * const error = await runProcess("echo no such luck >&2; exit 3").catch((error: CalledProcessError) => error);
 * [error.exitCode, new TextDecoder().decode(error.stderr)]; // => [3, "no such luck\n"]
 * @see anyio.run_process
 */
export function runProcess(command: Command, options: RunProcessOptions = {}): Promise<CompletedProcess> {
  let plan: Plan;
  try {
    checkRunOptions(options);
    plan = planOf(command, options, options.input === undefined ? "ignore" : "pipe");
  } catch (error) {
    return Promise.reject(error);
  }
  return quietly(perform(plan, options));
}

async function perform(plan: Plan, options: RunProcessOptions): Promise<CompletedProcess> {
  await checkpointIfCancelled();
  const landed = inFlight();
  try {
    const completed = await complete(await start(plan, "scope"), plan, options);
    if ((options.check ?? true) && completed.exitCode !== 0) throw new CalledProcessError(completed);
    return completed;
  } finally {
    landed();
  }
}

/** Waits until the child has exited and all it wrote has come, and sees to it that nobody of it is left. */
async function complete(started: Started, plan: Plan, options: RunProcessOptions): Promise<CompletedProcess> {
  const { child, stdin, stdout, stderr } = started;
  const { input = "", drainGrace = DRAIN_GRACE } = options;
  const completion = new Completion(child, [stdout, stderr], drainGrace);
  const untilDone = (): Promise<void> =>
    suspendForeign(started.child.ending, (waiter) => {
      completion.whenDone(() => waiter.resume());
      return () => child.press("terminating");
    });
  try {
    if (stdin === null) await untilDone();
    else if (typeof input === "object" && Symbol.asyncIterator in input) {
      await withTaskGroup(async (tg) => {
        tg.startSoon(() => feedEach(stdin, input), { name: `input of ${child.label}`, service: true });
        await untilDone();
      });
    } else {
      feedAll(stdin, input);
      await untilDone();
    }
    const [out = NOTHING, err = NOTHING] = completion.take();
    const { exitCode, signalCode } = child;
    const { command } = plan;
    return { command, exitCode, signalCode, stdout: out, stderr: err, outputTruncated: completion.isTruncated };
  } finally {
    completion.stop();
    stdin?.destroy();
    child.press("terminating");
    await child.untilGone();
    completion.close();
  }
}

function checkRunOptions({ input, stdin, check, drainGrace }: RunProcessOptions): void {
  if (input !== undefined && stdin !== undefined) {
    throw new TypeError("input and stdin exclude each other; give one of them");
  }
  const isInput =
    input === undefined ||
    typeof input === "string" ||
    input instanceof Uint8Array ||
    (typeof input === "object" && input !== null && Symbol.asyncIterator in input);
  if (!isInput) {
    throw new TypeError(`input must be a string, a Uint8Array, or an async iterable of those, not ${show(input)}`);
  }
  if (check !== undefined && typeof check !== "boolean") {
    throw new TypeError(`check must be true or false, not ${show(check)}`);
  }
  checkDuration("drainGrace", drainGrace);
}

const DRAIN_GRACE = 100;
const NOTHING = new Uint8Array(0);
