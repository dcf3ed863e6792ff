/**
 * The flags of this process that are for its workers too: how modules are found and loaded, what memory they have. Not what says which
 * program to run, nor a debugger, which listens at one port.
 */
export function workerFlags(flags: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < flags.length; i++) {
    const flag = flags[i] ?? "";
    if (WITH_A_PROGRAM.test(flag)) i++;
    else if (!OWN.test(flag)) kept.push(flag);
  }
  return kept;
}

/** The program is the next argument. */
const WITH_A_PROGRAM = /^(-e|-p|-pe|--eval|--print)$/;
const OWN = /^(--(inspect|debug|eval|print|input-type|test|watch|check|interactive|run)\b|-[ci]$)/;
