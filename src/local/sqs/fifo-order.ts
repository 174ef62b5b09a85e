import type { DeliveryOrder, Visit } from "./delivery-order.ts";
import { type Linked, LinkedList } from "./linked-list.ts";
import type { Message, MessageState } from "./message.ts";

/** All messages of a message group, in order, whatever their state. */
class Group extends LinkedList<Message> implements Linked<Group> {
  readonly id: string;
  prev: Group | undefined = undefined;
  next: Group | undefined = undefined;
  list: LinkedList<Group> | undefined = undefined;

  constructor(id: string) {
    super((message) => message);
    this.id = id;
  }
}

/**
 * Strict order within a group: a message in flight, or delayed, holds up what is behind it and nothing before it, so that one
 * of several messages in flight that comes back early is delivered again at once, as AWS does. One receive takes as many
 * messages of a group as it can before the next group.
 */
export class FifoOrder implements DeliveryOrder {
  readonly #groups = new Map<string, Group>();
  readonly #open = new LinkedList<Group>((group) => group);

  moved(message: Message, from: MessageState): void {
    const group = this.#group(message.content.groupId ?? "");
    if (from === "gone") group.push(message);
    if (message.state === "gone") group.remove(message);
    this.#refresh(group);
  }

  take(max: number, visit: Visit): void {
    let taken = 0;
    while (taken < max) {
      const group = this.#open.head;
      if (!group) return;
      let message = group.head;
      while (message && taken < max && message.state === "visible") {
        const next: Message | undefined = message.next;
        const outcome = visit(message);
        if (outcome === "stop") return;
        if (outcome === "taken") taken += 1;
        message = next;
      }
    }
  }

  #group(id: string): Group {
    let group = this.#groups.get(id);
    if (!group) this.#groups.set(id, (group = new Group(id)));
    return group;
  }

  #refresh(group: Group): void {
    if (!group.head) this.#groups.delete(group.id);
    const open = group.head?.state === "visible";
    if (open === this.#open.has(group)) return;
    if (open) this.#open.push(group);
    else this.#open.remove(group);
  }
}
