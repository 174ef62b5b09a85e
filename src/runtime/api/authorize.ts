import { createHash, timingSafeEqual } from "node:crypto";
import type { Caller } from "./caller.ts";
import type { JwtVerifier } from "./jwt.ts";
import { verifyTicket } from "./ticket.ts";

/** What a caller shows at the door. */
export interface Credentials {
  authorization: string | undefined;
  /** Only `$connect` takes one. */
  ticket?: string | undefined;
}

export interface Authorities {
  stageToken(): Promise<string>;
  /** Asks for a newer token after a refusal. @returns whether there may be one. */
  renew?(): boolean;
  /** Absent where the stage has no identity provider. */
  verifyJwt?: JwtVerifier;
  now(): number;
}

/** @returns who it is; "none" when nothing was shown, "refused" when it is not good. */
export async function authorize(
  credentials: Credentials,
  authorities: Authorities,
): Promise<Caller | "none" | "refused"> {
  const caller = await decide(credentials, authorities);
  return caller === "refused" && authorities.renew?.() ? await decide(credentials, authorities) : caller;
}

async function decide(credentials: Credentials, authorities: Authorities): Promise<Caller | "none" | "refused"> {
  const { authorization, ticket } = credentials;
  if (authorization === undefined && ticket !== undefined)
    return byTicket(ticket, await authorities.stageToken(), authorities.now());
  if (authorization === undefined) return "none";
  const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) return "refused";
  if (sameSecret(token, await authorities.stageToken())) return { kind: "service" };
  // A JWT is three parts; everything else need not be shown to the identity provider's library.
  if (!authorities.verifyJwt || token.split(".").length !== 3) return "refused";
  const user = await authorities.verifyJwt(token);
  return user ? { kind: "user", userId: user.userId } : "refused";
}

function byTicket(ticket: string, stageToken: string, now: number): Caller | "refused" {
  const claims = verifyTicket(stageToken, ticket, now);
  if (!claims) return "refused";
  const { kind, userId, taskId, nonce, exp } = claims;
  return { kind, userId, taskId, ticket: { nonce, expires: exp } };
}

/** Compares in a time that tells nothing: hashed, both sides have one length. */
function sameSecret(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return expected !== "" && timingSafeEqual(hash(given), hash(expected));
}
