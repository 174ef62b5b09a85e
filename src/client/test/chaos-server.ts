import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { WebSocketServer, type WebSocket } from "ws";
import { isTerminal, type TaskEvent, type TaskStatus, type TokenEvent } from "../../contract/event.ts";
import type { ServerMessage } from "../../contract/socket.ts";
import { listenLocally } from "../../../test/helpers/listen.ts";

/** What happens to a message on its way to the client. */
export type Mishap = "none" | "twice" | "lost" | "late" | "cut" | "cut-after";
/** What a task's story is made of: a durable event, or a piece of text. */
export type Step = { event: TaskEvent } | { token: TokenEvent };

export interface ChaosOptions {
  /** One for each message, in turn; when used up nothing goes wrong any more. */
  mishaps?: Mishap[];
  /** So many upgrades are refused first. */
  refuse?: number;
  /** So many HTTP requests are answered with 503 first. */
  unavailable?: number;
  /** The stored text is behind the told text by up to so many pieces. */
  snapshotEvery?: number;
  /** Status for every upgrade and request; for a caller who is not let in. */
  deny?: number;
  /** Connections need a ticket, each good for one. */
  tickets?: boolean;
  /** The task is not known. */
  missing?: boolean;
}

/** A pipeline's API in miniature whose network misbehaves on purpose. */
export class ChaosServer {
  readonly log: TaskEvent[] = [];
  readonly requests: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  connections = 0;
  pings = 0;
  url = "";
  socketUrl = "";
  result: unknown;
  readonly #options: ChaosOptions;
  readonly #mishaps: Mishap[];
  readonly #http = createServer((req, res) => this.#answer(req, res));
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #followers = new Set<WebSocket>();
  readonly #usedTickets = new Set<string>();
  #tickets = 0;
  #text: TokenEvent | undefined;
  #stored: TokenEvent | undefined;
  #pieces = 0;
  #refused = 0;
  #unavailable = 0;

