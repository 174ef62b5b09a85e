import { type Linked, LinkedList } from "./linked-list.ts";
import type { Delivery } from "./message.ts";
import type { Timed, Timer } from "./timer.ts";

export interface WaitRequest {
  max: number;
  /** Seconds; undefined for the queue's. */
  visibility: number | undefined;
  /** Epoch milliseconds at which the poll ends empty. */
  until: number;
  /** Aborted when the client hangs up, so that it is given no message. */
  signal: AbortSignal;
}

class Waiter implements Timed, Linked<Waiter> {
  readonly request: WaitRequest;
  readonly end: (waiter: Waiter, deliveries: Delivery[]) => void;
  due = 0;
  slot = -1;
  prev: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  list: LinkedList<Waiter> | undefined = undefined;

  constructor(request: WaitRequest, end: (waiter: Waiter, deliveries: Delivery[]) => void) {
    this.request = request;
    this.end = end;
  }

  fire(): void {
    this.end(this, []);
  }
}

/** The long polls of a queue, longest waiting first. One is answered only with messages, or when its time is over. */
export class Waiters {
  readonly #timer: Timer;
  readonly #list = new LinkedList<Waiter>((waiter) => waiter);

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  get empty(): boolean {
    return this.#list.head === undefined;
  }

  wait(request: WaitRequest): Promise<Delivery[]> {
    return new Promise((resolve) => {
      const hangUp = () => waiter.end(waiter, []);
      const waiter = new Waiter(request, (self, deliveries) => {
        this.#list.remove(self);
        this.#timer.cancel(self);
        request.signal.removeEventListener("abort", hangUp);
        resolve(deliveries);
      });
      if (request.signal.aborted) return resolve([]);
      request.signal.addEventListener("abort", hangUp);
      this.#list.push(waiter);
      this.#timer.schedule(waiter, request.until);
    });
  }

  /** Lets the first in line receive. @returns false when nobody waits or there was nothing for it after all. */
  serve(receive: (max: number, visibility: number | undefined) => Delivery[]): boolean {
    const waiter = this.#list.head;
    if (!waiter) return false;
    const deliveries = receive(waiter.request.max, waiter.request.visibility);
    if (deliveries.length === 0) return false;
    waiter.end(waiter, deliveries);
    return true;
  }

  endAll(): void {
    for (let waiter = this.#list.head; waiter; waiter = this.#list.head) waiter.end(waiter, []);
  }
}
