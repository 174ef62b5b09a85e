import type { DeliveryOrder, Visit } from "./delivery-order.ts";
import { type Linked, LinkedList } from "./linked-list.ts";
import type { Message, MessageState } from "./message.ts";

/** The visible messages of one tenant. */
class Lane extends LinkedList<Message> implements Linked<Lane> {
  readonly key: string;
  prev: Lane | undefined = undefined;
  next: Lane | undefined = undefined;
  list: LinkedList<Lane> | undefined = undefined;

  constructor(key: string) {
    super((message) => message);
    this.key = key;
  }
}

/**
 * Fair queues: a MessageGroupId on a standard queue names a tenant, and tenants with messages waiting take turns, so that
 * one with a long backlog does not hold up the others. Messages without a group share one lane, in order of arrival.
 */
export class StandardOrder implements DeliveryOrder {
  readonly #lanes = new Map<string, Lane>();
  readonly #turns = new LinkedList<Lane>((lane) => lane);

  moved(message: Message, from: MessageState): void {
    if (from === "visible") this.#leave(message);
    if (message.state === "visible") this.#join(message);
  }

  take(max: number, visit: Visit): void {
    let taken = 0;
    while (taken < max) {
      const lane = this.#turns.head;
      const message = lane?.head;
      if (!lane || !message) return;
      this.#turns.remove(lane);
      this.#turns.push(lane);
      const outcome = visit(message);
      if (outcome === "stop") return;
      if (outcome === "taken") taken += 1;
    }
  }

  #join(message: Message): void {
    const key = message.content.groupId ?? "";
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane(key);
      this.#lanes.set(key, lane);
      this.#turns.push(lane);
    }
    lane.push(message);
  }

  #leave(message: Message): void {
    const lane = this.#lanes.get(message.content.groupId ?? "");
    if (!lane) return;
    lane.remove(message);
    if (lane.head) return;
    this.#turns.remove(lane);
    this.#lanes.delete(lane.key);
  }
}