  constructor(options: ChaosOptions = {}) {
    this.#options = options;
    this.#mishaps = [...(options.mishaps ?? [])];
    this.#http.on("upgrade", (req, socket, head) => {
      this.authorizations.push(req.headers.authorization);
      const ticket = new URL(req.url ?? "/", "http://127.0.0.1").searchParams.get("ticket");
      const spent = this.#options.tickets === true && (ticket === null || this.#usedTickets.has(ticket));
      if (ticket !== null) this.#usedTickets.add(ticket);
      if (this.#options.deny !== undefined || spent || this.#refused++ < (this.#options.refuse ?? 0)) {
        return void socket.end(`HTTP/1.1 ${this.#options.deny ?? 403} Refused\r\nconnection: close\r\n\r\n`);
      }
      this.#sockets.handleUpgrade(req, socket, head, (ws) => this.#connected(ws));
    });
  }

  async listen(): Promise<this> {
    const port = await listenLocally(this.#http);
    this.url = `http://127.0.0.1:${port}`;
    this.socketUrl = `ws://127.0.0.1:${port}`;
    return this;
  }

  async close(): Promise<void> {
    for (const ws of this.#sockets.clients) ws.terminate();
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    await closed;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const ws of this.#sockets.clients) ws.terminate();
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.clients.size;
  }

  newTicket(): string {
    this.#tickets += 1;
    return `ticket-${this.#tickets}`;
  }

  /** Something happens: it is stored first, then told. */
  tell(step: Step): void {
    if ("token" in step) {
      const { token } = step;
      const same = this.#text?.attempt === token.attempt && this.#text.generation === token.generation;
      this.#text = { ...token, offset: 0, delta: (same ? (this.#text?.delta ?? "") : "") + token.delta };
      this.#pieces += 1;
      if (this.#pieces % (this.#options.snapshotEvery ?? 1) === 0) this.#stored = this.#text;
    } else {
      // An attempt's end stores its whole text, as the worker does.
      this.#stored = this.#text;
      this.log.push(step.event);
    }
    const message = "token" in step ? step.token : step.event;
    for (const ws of this.#followers) this.#post(ws, message);
  }

  status(): TaskStatus {
    const last = this.log.at(-1);
    if (last?.type === "completed" || last?.type === "deadlettered" || last?.type === "cancelled") return last.type;
    return last && last.type !== "accepted" ? "running" : "accepted";
  }

  #connected(ws: WebSocket): void {
    this.connections += 1;
    ws.on("error", () => {});
    ws.on("close", () => this.#followers.delete(ws));
    ws.on("message", (data: Buffer) => {
      const message: { action: string; after?: number; all?: boolean } = JSON.parse(data.toString());
      if (message.action === "ping") {
        this.pings += 1;
        return this.#post(ws, { type: "pong" });
      }
      this.#followers.add(ws);
      if (message.all) return this.#post(ws, { type: "subscribed" });
      const seq = this.log.length;
      const ticket = this.#options.tickets ? { ticket: this.newTicket() } : {};
      for (const event of this.log) if (event.seq > (message.after ?? 0)) this.#post(ws, event);
      if (this.#stored) this.#post(ws, this.#stored);
      const { generation = 0, attempt = 0, delta = "" } = this.#stored ?? {};
      const text = { generation, attempt, length: delta.length };
      this.#post(ws, { type: "subscribed", taskId: "task-0001", seq, status: this.status(), text, ...ticket });
    });
  }

  #post(ws: WebSocket, message: ServerMessage): void {
    const text = JSON.stringify(message);
    const mishap = this.#mishaps.shift() ?? "none";
    if (mishap === "lost") return;
    if (mishap === "cut") return ws.terminate();
    if (mishap === "late") return void setTimeout(() => ws.send(text, () => {}), 3);
    ws.send(text, () => {});
    if (mishap === "twice") ws.send(text, () => {});
    if (mishap === "cut-after") ws.close(1001, "going away");
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    const url = new URL(req.url ?? "/", this.url);
    this.requests.push(`${req.method} ${url.pathname}`);
    const reply = (status: number, body: unknown) => {
      res.writeHead(status, { "content-type": "application/json" });
      res.end(JSON.stringify(body));
    };
    if (this.#options.deny !== undefined) return reply(this.#options.deny, { message: "Unauthorized" });
    if (this.#unavailable++ < (this.#options.unavailable ?? 0)) return reply(503, { message: "Service Unavailable" });
    if (url.pathname === "/result") return reply(200, this.result);
    if (url.pathname.endsWith("/ticket")) {
      return reply(200, {
        v: 1,
        socketUrl: this.socketUrl,
        ticket: this.newTicket(),
        ticketExpiresAt: new Date().toISOString(),
      });
    }
    if (url.pathname.endsWith("/events") && !this.#options.missing) {
      const after = Number(url.searchParams.get("after"));
      const events = this.log.filter((event) => event.seq > after);
      return reply(200, { v: 1, status: this.status(), events, ...(this.#stored ? { text: this.#stored } : {}) });
    }
    const id = /^\/tasks\/([^/]+)$/.exec(url.pathname)?.[1];
    if (id === "task-0001")
      return reply(200, {
        v: 1,
        task: this.#record(),
        ...(this.result === undefined ? {} : { resultUrl: `${this.url}/result` }),
      });
    if (url.pathname === "/tasks" && req.method === "GET") {
      const first = this.log[0];
      const tasks = first
        ? [
            {
              taskId: "task-0001",
              acceptedAt: first.at,
              status: this.status(),
              ended: isTerminal(this.log.at(-1) ?? first),
            },
          ]
        : [];
      return reply(200, { v: 1, tasks });
    }
    reply(404, { error: { code: "TASK_NOT_FOUND", message: "There is no such task." } });
  }

  #record() {
    return {
      v: 1,
      task: { taskId: "task-0001", userId: "u", prompt: "p" },
      status: this.status(),
      seq: this.log.length,
      attempts: [],
      usage: [],
    };
  }
}
