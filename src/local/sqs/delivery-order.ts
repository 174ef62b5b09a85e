import type { Message, MessageState } from "./message.ts";

/**
 * What became of a message that was offered: taken, or gone elsewhere (its state has changed in both cases), or `stop` to
 * leave it where it is and be offered no more.
 */
export type Visit = (message: Message) => "taken" | "gone" | "stop";

/** Which message comes next. A queue tells it every change of state and takes from it. */
export interface DeliveryOrder {
  /** @param from the state before; `message.state` is the new one. */
  moved(message: Message, from: MessageState): void;
  /** Offers deliverable messages in order until `max` were taken, none is left, or it is told to stop. */
  take(max: number, visit: Visit): void;
}
