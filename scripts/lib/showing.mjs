const SECOND = 1_000;

/**
 * Says what is going on where it takes longer than a second: on a terminal with the seconds, elsewhere in one line.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @param {Pick<NodeJS.WriteStream, "isTTY" | "write">} [stream]
 * @returns {Promise<T>} what the work returns
 */
export async function showing(what, work, stream = process.stderr) {
  const canRewrite = stream.isTTY && process.env["TERM"] !== "dumb";
  let seconds = 0;
  const clock = setInterval(() => {
    seconds++;
    if (canRewrite) stream.write(`\r${what} … ${seconds} s`);
    else if (seconds === 1) stream.write(`${what} …\n`);
  }, SECOND);
  try {
    return await work();
  } finally {
    clearInterval(clock);
    if (canRewrite && seconds > 0) stream.write("\n");
  }
}
