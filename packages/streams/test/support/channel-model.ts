/** How an operation on a memory object stream ends: with what, or why not; undefined while it waits. */
export type Outcome = string | undefined;

interface Wait {
  readonly id: number;
  readonly end: number;
  readonly item: number;
}

/**
 * The rules of a memory object stream, in arrays: who waits, what is buffered, which clones are open. Operations are
 * numbered; `outcomes` says how each has ended.
 */
export class ChannelModel {
  readonly outcomes: Outcome[] = [];
  buffer: number[] = [];
  senders: Wait[] = [];
  receivers: Wait[] = [];
  readonly sends = [true];
  readonly receives = [true];

  constructor(readonly maxBufferSize: number) {}

  send(end: number, item: number, waits: boolean): void {
    const id = this.outcomes.push(undefined) - 1;
    const [receiver] = this.receivers;
    if (!this.sends[end]) this.outcomes[id] = "ClosedResourceError";
    else if (!this.receives.includes(true)) this.outcomes[id] = "BrokenResourceError";
    else if (receiver) {
      this.receivers.shift();
      this.outcomes[receiver.id] = `received ${item}`;
      this.outcomes[id] = "sent";
    } else if (this.buffer.length < this.maxBufferSize) {
      this.buffer.push(item);
      this.outcomes[id] = "sent";
    } else if (waits) this.senders.push({ id, end, item });
    else this.outcomes[id] = "WouldBlockError";
  }

  receive(end: number, waits: boolean): void {
    const id = this.outcomes.push(undefined) - 1;
    const [sender] = this.senders;
    if (!this.receives[end]) this.outcomes[id] = "ClosedResourceError";
    else if (this.buffer.length > 0 || sender) {
      if (sender) {
        this.senders.shift();
        this.buffer.push(sender.item);
        this.outcomes[sender.id] = "sent";
      }
      this.outcomes[id] = `received ${this.buffer.shift()}`;
    } else if (!this.sends.includes(true)) this.outcomes[id] = "EndOfStreamError";
    else if (waits) this.receivers.push({ id, end, item: 0 });
    else this.outcomes[id] = "WouldBlockError";
  }

  cancel(id: number): void {
    const waits = [...this.senders, ...this.receivers].some((wait) => wait.id === id);
    if (!waits) return;
    this.outcomes[id] = "CancelledError";
    this.senders = this.senders.filter((wait) => wait.id !== id);
    this.receivers = this.receivers.filter((wait) => wait.id !== id);
  }

  closeSend(end: number): void {
    this.sends[end] = false;
    for (const wait of this.senders) if (wait.end === end) this.outcomes[wait.id] = "ClosedResourceError";
    this.senders = this.senders.filter((wait) => wait.end !== end);
    if (this.sends.includes(true)) return;
    for (const wait of this.receivers) this.outcomes[wait.id] = "EndOfStreamError";
    this.receivers = [];
  }

  closeReceive(end: number): void {
    this.receives[end] = false;
    for (const wait of this.receivers) if (wait.end === end) this.outcomes[wait.id] = "ClosedResourceError";
    this.receivers = this.receivers.filter((wait) => wait.end !== end);
    if (this.receives.includes(true)) return;
    this.buffer = [];
    for (const wait of this.senders) this.outcomes[wait.id] = "BrokenResourceError";
    this.senders = [];
  }
}
