import { expect, test } from "vitest";
import { createTicket, TICKET_SECONDS, verifyTicket } from "./ticket.ts";

const NOW = Date.UTC(2026, 0, 1);
const caller = { taskId: "task-0001", userId: "user-1", kind: "user" as const };

test("a ticket says who may follow what, until when", () => {
  const { ticket, ticketExpiresAt } = createTicket("token", caller, NOW);
  expect(verifyTicket("token", ticket, NOW)).toMatchObject({ ...caller, exp: NOW / 1000 + TICKET_SECONDS });
  expect(ticketExpiresAt).toBe("2026-01-01T00:05:00.000Z");
});

test("no two tickets have the same nonce, and none holds the token", () => {
  const tickets = Array.from({ length: 20 }, () => createTicket("dev_secret", caller, NOW).ticket);
  expect(new Set(tickets.map((ticket) => verifyTicket("dev_secret", ticket, NOW)?.nonce)).size).toBe(20);
  expect(Buffer.from(tickets.join("").replaceAll(".", ""), "base64url").toString("latin1")).not.toContain("dev_secret");
});

test.each([
  ["expired", (ticket: string) => ({ ticket, at: NOW + TICKET_SECONDS * 1000 })],
  ["of another stage", (ticket: string) => ({ ticket, token: "other" })],
  ["with another task", (ticket: string) => ({ ticket: swapClaims(ticket, { taskId: "task-0002" }) })],
  ["with a longer life", (ticket: string) => ({ ticket: swapClaims(ticket, { exp: NOW }) })],
  ["cut", (ticket: string) => ({ ticket: ticket.slice(0, -2) })],
  ["without a signature", (ticket: string) => ({ ticket: ticket.split(".")[0] ?? "" })],
  ["empty", () => ({ ticket: "" })],
  ["something else", () => ({ ticket: "a.b.c" })],
])("a ticket that is %s is refused", (_name, change) => {
  const {
    ticket,
    at = NOW,
    token = "token",
  }: { ticket: string; at?: number; token?: string } = change(createTicket("token", caller, NOW).ticket);
  expect(verifyTicket(token, ticket, at)).toBeUndefined();
});

function swapClaims(ticket: string, change: object): string {
  const [payload = "", signature = ""] = ticket.split(".");
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
  return `${Buffer.from(JSON.stringify(Object.assign({}, claims, change))).toString("base64url")}.${signature}`;
}
