import { createTcpListener, MultiListener, SocketAttribute, TLSListener } from "@anyio/net";
import { type ByteStream, LineReceiveStream, TextStream } from "@anyio/streams";
import type { TaskStatus } from "@anyio/task-groups";
import { makeCredentials } from "../credentials.js";
import { describeError } from "./describe-error.js";
import type { Findings } from "./findings.js";
import { plural, printable } from "./format.js";

const HOST = "localhost";
const LONGEST_QUERY = 1_000;

/** The ports at which queries are answered. */
export interface QueryPorts {
  readonly tcp: number;
  readonly tls: number;
}

/** What queries are about. */
export interface Queried {
  readonly findings: Findings;
  isComplete: boolean;
}

/**
 * Answers queries over TCP and TLS, until it is cancelled: a line is a word, and its answer a line that says how often it was
 * found so far.
 *
 * @param port TCP's; TLS has the next one. With 0 the system chooses both.
 */
export async function serveIndex(queried: Queried, port: number, status: TaskStatus<QueryPorts>): Promise<never> {
  const tcp = await createTcpListener({ localHost: HOST, localPort: port });
  const underTls = await createTcpListener({ localHost: HOST, localPort: port === 0 ? 0 : port + 1 });
  const tls = new TLSListener(underTls, { ...(await makeCredentials(HOST)), standardCompatible: false });
  await using listener = new MultiListener<ByteStream>([tcp, tls]);
  const ports = { tcp: tcp.extra(SocketAttribute.localPort), tls: underTls.extra(SocketAttribute.localPort) };
  return await listener.serve((stream) => answerAll(stream, queried), {
    status: { started: () => status.started(ports) },
    // One client's trouble is no end of the others.
    onError: (error) => void process.stderr.write(`a client: ${printable(describeError(error))}\n`),
  });
}

async function answerAll(stream: ByteStream, queried: Queried): Promise<void> {
  const text = new TextStream(stream);
  for await (const line of new LineReceiveStream(text, { maxLength: LONGEST_QUERY })) {
    const word = line.trim().toLowerCase();
    if (word !== "") await text.send(`${printable(answer(word, queried))}\n`);
  }
}

function answer(word: string, { findings, isComplete }: Queried): string {
  const times = plural(findings.words.countOf(word), "time");
  const files = plural(findings.files.length, "text file");
  return `${word}: ${times} in ${files}${isComplete ? "" : ", and still counting"}`;
}
