/** Something that stands in a `Fifo`; the queue keeps its links in it. */
export class Link {
  next: this | undefined;
  previous: this | undefined;
}

/** A doubly linked list: first in, first out, and whoever gives up leaves from wherever it stands. */
export class Fifo<T extends Link> {
  #head: T | undefined;
  #tail: T | undefined;

  push(link: T): void {
    link.previous = this.#tail;
    if (this.#tail === undefined) this.#head = link;
    else this.#tail.next = link;
    this.#tail = link;
  }

  shift(): T | undefined {
    const head = this.#head;
    if (head !== undefined) this.remove(head);
    return head;
  }

  remove(link: T): void {
    if (link.previous === undefined) this.#head = link.next;
    else link.previous.next = link.next;
    if (link.next === undefined) this.#tail = link.previous;
    else link.next.previous = link.previous;
    link.next = undefined;
    link.previous = undefined;
  }
}
