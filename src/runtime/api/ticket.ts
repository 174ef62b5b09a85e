import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { jsonIn } from "../../contract/json.ts";

/** What a ticket says: this caller may follow this task, once, until then. */
export interface TicketClaims {
  taskId: string;
  userId: string;
  kind: "service" | "user";
  /** Epoch seconds. */
  exp: number;
  nonce: string;
}

export const TICKET_SECONDS = 300;

/**
 * Makes a single-use ticket: `base64url(claims).HMAC-SHA256`. Never to be logged.
 * @param stageToken the secret from which the signing key is derived, so that a ticket says nothing of the token.
 */
export function createTicket(
  stageToken: string,
  caller: Pick<TicketClaims, "taskId" | "userId" | "kind">,
  now: number,
): { ticket: string; ticketExpiresAt: string } {
  const exp = Math.floor(now / 1000) + TICKET_SECONDS;
  const claims: TicketClaims = { ...caller, exp, nonce: randomBytes(16).toString("base64url") };
  const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return {
    ticket: `${payload}.${sign(stageToken, payload).toString("base64url")}`,
    ticketExpiresAt: new Date(exp * 1000).toISOString(),
  };
}

/** @returns the claims of a ticket that this stage made and that has not expired. Whether it was used is the table's to say. */
export function verifyTicket(stageToken: string, ticket: string, now: number): TicketClaims | undefined {
  const [payload, signature, ...rest] = ticket.split(".");
  if (!payload || !signature || rest.length > 0) return undefined;
  const expected = sign(stageToken, payload);
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const claims = parseClaims(payload);
  return claims && claims.exp * 1000 > now ? claims : undefined;
}

function sign(stageToken: string, payload: string): Buffer {
  const key = Buffer.from(hkdfSync("sha256", stageToken, "", "ai-pipeline/ticket/v1", 32));
  return createHmac("sha256", key).update(payload).digest();
}

function parseClaims(payload: string): TicketClaims | undefined {
  const value: unknown = jsonIn(Buffer.from(payload, "base64url").toString("utf8"));
  return isClaims(value) ? value : undefined;
}

function isClaims(value: unknown): value is TicketClaims {
  if (typeof value !== "object" || value === null) return false;
  const { taskId, userId, kind, exp, nonce } = { taskId: "", userId: "", kind: "", exp: 0, nonce: "", ...value };
  return (
    [taskId, userId, nonce].every((text) => typeof text === "string" && text !== "") &&
    (kind === "service" || kind === "user") &&
    Number.isInteger(exp)
  );
}
