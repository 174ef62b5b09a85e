/**
 * A binary min-heap whose items know their place in it, so that any item leaves or changes its key in O(log n). Without
 * that, every deleted message would leave a dead entry behind for as long as its visibility timeout.
 */
export class IndexedHeap<T> {
  readonly #items: T[] = [];
  readonly #key: (item: T) => number;
  readonly #slot: (item: T) => number;
  readonly #setSlot: (item: T, slot: number) => void;

  /** @param slot reads the item's place, -1 when it is in no heap. */
  constructor(key: (item: T) => number, slot: (item: T) => number, setSlot: (item: T, slot: number) => void) {
    this.#key = key;
    this.#slot = slot;
    this.#setSlot = setSlot;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  remove(item: T): void {
    const slot = this.#slot(item);
    if (slot < 0) return;
    this.#setSlot(item, -1);
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#settle(last, slot);
  }

  /** To be called after an item's key changed. */
  update(item: T): void {
    const slot = this.#slot(item);
    if (slot >= 0) this.#settle(item, slot);
  }

  clear(): void {
    for (const item of this.#items) this.#setSlot(item, -1);
    this.#items.length = 0;
  }

  #settle(item: T, slot: number): void {
    const parent = this.#items[(slot - 1) >> 1];
    if (slot > 0 && parent !== undefined && this.#key(item) < this.#key(parent)) this.#up(item, slot);
    else this.#down(item, slot);
  }

  #up(item: T, from: number): void {
    const key = this.#key(item);
    let slot = from;
    while (slot > 0) {
      const above = (slot - 1) >> 1;
      const parent = this.#items[above];
      if (parent === undefined || this.#key(parent) <= key) break;
      this.#put(parent, slot);
      slot = above;
    }
    this.#put(item, slot);
  }

  #down(item: T, from: number): void {
    const key = this.#key(item);
    let slot = from;
    for (;;) {
      let below = 2 * slot + 1;
      let child = this.#items[below];
      if (child === undefined) break;
      const right = this.#items[below + 1];
      if (right !== undefined && this.#key(right) < this.#key(child)) {
        below += 1;
        child = right;
      }
      if (this.#key(child) >= key) break;
      this.#put(child, slot);
      slot = below;
    }
    this.#put(item, slot);
  }

  #put(item: T, slot: number): void {
    this.#items[slot] = item;
    this.#setSlot(item, slot);
  }
}
