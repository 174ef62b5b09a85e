import type { Settings } from "../../contract/settings.ts";

/** Signed with the issuer's private key: with a shared secret or none anyone who verifies could also sign. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

export type JwtVerifier = (token: string) => Promise<{ userId: string } | undefined>;

/**
 * Verifies JWTs of the stage's identity provider; its keys are fetched at first use and kept.
 * @throws Error when the address of the keys is not https.
 */
export function createJwtVerifier(auth: NonNullable<Settings["auth"]>, allowLoopback: boolean): JwtVerifier {
  const address = new URL(auth.jwksUri ?? `${auth.issuer.replace(/\/+$/, "")}/.well-known/jwks.json`);
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(address.hostname);
  if (address.protocol !== "https:" && !(allowLoopback && loopback)) {
    throw new Error(
      `The keys of ${auth.issuer} must be fetched by https; set api.auth.jwksUri in ai-pipeline.config.ts.`,
    );
  }
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const jose = await import("jose");
    return { jose, keys: jose.createRemoteJWKSet(address, { timeoutDuration: 3_000, cooldownDuration: 30_000 }) };
  };

  return async (token) => {
    const { jose, keys } = await (loading ??= load());
    try {
      const { payload } = await jose.jwtVerify(token, keys, {
        issuer: auth.issuer,
        audience: auth.audience,
        algorithms: ALGORITHMS,
        requiredClaims: ["sub", "exp"],
        clockTolerance: 30,
      });
      return payload.sub ? { userId: payload.sub } : undefined;
    } catch (error) {
      // A token that is not right is refused; keys that cannot be had (no answer, or not 200) are a fault, and told as one.
      const refused =
        error instanceof jose.errors.JOSEError &&
        error.code !== "ERR_JOSE_GENERIC" &&
        error.code !== "ERR_JWKS_TIMEOUT";
      if (refused) return undefined;
      throw error;
    }
  };
}
