/** What an item of a LinkedList carries: an item is in one list at most. */
export interface Linked<T> {
  prev: T | undefined;
  next: T | undefined;
  list: LinkedList<T> | undefined;
}

/** A list whose links live in its items, so that any item leaves it in O(1) and nothing is allocated for it. */
export class LinkedList<T> {
  head: T | undefined = undefined;
  #tail: T | undefined = undefined;
  readonly #links: (item: T) => Linked<T>;

  constructor(links: (item: T) => Linked<T>) {
    this.#links = links;
  }

  push(item: T): void {
    const links = this.#links(item);
    links.list = this;
    links.prev = this.#tail;
    links.next = undefined;
    if (this.#tail === undefined) this.head = item;
    else this.#links(this.#tail).next = item;
    this.#tail = item;
  }

  /** Does nothing when the item is not in this list. */
  remove(item: T): void {
    const links = this.#links(item);
    if (links.list !== this) return;
    if (links.prev === undefined) this.head = links.next;
    else this.#links(links.prev).next = links.next;
    if (links.next === undefined) this.#tail = links.prev;
    else this.#links(links.next).prev = links.prev;
    links.list = links.prev = links.next = undefined;
  }

  has(item: T): boolean {
    return this.#links(item).list === this;
  }
}
