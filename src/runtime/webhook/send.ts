import type { Clock } from "../../contract/clock.ts";
import type { TaskRecord, WebhookState } from "../../contract/record.ts";
import type { Settings } from "../../contract/settings.ts";
import { MAX_WEBHOOK_TRIES, type TaskStore } from "../store/index.ts";
import { ForbiddenAddressError, resolveCallback } from "./address.ts";
import { webhookBody } from "./body.ts";
import { postPinned } from "./post.ts";
import { signatureHeaders } from "./sign.ts";

const TRY_TIMEOUT_MS = 10_000;
/** A try that begins with less time left would be killed half-way. */
const MIN_TRY_MS = 500;
const BACKOFF_MS = [0, 500, 2_000];

export interface WebhookParts {
  store: TaskStore;
  settings: Pick<Settings, "allowLoopback" | "callbackHosts">;
  clock: Clock;
  /** The stage's signing secret, if it has one. */
  secret(): Promise<string | undefined>;
  /** Milliseconds the caller may still use. */
  remaining(): number;
}

/**
 * Makes the webhook's tries that are left, each counted on the record before it is made.
 * @returns its new state; still "pending" only when time ran out.
 */
export async function sendWebhook(record: TaskRecord, parts: WebhookParts): Promise<WebhookState | undefined> {
  const { webhook, task } = record;
  if (!webhook || webhook.status !== "pending" || !task.callbackUrl) return webhook;
  let state: WebhookState = webhook;
  const failed = (lastError: string): WebhookState => ({ ...state, status: "failed", lastError });

  const secret = await parts.secret();
  if (!secret) return failed("The stage has no WEBHOOK_SECRET to sign with.");
  const body = webhookBody(record);

  while (state.tries < MAX_WEBHOOK_TRIES) {
    const wait = BACKOFF_MS[state.tries] ?? 0;
    if (parts.remaining() < wait + MIN_TRY_MS) return state;
    if (wait > 0) await parts.clock.sleep(wait);
    const tries = await parts.store.beginWebhookTry(task.taskId, webhook.id);
    // Someone else has made the last one.
    if (tries === undefined) return (await parts.store.get(task.taskId))?.webhook;
    state = { ...state, tries };
    const { outcome, ...seen } = await tryOnce(task.callbackUrl, body, secret, webhook.id, parts);
    const { lastError: _e, lastStatus: _s, ...counted } = state;
    state = { ...counted, ...seen };
    if (outcome === "delivered") return { ...state, status: "delivered" };
    if (outcome === "refused") break;
  }
  return { ...state, status: "failed" };
}

type Try = { outcome: "delivered" | "again" | "refused" } & Pick<WebhookState, "lastStatus" | "lastError">;

async function tryOnce(
  callbackUrl: string,
  body: string,
  secret: string,
  id: string,
  parts: WebhookParts,
): Promise<Try> {
  const signal = AbortSignal.timeout(Math.max(1, Math.min(TRY_TIMEOUT_MS, Math.floor(parts.remaining()))));
  try {
    if (!URL.canParse(callbackUrl)) throw new ForbiddenAddressError("The callbackUrl is not an absolute URL.");
    const url = new URL(callbackUrl);
    const pinned = await beforeAbort(resolveCallback(url, parts.settings), signal);
    const headers = signatureHeaders(secret, id, Math.floor(parts.clock.now() / 1000), body);
    const status = await postPinned(url, pinned, headers, body, signal);
    if (status >= 200 && status < 300) return { outcome: "delivered", lastStatus: status };
    // 410: the receiver wants no more of it (Standard Webhooks). A redirect would lead past the address check.
    const refused = status === 410 || (status >= 300 && status < 400);
    return {
      outcome: refused ? "refused" : "again",
      lastStatus: status,
      lastError: `The callback answered ${status}.`,
    };
  } catch (error) {
    if (error instanceof ForbiddenAddressError) return { outcome: "refused", lastError: error.message };
    return { outcome: "again", lastError: describe(error, signal) };
  }
}

function describe(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "The callback did not answer in time.";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code ? `The callback could not be reached (${code}).` : "The callback could not be reached.";
}

/** A name's resolution cannot be ended, only left behind. */
function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
